"""A client of the API with a WebRTC peer of its own, against the whole app and its engine."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.fakes.running_app import RunningApp
from tests.fakes.webrtc_caller import Caller, calling

LOST = "میرا کارڈ گم ہو گیا ہے، میں لاہور میں ہوں"

SLOW_DATABASE = """
import asyncio
from store.database import Database
open_now = Database.open
async def open_slowly(self):
    await asyncio.sleep(1)
    await open_now(self)
Database.open = open_slowly
"""


@pytest.fixture(scope="module")
def app() -> Iterator[RunningApp]:
    app = RunningApp({}).start()
    yield app
    app.clean_up()


@pytest.fixture
def http(app: RunningApp) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=app.url, timeout=20)


async def posted(http: httpx.AsyncClient, path: str, **body: Any) -> Any:
    answer = await http.post(path, json=body)
    assert answer.is_success, answer.text
    return answer.json()


async def type_words(caller: Caller, text: str) -> None:
    """Ask in writing, and wait for the whole answer."""
    content = [{"type": "input_text", "text": text}]
    caller.send("conversation.item.create", item={"type": "message", "role": "user", "content": content})
    caller.send("response.create")
    await caller.event("response.done", within_s=30)


async def test_a_relayed_call_is_reported_profiled_renewed_and_exported(http: httpx.AsyncClient) -> None:
    async with http, calling() as caller:
        session_id = (await posted(http, "/session", relayed=True))["sessionId"]
        answer = await http.post(f"/session/{session_id}/call", content=await caller.offer())
        assert answer.status_code == 201, answer.text
        await caller.accept(answer.text)
        await type_words(caller, LOST)
        taken = await posted(http, f"/session/{session_id}/events", events=caller.events)
        assert taken == {"taken": len(caller.events), "send": []}
        profile = await posted(http, "/extract-profile", sessionId=session_id)
        assert (profile["profile"]["city"], profile["pushed"]) == ("لاہور", True)
        (update,) = (await posted(http, f"/v1/session/{session_id}/events"))["send"]
        caller.send(update.pop("type"), **update)
        told = await caller.event("session.updated")
        assert "لاہور" in told["session"]["instructions"]
        history = (await posted(http, "/session/renew", sessionId=session_id))["history"]
        assert [event["item"]["role"] for event in history] == ["user", "assistant"]
        assert (await http.post(f"/session/{session_id}/end")).status_code == 204
        async with asyncio.timeout(10):
            await caller.closed.wait()
        transcript = (await http.get(f"/sessions/{session_id}/transcript.json")).json()
        assert next(item["text"] for item in transcript["items"]) == LOST


async def test_a_secret_opens_a_call_at_the_provider_itself(http: httpx.AsyncClient) -> None:
    async with http, calling() as caller:
        token = await posted(http, "/token", voice="coral")
        headers = {"Authorization": f"Bearer {token['clientSecret']}", "Content-Type": "application/sdp"}
        offer = await caller.offer()
        answer = await http.post("/engine/v1/realtime/calls", content=offer, headers=headers)
        assert answer.status_code == 201, answer.text
        await caller.accept(answer.text)
        session = (await caller.event("session.created"))["session"]
        assert session["audio"]["output"]["voice"] == "coral"


async def test_the_first_session_is_recorded_however_slowly_the_database_opens() -> None:
    app = RunningApp({}, before=SLOW_DATABASE).start()
    try:
        async with httpx.AsyncClient(base_url=app.url, timeout=20) as http:
            session_id = (await posted(http, "/session", relayed=True))["sessionId"]
            assert (await http.post(f"/session/{session_id}/end")).status_code == 204
            assert (await http.get(f"/sessions/{session_id}")).status_code == 200
    finally:
        app.clean_up()
