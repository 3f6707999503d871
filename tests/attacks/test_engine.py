"""The built-in engine thinks beside the event loop and bounds what a client may ask of it."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.attacks.honest import honest_call
from tests.attacks.measure import ATTACK_S, measured
from tests.attacks.new_log import NewLog
from tests.attacks.scripts import engine
from tests.attacks.target import Attack, Target
from tests.fakes.running_app import RunningApp

pytestmark = pytest.mark.attacks

ATTACKS: dict[Attack, float] = {
    engine.out_of_band_responses: 20,
    engine.long_response: 10,
    engine.many_items: 10,
    engine.session_updates: 10,
    engine.many_sessions: 8,
}
"""Each with the processor seconds that it may cost: thinking costs some, but never in the event loop."""


@pytest.fixture(scope="module")
def engine_app() -> Iterator[RunningApp]:
    app = RunningApp({"MAX_CALLS_PER_ADDRESS": "0"}).start()
    yield app
    app.clean_up()


@pytest.mark.parametrize(
    ("attack", "cpu_s"), ATTACKS.items(), ids=lambda value: getattr(value, "__qualname__", None)
)
async def test_the_engine_answers_others_while_one_client_asks_too_much(
    attack: Attack, cpu_s: float, engine_app: RunningApp
) -> None:
    log = NewLog(engine_app)
    async with measured(engine_app) as cost, honest_call(engine_app.url, None), asyncio.timeout(ATTACK_S):
        await attack(Target(engine_app))
    cost.check(cpu_s)
    assert log.tracebacks == []
