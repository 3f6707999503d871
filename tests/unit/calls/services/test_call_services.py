"""What a call used up, over its end: in its record, and in the call that carries it on."""

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest

from calls.call import RESUME_SECONDS, Call
from calls.events import Closed
from calls.registry import CallRefused
from calls.services.call_services import spending_so_far
from calls.services.share import shares_of, visitor_payer
from realtime.conversation.changes import UsageReported
from realtime.prices import Prices
from tests.fakes import turns
from tests.fakes.api_house import ApiHouse
from tests.fakes.house import OFFER, PERSONA, Page
from tests.fakes.kept import NOW

MODEL = PERSONA.session().model


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[ApiHouse]:
    async with ApiHouse.in_(tmp_path) as api:
        yield api


async def talked(api: ApiHouse, minutes: int, before: Call | None = None) -> Call:
    """Start a call of that many minutes, in which somebody speaks; `before` goes on."""
    if before:
        api.house.registry.resume(before, PERSONA)
    call = before or api.house.registry.open(PERSONA, "visitor")
    await call.connect(OFFER)
    for minute in range(minutes):
        api.house.timer.advance(60)
        for event in turns.typed(f"u{minute}", "Salam"):
            call.receive(event, 0)
        call.acted()
    return call


async def cost_of(api: ApiHouse, call: Call) -> Decimal:
    await api.finish()
    record = await api.records.get_session(call.id)
    assert record
    return record.cost_usd


def worst(minutes: int) -> Decimal:
    tokens = (len(PERSONA.session().instructions) + len("[]")) // 2
    return Prices().worst_cost(MODEL, Decimal(minutes), tokens)


async def test_a_bridged_call_whose_browser_reports_nothing_is_recorded_at_the_worst_price(
    api: ApiHouse,
) -> None:
    call = await talked(api, 3)
    assert await cost_of(api, call) == worst(3) > 0


async def test_a_bridged_call_whose_browser_reports_more_is_recorded_with_that_up_to_its_limit(
    api: ApiHouse,
) -> None:
    call = await talked(api, 1)
    usage = {"type": "tokens", "output_tokens": 10**11}
    done = {"type": "response.done", "response": {"id": "r1", "status": "completed", "usage": usage}}
    page = Page(call)
    call.receive(done, 0)
    assert any(isinstance(change, UsageReported) for change in page.changes)
    limit = api.house.registry.services.limits.call_usd
    assert await cost_of(api, call) == limit


async def test_a_call_that_is_carried_on_has_no_more_minutes_and_money_than_one_that_never_broke(
    api: ApiHouse,
) -> None:
    first = await talked(api, 10)
    await first.close("page_left")
    await api.house.registry.tasks.finish()  # its record is written
    second = await talked(api, 4, before=first)
    running_services = api.house.registry.services.of(second.id)
    assert running_services
    assert running_services.meter.usd == worst(10) + worst(4)
    assert second.closed is None
    api.house.timer.advance(60)
    assert second.closed == Closed("limit_minutes")
    assert await cost_of(api, second) == worst(10) + worst(5)
    assert api.house.registry.services.day.usd == worst(10) + worst(5)


async def test_what_a_call_used_up_is_forgotten_when_nobody_can_carry_it_on_any_more(api: ApiHouse) -> None:
    call = await talked(api, 1)
    await call.close("page_left")
    api.house.timer.advance(RESUME_SECONDS - 1)
    assert api.house.registry.services.of(call.id)
    api.house.timer.advance(1)
    await api.house.registry.tasks.finish()
    assert api.house.registry.services.of(call.id) is None


async def test_pages_that_only_say_they_are_live_spend_nothing_of_the_day(api: ApiHouse) -> None:
    usage = {"type": "tokens", "output_tokens": 10**9}
    done = {"type": "response.done", "response": {"id": "r1", "status": "completed", "usage": usage}}
    for number in range(13):
        call = api.house.registry.open(PERSONA, f"cookie {number}")
        call.report("live")
        call.receive(done, 0)
    api.house.timer.advance(60)
    assert api.house.registry.services.day.usd == 0
    await api.finish()
    limits = api.house.registry.services.limits
    restarted = await spending_so_far(api.records, limits, lambda: NOW)
    assert restarted.usd == 0


async def test_after_a_restart_the_day_counts_what_a_browser_hid_and_whose_it_was(api: ApiHouse) -> None:
    call = await talked(api, 3)
    cost = await cost_of(api, call)
    limits = api.house.registry.services.limits
    restarted = await spending_so_far(api.records, limits, lambda: NOW)
    assert restarted.usd == restarted.of(visitor_payer("visitor")) == cost == worst(3)


async def test_a_visitor_who_spent_a_tenth_of_the_day_starts_no_more_and_others_do(api: ApiHouse) -> None:
    services = api.house.registry.services
    services.day.add(Decimal("2.5"), shares_of(services.limits, "visitor"))
    with pytest.raises(CallRefused, match="limit_share_money"):
        api.house.registry.open(PERSONA, "visitor")
    api.house.registry.open(PERSONA, "another")


async def test_an_address_that_spent_half_of_the_day_starts_no_more_and_others_do(api: ApiHouse) -> None:
    services = api.house.registry.services
    services.day.add(Decimal("12.5"), shares_of(services.limits, None, "9.9.9.9"))
    with pytest.raises(CallRefused, match="limit_share_money"):
        api.house.registry.open(PERSONA, "new cookie", host="9.9.9.9")
    api.house.registry.open(PERSONA, "new cookie", host="8.8.8.8")
