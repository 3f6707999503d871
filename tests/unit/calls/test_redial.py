"""A call that goes on in another session of the provider: redialled, or resumed after a reload."""

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

import pytest

from calls.call import MAX_REDIALS, RECONNECT_SECONDS, RESUME_SECONDS, CallEnded
from calls.call_controls import CallControls
from calls.choice import Choice
from calls.events import Closed, Connected, Finished, PhaseChanged, RenewalWished
from realtime.conversation.item import Item
from realtime.failures import ProviderFailure
from tests.fakes import turns
from tests.fakes.house import OFFER, PERSONA, House, Page
from tests.fakes.settings import given
from tests.fakes.sideband_provider import SidebandProvider
from tests.unit.calls.test_controlled_call import AUDIO_ANSWER

Event = dict[str, Any]


@pytest.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    yield house
    await house.registry.close()


async def live_page(house: House) -> Page:
    page = Page(house.open())
    await page.call.connect(OFFER)
    page.call.report("live")
    return page


def receive(page: Page, *events: Event | list[Event], from_ms: float = 0) -> None:
    flat = [event for given_ in events for event in (given_ if isinstance(given_, list) else [given_])]
    for number, event in enumerate(flat):
        page.call.receive(event, from_ms + 100 * number)


def seeded(page: Page) -> list[tuple[str, str]]:
    """Id and words of the items that were sent to the session."""
    created = [event["item"] for event in page.sent if event["type"] == "conversation.item.create"]
    return [(item.get("id", "typed"), item["content"][0]["text"]) for item in created]


def latest_session(house: House) -> Event:
    """Return the last request for a call at the provider."""
    return house.provider.session(max(i for i, path in enumerate(house.provider.paths) if path == "/calls"))


def talk() -> list[Event]:
    return [
        *turns.typed("u1", "My card is lost"),
        *turns.reply_begins("a1", "u1", ["I ", "will block it"]),
    ]


def item(page: Page, item_id: str) -> Item:
    found = page.call.conversation.item(item_id)
    assert found
    return found


async def test_the_earlier_session_is_hung_up_and_another_one_created(house: House) -> None:
    page = await live_page(house)
    page.call.redial()
    await page.call.connect(OFFER)
    await house.registry.tasks.finish()
    assert sorted(house.provider.paths) == ["/calls", "/calls", "/calls/rtc_1/hangup"]
    assert [change for change in page.changes if isinstance(change, Connected)] == [
        Connected("rtc_1"),
        Connected("rtc_2"),
    ]
    assert page.call.closed is None


async def test_the_new_session_is_told_what_was_said_once_it_is_live_and_before_anything_else(
    house: House,
) -> None:
    page = await live_page(house)
    receive(page, *turns.typed("u1", "My card is lost"), turns.typed("u2", "The blue one", after="u1"))
    page.call.redial()
    await page.call.connect(OFFER)
    assert page.sent == []
    page.call.report("live")
    page.call.say("Hello?")
    assert seeded(page)[:2] == [("u1", "My card is lost"), ("u2", "The blue one")]
    page.call.report("live")
    assert len(seeded(page)) == 3


async def test_a_first_session_is_told_nothing(house: House) -> None:
    page = await live_page(house)
    assert page.sent == []


async def test_what_was_being_said_is_kept_as_interrupted_and_the_call_says_it_reconnects(
    house: House,
) -> None:
    page = await live_page(house)
    receive(page, *talk())
    page.call.redial()
    assert (item(page, "a1").text, item(page, "a1").finished) == ("I will block it", True)
    assert item(page, "a1").status == "incomplete"
    assert page.call.conversation.activity == "listening"
    assert page.changes[-1] == PhaseChanged("reconnecting")


async def test_of_a_reply_being_spoken_only_what_could_be_heard_is_told_again(house: House) -> None:
    page = await live_page(house)
    receive(page, *talk(), {"type": "output_audio_buffer.started", "response_id": "resp_a1"})
    page.call.report("reconnecting")
    page.call.redial()
    heard = item(page, "a1").heard
    assert heard is not None
    assert heard < len("I will block it")
    await page.call.connect(OFFER)
    page.call.report("live")
    assert dict(seeded(page)).get("a1", "") == "I will block it"[:heard]


async def test_the_echo_of_the_history_loses_and_doubles_nothing(house: House) -> None:
    page = await live_page(house)
    receive(page, *talk(), {"type": "output_audio_buffer.started", "response_id": "resp_a1"})
    page.call.redial()
    before = [(each.id, each.text, each.heard) for each in page.call.conversation.items]
    await page.call.connect(OFFER)
    page.call.report("live")
    echoes = [event["item"] for event in page.sent if event["type"] == "conversation.item.create"]
    previous = None
    for echo in echoes:
        for kind in ("added", "done"):
            event = {"type": f"conversation.item.{kind}", "previous_item_id": previous, "item": echo}
            page.call.receive(event, 9000)
        previous = echo["id"]
    assert [(each.id, each.text, each.heard) for each in page.call.conversation.items] == before


async def test_what_is_said_afterwards_stands_at_the_end_also_behind_items_the_session_does_not_know(
    house: House,
) -> None:
    page = await live_page(house)
    receive(
        page, *turns.typed("u1", "Salam"), turns.speech_heard("u2", after="u1")
    )  # u2 has no words to tell
    page.call.redial()
    await page.call.connect(OFFER)
    page.call.report("live")
    receive(page, turns.typed("u3", "Again", after="u1"), from_ms=5000)
    assert [each.id for each in page.call.conversation.items] == ["u1", "u2", "u3"]


async def test_a_browser_that_never_dials_again_ends_the_call(house: House) -> None:
    page = await live_page(house)
    page.call.redial()
    house.timer.advance(RECONNECT_SECONDS)
    assert page.call.closed == Closed("peer_lost")


async def test_a_browser_that_dials_again_and_never_comes_to_be_live_ends_the_call(house: House) -> None:
    page = await live_page(house)
    page.call.redial()
    await page.call.connect(OFFER)
    page.call.receive({"type": "session.created", "session": {}}, 0)
    house.timer.advance(RECONNECT_SECONDS)
    assert page.call.closed == Closed("peer_lost")


async def test_a_call_that_is_live_again_is_not_ended_by_the_wait(house: House) -> None:
    page = await live_page(house)
    page.call.redial()
    await page.call.connect(OFFER)
    page.call.report("live")
    house.timer.advance(RECONNECT_SECONDS)
    assert page.call.closed is None


async def test_an_offer_still_under_way_when_the_browser_dials_again_leaves_no_session_behind(
    house: House,
) -> None:
    call = house.open()
    house.provider.gate.clear()
    late = asyncio.create_task(call.connect(OFFER))
    await house.provider.asked.wait()
    call.redial()
    house.provider.gate.set()
    with pytest.raises(CallEnded):
        await late
    await call.connect(OFFER)
    await call.close("stopped")
    await house.registry.close()
    assert sorted(house.provider.paths) == ["/calls"] * 2 + ["/calls/rtc_1/hangup", "/calls/rtc_2/hangup"]


async def test_an_offer_refused_after_the_browser_dialled_again_is_no_matter(house: House) -> None:
    call = house.open()
    house.provider.gate.clear()
    house.provider.refuse(500)
    late = asyncio.create_task(call.connect(OFFER))
    await house.provider.asked.wait()
    call.redial()
    house.provider.gate.set()
    with pytest.raises(ProviderFailure):
        await late
    assert call.closed is None


async def test_a_line_that_keeps_breaking_is_given_up(house: House) -> None:
    page = await live_page(house)
    for _ in range(MAX_REDIALS):
        page.call.redial()
        await page.call.connect(OFFER)
        page.call.report("live")
    assert page.call.closed is None
    page.call.redial()
    assert page.call.closed == Closed("peer_lost")


async def test_an_hour_old_session_asks_the_page_to_dial_again(house: House) -> None:
    page = await live_page(house)
    page.call.wish_renewal()
    assert page.changes[-1] == RenewalWished()


async def test_what_is_known_of_the_caller_is_told_to_the_next_session_too(house: House) -> None:
    page = await live_page(house)
    page.call.know({"city": "Multan"})
    page.call.know({"city": "Lahore"})
    call_controls = CallControls(page.call, PERSONA)
    call_controls.adjust(Choice(voice="marin"))
    page.call.redial()
    await page.call.connect(OFFER)
    instructions = latest_session(house)["instructions"]
    assert instructions.count("Lahore") == 1
    assert "Multan" not in instructions
    receive(page, *turns.typed("u1", "Salam"))
    await page.call.close("page_left")
    house.registry.resume(page.call, PERSONA)
    await page.call.connect(OFFER)
    assert "Lahore" in latest_session(house)["instructions"]


# -- controlled calls ------------------------------------------------------------------------------------


@pytest.fixture
async def provider() -> AsyncIterator[SidebandProvider]:
    async with SidebandProvider.running() as provider:
        yield provider


@pytest.fixture
async def controlled(provider: SidebandProvider) -> AsyncIterator[House]:
    house = House(given(openai_base_url=provider.url, control="sideband"))
    house.answer_with(AUDIO_ANSWER)
    yield house
    await house.registry.close()


async def test_a_controlled_call_tells_its_new_session_over_the_new_line(
    controlled: House, provider: SidebandProvider
) -> None:
    page = await live_page(controlled)
    first = await provider.connections.get()
    for event in turns.typed("u1", "My card is lost"):
        page.call._apply(event, 0)
    page.call.redial()
    await page.call.connect(OFFER)
    second = await provider.connections.get()
    assert second is not first
    told = await provider.received.get()
    assert (told["type"], told["item"]["id"]) == ("conversation.item.create", "u1")


async def test_a_lost_line_waits_for_a_browser_that_is_reconnecting(
    controlled: House, provider: SidebandProvider
) -> None:
    page = await live_page(controlled)
    page.call.report("reconnecting")
    provider.refusals, provider.refuse_with = 1, HTTPStatus.UNAUTHORIZED
    holding = page.call.leg._holding
    assert holding
    await (await provider.connections.get()).close()
    await asyncio.wait_for(holding, 20)
    assert page.call.closed is None
    page.call.report("live")
    assert page.call.closed == Closed("control_lost")


async def test_a_call_without_a_line_does_not_wait_for_its_browser_for_ever(
    controlled: House, provider: SidebandProvider
) -> None:
    page = await live_page(controlled)
    page.call.report("reconnecting")
    provider.refusals, provider.refuse_with = 1, HTTPStatus.UNAUTHORIZED
    holding = page.call.leg._holding
    assert holding
    await (await provider.connections.get()).close()
    await asyncio.wait_for(holding, 20)
    controlled.timer.advance(RECONNECT_SECONDS)
    assert page.call.closed == Closed("peer_lost")


async def test_a_controlled_call_is_controlled_once_however_many_offers_there_are(
    controlled: House, provider: SidebandProvider
) -> None:
    call = controlled.open()
    provider.refusals = 1
    late = asyncio.create_task(call.connect(OFFER))
    await provider.refused.wait()
    call.redial()
    with pytest.raises(CallEnded):
        await late
    await call.connect(OFFER)
    await call.close("stopped")
    await controlled.registry.close()
    hung_up = {"/calls/rtc_1/hangup", "/calls/rtc_2/hangup"}
    assert hung_up <= set(controlled.provider.paths)


# -- after a reload --------------------------------------------------------------------------------------


async def left(house: House, reason: str = "page_left") -> Page:
    page = await live_page(house)
    receive(page, *turns.typed("u1", "Salam"))
    await page.call.close(reason)
    return page


async def test_a_caller_whose_page_went_away_can_carry_the_call_on(house: House) -> None:
    page = await left(house)
    before = house.registry.left_call(PERSONA, "visitor")
    assert before is page.call
    old_token = before.end_token
    house.registry.resume(before, PERSONA)
    assert (before.closed, before.away) == (None, None)
    assert [each.id for each in before.conversation.items] == ["u1"]
    assert house.registry.by_end_token(old_token) is None
    assert house.registry.left_call(PERSONA, "visitor") is None


async def test_nobody_else_can_carry_it_on(house: House) -> None:
    await left(house)
    assert house.registry.left_call(PERSONA, "someone else") is None


async def test_after_a_minute_it_is_too_late(house: House) -> None:
    page = await left(house)
    house.timer.advance(RESUME_SECONDS)
    assert house.registry.left_call(PERSONA, "visitor") is None
    assert page.call.closed == Closed("page_left")
    await house.registry.tasks.finish()
    assert page.changes[-1] == Finished(Closed("page_left"))


async def test_a_call_that_was_stopped_is_over(house: House) -> None:
    await left(house, "stopped")
    assert house.registry.left_call(PERSONA, "visitor") is None


async def test_a_resumed_call_tells_its_session_what_was_said(house: House) -> None:
    page = await left(house)
    house.registry.resume(page.call, PERSONA)
    resumed = Page(page.call)
    await resumed.call.connect(OFFER)
    resumed.call.report("live")
    assert seeded(resumed) == [("u1", "Salam")]


async def test_times_go_on_although_the_reloaded_pages_clock_begins_anew(house: House) -> None:
    page = await live_page(house)
    receive(page, *turns.typed("u1", "Salam"), from_ms=70_000)
    await page.call.close("page_left")
    house.registry.resume(page.call, PERSONA)
    resumed = Page(page.call)
    receive(resumed, *turns.typed("u2", "Again"), from_ms=10)
    started = item(resumed, "u2").started_at_ms
    assert started is not None
    assert started >= 70_000


async def test_a_question_that_waits_for_its_answer_is_asked_again_once_the_caller_can_hear(
    house: House,
) -> None:
    page = await live_page(house)
    receive(page, *turns.typed("u1", "My card is lost"))
    page.call.redial()
    await page.call.connect(OFFER)
    assert page.sent == []
    page.call.report("live")
    assert page.sent_types == ["conversation.item.create", "response.create"]
    page.call.report("reconnecting")
    page.call.report("live")
    assert page.sent_types.count("response.create") == 1


async def test_nothing_is_asked_again_after_an_answer_or_where_answers_are_given_only_when_asked(
    house: House,
) -> None:
    answered = await live_page(house)
    receive(answered, *turns.typed("u1", "My card is lost"), turns.reply("a1", "u1", ["I will block it"]))
    silent = await live_page(house)
    receive(silent, *turns.typed("u1", "My card is lost"))
    only_asked = silent.call.persona.turn_detection.model_copy(update={"create_response": False})
    silent.call.persona = silent.call.persona.model_copy(update={"turn_detection": only_asked})
    for page in (answered, silent):
        page.call.redial()
        await page.call.connect(OFFER)
        page.call.report("live")
        assert "response.create" not in page.sent_types
