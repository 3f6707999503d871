"""Work for one page event or one request is bounded, so that no stranger holds the honest call up."""

import asyncio

import pytest

from tests.attacks.honest import honest_call
from tests.attacks.measure import ATTACK_S, measured
from tests.attacks.new_log import NewLog
from tests.attacks.scripts import page_events, rest
from tests.attacks.target import Attack, Target
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp

pytestmark = pytest.mark.attacks

PAGE_EVENTS: dict[Attack, float] = {
    page_events.large_items: 3,
    page_events.large_item_by_deltas: 4,
    page_events.move_the_head: 4,
    page_events.many_parts: 3,
    page_events.copy_download_search: 5,
    page_events.scroll_the_window: 5,
    page_events.new_items: 6,
    page_events.unknown_frames: 5,
    page_events.page_settings: 4,
    page_events.redials: 4,
}
"""Each with the processor seconds that it may cost the server, the honest call's own included."""
BODIES: dict[Attack, float] = {rest.large_bodies: 4, rest.many_items: 6, rest.many_parts: 3}


@pytest.mark.parametrize(
    ("attack", "cpu_s"),
    (PAGE_EVENTS | BODIES).items(),
    ids=lambda value: getattr(value, "__qualname__", None),
)
async def test_a_stranger_holds_nobody_up(
    attack: Attack, cpu_s: float, app: RunningApp, provider: ScriptedProvider, log: NewLog
) -> None:
    target = Target(app, provider)
    async with measured(app) as cost, honest_call(app.url, provider), asyncio.timeout(ATTACK_S):
        await attack(target)
    cost.check(cpu_s)
    assert log.tracebacks == []
