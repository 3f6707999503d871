"""Two servers on one database, on SQLite and on PostgreSQL: each holds its calls, and one is killed."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from store.records import Records
from tests.fakes.app_process import Copied
from tests.fakes.house import OFFER
from tests.fakes.kept import a_session, database_at
from tests.fakes.provider import Recorded, ScriptedProvider
from tests.fakes.running_app import RunningApp

SetLease = "import state.leases; state.leases.LEASE_SECONDS = {}"
HARDLY_EVER, AT_ONCE = SetLease.format(3600), SetLease.format(1)
StartServer = Callable[[str], RunningApp]


@pytest.fixture
def start(provider: ScriptedProvider, database_url: str) -> Iterator[StartServer]:
    """Start a server on the test's database, with a lease of its own length."""
    env = {"OPENAI_API_KEY": provider.key, "OPENAI_BASE_URL": provider.url, "DATABASE_URL": database_url}
    apps: list[RunningApp] = []

    def start(lease: str) -> RunningApp:
        apps.append(RunningApp(env, before=lease, launch=Copied).start())
        return apps[-1]

    yield start
    for app in apps:
        app.clean_up()


def asked(method: str, url: str, **body: Any) -> httpx.Response:
    answer = httpx.request(method, url, timeout=20, **body)
    assert answer.is_success, answer.text
    return answer


def place_call(app: RunningApp, provider: ScriptedProvider, call_id: str) -> str:
    """Place a call at the provider through the API; the id of its session."""
    session_id = str(asked("POST", f"{app.url}/session", json={"relayed": True}).json()["sessionId"])
    location = {"Location": f"/v1/realtime/calls/{call_id}"}
    provider.answer_next("calls", status=201, body="v=0\r\n", headers=location)
    asked("POST", f"{app.url}/session/{session_id}/call", content=OFFER)
    return session_id


def hang_up_of(call_id: str) -> Callable[[Recorded], bool]:
    return lambda request: request.path.endswith(f"/{call_id}/hangup")


async def until_written(database_url: str, session_id: str, call_id: str) -> None:
    """Look again and again until the server has written; it reports no write."""
    async with database_at(database_url) as database, asyncio.timeout(20):
        records = Records(database, keep_text=True)
        while True:
            session = await records.get_session(session_id)
            if session and session.provider_call_id == call_id:
                return
            await asyncio.sleep(0.02)


async def test_each_server_holds_its_own_calls_and_a_killed_ones_are_hung_up_after_its_lease(
    start: StartServer, provider: ScriptedProvider, database_url: str
) -> None:
    first = start(HARDLY_EVER)
    first_call = place_call(first, provider, "rtc_first")
    said = {"items": [{"role": "user", "text": "Is the shop open?"}]}
    asked("POST", f"{first.url}/session/{first_call}/events", json=said)
    async with database_at(database_url) as database:
        records = Records(database, keep_text=True, server_id="killed long ago")
        await records.open_session(a_session("left"))
        await records.set_provider_call_id("left", "rtc_left")
    second = start(AT_ONCE)
    provider.requests.wait_for(hang_up_of("rtc_left"))
    second_call = place_call(second, provider, "rtc_second")
    await until_written(database_url, second_call, "rtc_second")
    second.kill()
    second.start_again()
    provider.requests.wait_for(hang_up_of("rtc_second"))
    seen = asked("GET", f"{second.url}/sessions/{first_call}").json()
    assert (seen["closedAt"], [item["text"] for item in seen["items"]]) == (None, ["Is the shop open?"])
    assert not any(map(hang_up_of("rtc_first"), provider.requests))
    assert asked("GET", f"{first.url}/readyz").is_success
    first.stop()
    assert any(map(hang_up_of("rtc_first"), provider.requests))
    assert asked("GET", f"{second.url}/sessions/{first_call}").json()["reason"] == "server_stopping"
    assert "Traceback" not in first.log + second.log
