"""What strangers ask for leaves nothing behind: the same attack a second time needs no more memory."""

import asyncio

import pytest

from tests.attacks.honest import honest_call
from tests.attacks.measure import ATTACK_S, MAX_LAG_MS, measured
from tests.attacks.scripts import memory, page_events, rest
from tests.attacks.target import Attack, Target
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp

pytestmark = pytest.mark.attacks

MAX_GROWTH_MB = 10
ATTACKS: tuple[Attack, ...] = (
    memory.files_by_other_names,
    memory.missing_files,
    memory.unknown_pages,
    memory.javascript_responses,
    page_events.large_item_by_deltas,
    page_events.unknown_frames,
    rest.large_bodies,
)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__qualname__)
async def test_the_same_attack_again_needs_no_more_memory(
    attack: Attack, app: RunningApp, provider: ScriptedProvider
) -> None:
    target = Target(app, provider)
    async with honest_call(app.url, provider), asyncio.timeout(2 * ATTACK_S):
        async with measured(app) as first:
            await attack(target)
        async with measured(app) as second:
            await attack(target)
    print(f"first: {first}\nagain: {second}")
    assert second.grown_mb < MAX_GROWTH_MB, f"the first time {first}; again {second}"
    assert second.lag_ms < MAX_LAG_MS, f"others waited: {second}"


async def test_an_address_that_leads_to_a_file_by_another_name_is_answered_with_it_or_not_at_all(
    app: RunningApp, provider: ScriptedProvider
) -> None:
    statuses = await memory.raw_gets(
        Target(app, provider), ["/static/app.css", "/static/x/../app.css", "/static/../main.py", "/static/x"]
    )
    assert statuses[0] == 200 and statuses[1] in (200, 400, 404)
    assert statuses[2:] == [404, 404]


async def test_an_address_that_nobody_serves_gets_a_plain_answer_and_no_page(app: RunningApp) -> None:
    async with Target(app).http() as http:
        answer = await http.get("/nobody-serves-this")
    assert answer.status_code == 404
    assert len(answer.content) < 4096, "the page for an unknown address is built in full"
    assert "_nicegui_ws" not in answer.text and "client_id" not in answer.text
