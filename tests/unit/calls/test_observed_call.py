"""A bridged call whose usage the server hears for itself, over a sideband it only listens to."""

import json
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

import pytest

from calls.call import CallEnded
from calls.channels.captions import Captions, CaptionsChoice
from calls.events import Closed, Connected, UsageObserved
from calls.registry import CallRefused
from calls.tickets import RelayTicket
from realtime.client import RealtimeClient
from realtime.conversation.changes import ItemAdded, UsageReported
from tests.fakes.house import OFFER, PERSONA, House, Page
from tests.fakes.settings import given
from tests.fakes.sideband_provider import SidebandProvider

USAGE = {"type": "tokens", "output_tokens": 5}
CREATED = {"type": "conversation.item.added", "item": {"id": "u9", "type": "message", "role": "user"}}


def done(response_id: str, tokens: int = 5) -> dict[str, Any]:
    usage = {"type": "tokens", "output_tokens": tokens}
    return {"type": "response.done", "response": {"id": response_id, "status": "completed", "usage": usage}}


@pytest.fixture
async def provider() -> AsyncIterator[SidebandProvider]:
    async with SidebandProvider.running() as provider:
        yield provider


def house_of(provider: SidebandProvider, **settings: Any) -> House:
    return House(given(openai_base_url=provider.url, **settings))


@pytest.fixture
async def house(provider: SidebandProvider) -> AsyncIterator[House]:
    house = house_of(provider)
    yield house
    await house.registry.close()


@pytest.fixture
async def strict(provider: SidebandProvider) -> AsyncIterator[House]:
    house = house_of(provider, require_control=True)
    yield house
    await house.registry.close()


async def observed(house: House) -> Page:
    """Provide a page whose call is placed and heard by the server."""
    page = Page(house.open())
    await page.call.connect(OFFER)
    while UsageObserved(True) not in page.changes:
        async with house.next_change(page.call):
            pass
    return page


def usage_of(page: Page) -> list[UsageReported]:
    return [change for change in page.changes if isinstance(change, UsageReported)]


async def test_what_the_provider_bills_counts_and_what_the_browser_says_of_it_does_not(
    house: House, provider: SidebandProvider
) -> None:
    page = await observed(house)
    page.call.receive(done("made_up", 10**9), 0)
    session = await provider.connections.get()
    async with house.next_change(page.call):
        await session.send(json.dumps(done("r1")))
    assert usage_of(page) == [UsageReported("response", USAGE, "r1")]


async def test_usage_that_comes_twice_counts_once(house: House, provider: SidebandProvider) -> None:
    page = await observed(house)
    session = await provider.connections.get()
    for event in (done("r1"), done("r1"), done("r2")):
        await session.send(json.dumps(event))
    while len(usage_of(page)) < 2:
        async with house.next_change(page.call):
            pass
    assert [usage.item_or_response_id for usage in usage_of(page)] == ["r1", "r2"]


async def test_the_transcript_is_the_pages_and_nothing_else_is_taken_from_the_line(
    house: House, provider: SidebandProvider
) -> None:
    page = await observed(house)
    session = await provider.connections.get()
    await session.send(json.dumps(CREATED))
    async with house.next_change(page.call):
        await session.send(json.dumps(done("r1")))
    assert not any(isinstance(change, ItemAdded) for change in page.changes)
    page.call.send({"type": "response.create"})
    assert page.sent_types == ["response.create"]
    assert provider.received.empty()


async def test_a_call_that_cannot_be_observed_goes_on_with_one_warning_and_its_browsers_word(
    house: House, provider: SidebandProvider, caplog: pytest.LogCaptureFixture
) -> None:
    provider.refusals, provider.refuse_with = 1, HTTPStatus.UNAUTHORIZED
    page = Page(house.open())
    await page.call.connect(OFFER)
    await house.registry.tasks.finish()
    page.call.receive(done("r1"), 0)
    assert usage_of(page) == [UsageReported("response", USAGE, "r1")]
    assert page.call.closed is None
    assert caplog.text.count("its usage cannot be observed") == 1


async def test_a_line_that_breaks_is_attached_once_more_and_then_the_browser_is_listened_to_again(
    house: House, provider: SidebandProvider
) -> None:
    page = await observed(house)
    await (await provider.connections.get()).close()
    second = await provider.connections.get()
    await second.close()
    told = [UsageObserved(each) for each in (True, False, True, False)]
    while [change for change in page.changes if isinstance(change, UsageObserved)] != told:
        async with house.next_change(page.call):
            pass
    assert page.call.closed is None
    page.call.receive(done("r1"), 0)
    assert usage_of(page) == [UsageReported("response", USAGE, "r1")]


async def test_the_end_of_a_call_lets_go_of_its_line(house: House, provider: SidebandProvider) -> None:
    page = await observed(house)
    await page.call.close("stopped")
    await house.registry.tasks.finish()
    await (await provider.connections.get()).wait_closed()
    assert house.provider.paths.count("/calls/rtc_1/hangup") == 1


async def test_another_leg_is_observed_anew(house: House, provider: SidebandProvider) -> None:
    page = await observed(house)
    page.call.redial()
    await page.call.connect(OFFER)
    for call_id in ("rtc_1", "rtc_2"):
        await provider.connections.get()
        assert any(call_id in request.path for request in provider.requests)


async def test_with_require_control_a_call_that_cannot_be_observed_gets_no_answer(
    strict: House, provider: SidebandProvider
) -> None:
    provider.refusals, provider.refuse_with = 1, HTTPStatus.UNAUTHORIZED
    call = strict.open()
    with pytest.raises(CallEnded):
        await call.connect(OFFER)
    assert call.closed == Closed("control_lost")
    await strict.registry.tasks.finish()
    assert strict.provider.paths[-1] == "/calls/rtc_1/hangup"


async def test_with_require_control_the_line_is_there_before_the_answer_and_its_loss_ends_the_call(
    strict: House, provider: SidebandProvider
) -> None:
    page = Page(strict.open())
    await page.call.connect(OFFER)
    first = await provider.connections.get()
    assert Connected("rtc_1") in page.changes
    await first.close()
    second = await provider.connections.get()
    await second.close()
    while page.call.closed is None:
        async with strict.next_change(page.call):
            pass
    assert page.call.closed == Closed("control_lost")


async def test_with_require_control_offers_are_relayed_whatever_signalling_is_set(
    provider: SidebandProvider,
) -> None:
    house = house_of(provider, require_control=True, signaling="ephemeral")
    ticket = await house.registry.ticket(house.open())
    assert isinstance(ticket, RelayTicket)
    assert house.provider.requests == []


async def test_with_require_control_captions_are_refused_because_nobody_could_observe_them(
    strict: House,
) -> None:
    client = RealtimeClient(strict.settings.provider_url, "sk-test", strict.provider)
    captions = Captions(strict.registry, client, strict.settings, PERSONA)
    with pytest.raises(CallRefused, match="control_required"):
        captions.open("visitor", CaptionsChoice("en"))
