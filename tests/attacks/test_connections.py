"""Connections that say nothing, or half of something, are closed, and are no burden until then."""

import asyncio

import pytest

from tests.attacks.honest import honest_call
from tests.attacks.measure import ATTACK_S, measured
from tests.attacks.new_log import NewLog
from tests.attacks.scripts import connections
from tests.attacks.target import Attack, Target
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp

pytestmark = pytest.mark.attacks

DEADLINE_S = 10
SPARE_S = 5


@pytest.mark.parametrize("attack", [connections.idle_connections, connections.empty_sockets])
async def test_idle_connections_hold_nobody_up(
    attack: Attack, app: RunningApp, provider: ScriptedProvider, log: NewLog
) -> None:
    async with measured(app) as cost, honest_call(app.url, provider), asyncio.timeout(ATTACK_S):
        await attack(Target(app, provider))
    cost.check(cpu_s=4)
    assert log.tracebacks == []


@pytest.mark.parametrize(
    "begun",
    [b"", connections.HALF_HEADERS, connections.HALF_BODY],
    ids=["nothing", "half a head", "half a body"],
)
async def test_a_request_that_is_never_finished_is_given_up(
    begun: bytes, app: RunningApp, provider: ScriptedProvider, log: NewLog
) -> None:
    async with honest_call(app.url, provider):
        opened = await connections.opened(Target(app, provider), begun, 20)
        left = await connections.until_closed(opened, within_s=DEADLINE_S + SPARE_S)
    assert left == 0, f"{left} of {len(opened)} connections are open after {DEADLINE_S + SPARE_S} s"
    assert log.tracebacks == []
