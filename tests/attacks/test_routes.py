"""Routes beside the bridge: large and odd requests hold nobody up and are refused in order."""

import asyncio
from collections.abc import Iterator

import pytest
from websockets.exceptions import InvalidStatus

from tests.attacks.conftest import settings_for
from tests.attacks.honest import honest_call
from tests.attacks.measure import ATTACK_S, measured
from tests.attacks.new_log import NewLog
from tests.attacks.scripts import routes
from tests.attacks.stranger import visiting
from tests.attacks.target import Attack, Target
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp
from tests.fakes.webhooks import SECRET

pytestmark = pytest.mark.attacks

ATTACKS: dict[Attack, float] = {
    routes.unsigned_deliveries: 6,
    routes.overlay_sockets: 3,
    routes.framework_routes: 3,
    routes.polling_sockets: 3,
    routes.persona_pages: 3,
    routes.sockets_of_others: 3,
}
"""Each with the processor seconds that it may cost, the honest call's own included."""


@pytest.fixture(scope="module")
def open_app(provider_of_session: ScriptedProvider) -> Iterator[RunningApp]:
    """Run an app that answers phone calls too."""
    app = RunningApp(settings_for(provider_of_session) | {"OPENAI_WEBHOOK_SECRET": SECRET}).start()
    yield app
    app.clean_up()


@pytest.mark.parametrize(
    ("attack", "cpu_s"), ATTACKS.items(), ids=lambda value: getattr(value, "__qualname__", None)
)
async def test_odd_requests_hold_nobody_up(
    attack: Attack, cpu_s: float, open_app: RunningApp, provider: ScriptedProvider
) -> None:
    log = NewLog(open_app)
    async with (
        measured(open_app) as cost,
        honest_call(open_app.url, provider),
        asyncio.timeout(ATTACK_S),
    ):
        await attack(Target(open_app, provider))
    cost.check(cpu_s)
    assert log.tracebacks == []


async def test_large_sign_in_forms_hold_nobody_up(provider: ScriptedProvider) -> None:
    env = settings_for(provider) | {"ACCESS_CODE": "the right access code of this house"}
    app = await asyncio.to_thread(RunningApp(env).start)
    try:
        async with measured(app) as cost, asyncio.timeout(ATTACK_S):
            await routes.large_forms(Target(app, provider))
        cost.check(cpu_s=4)
        assert NewLog.of(app).tracebacks == []
    finally:
        await asyncio.to_thread(app.clean_up)


async def test_a_page_behind_the_access_code_gives_no_socket_to_who_has_not_entered_it(
    provider: ScriptedProvider,
) -> None:
    env = settings_for(provider) | {"ACCESS_CODE": "the right access code of this house"}
    app = await asyncio.to_thread(RunningApp(env).start)
    try:
        async with Target(app).http() as http:
            for path in ("/", "/p/jsbank", "/captions", "/agents"):
                answer = await http.get(path)
                assert answer.status_code in (307, 404) or "client_id" not in answer.text, path
        async with visiting(app.url, "/sign-in") as page:
            await page.emit("event", {"id": 1, "client_id": page.client_id, "listener_id": "x", "args": []})
        assert provider.requests_to("calls") == []
    finally:
        await asyncio.to_thread(app.clean_up)


async def test_a_socket_of_another_site_is_refused(open_app: RunningApp) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        async with visiting(open_app.url, headers={"Origin": "https://evil.example"}):
            pass
