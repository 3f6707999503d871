import asyncio
import json
from collections.abc import AsyncIterator
from http import HTTPStatus

import httpx
import pytest

from calls.call import CallEnded
from calls.events import CallChange, Closed, Connected, Finished, Summarised
from realtime.conversation.changes import ItemAdded
from realtime.sideband import SidebandLost
from tests.fakes.house import OFFER, House, Page
from tests.fakes.settings import given
from tests.fakes.sideband_provider import SidebandProvider, answer

AUDIO_ANSWER = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
STARTED = {"type": "input_audio_buffer.speech_started", "item_id": "u1", "audio_start_ms": 0}


@pytest.fixture
async def provider() -> AsyncIterator[SidebandProvider]:
    async with SidebandProvider.running() as provider:
        yield provider


@pytest.fixture
async def house(provider: SidebandProvider) -> AsyncIterator[House]:
    house = House(given(openai_base_url=provider.url, control="sideband"))
    house.answer_with(AUDIO_ANSWER)
    yield house
    await house.registry.close()


async def test_the_browser_gets_its_answer_only_once_the_sideband_is_attached(
    house: House, provider: SidebandProvider
) -> None:
    provider.refusals = 1
    assert await house.open().connect(OFFER) == AUDIO_ANSWER
    assert [request.path for request in provider.requests] == ["/v1/realtime?call_id=rtc_1"] * 2


async def test_the_conversation_is_the_providers_and_nothing_the_browser_says_counts(
    house: House, provider: SidebandProvider
) -> None:
    page = Page(house.open())
    await page.call.connect(OFFER)
    page.call.receive(STARTED, 0)
    assert page.changes == [Connected("rtc_1")]
    told: list[CallChange] = []
    page.call.watch(told.extend)
    async with house.next_change(page.call):
        await (await provider.connections.get()).send(
            '{"type":"input_audio_buffer.speech_started","item_id":"u2"}'
        )
    assert [change.item_id for change in told if isinstance(change, ItemAdded)] == ["u2"]


async def test_typed_words_go_over_the_sideband_and_not_through_the_page(
    house: House, provider: SidebandProvider
) -> None:
    page = Page(house.open())
    await page.call.connect(OFFER)
    page.call.say("hello")
    assert (await provider.received.get())["type"] == "conversation.item.create"
    assert (await provider.received.get())["type"] == "response.create"
    assert page.sent == []


async def test_a_call_that_cannot_be_controlled_is_hung_up_and_gets_no_answer(
    house: House, provider: SidebandProvider
) -> None:
    provider.refusals, provider.refuse_with = 1, HTTPStatus.UNAUTHORIZED
    call = house.open()
    with pytest.raises(CallEnded):
        await call.connect(OFFER)
    assert call.closed == Closed("control_lost")
    await house.registry.close()
    assert house.provider.paths[-1] == "/calls/rtc_1/hangup"


async def test_an_answer_with_a_data_channel_is_refused(house: House) -> None:
    house.answer_with(AUDIO_ANSWER + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n")
    call = house.open()
    with pytest.raises(CallEnded):
        await call.connect(OFFER)
    assert call.closed == Closed("provider_bad_answer")


async def test_a_lost_sideband_is_attached_once_more_and_then_ends_the_call(
    house: House, provider: SidebandProvider
) -> None:
    call = house.open()
    await call.connect(OFFER)
    await (await provider.connections.get()).close()
    second = await provider.connections.get()
    assert call.closed is None
    async with house.next_change(call):
        await second.close()
    assert call.closed == Closed("control_lost")


async def test_a_line_that_fails_for_another_reason_ends_the_call(
    house: House, provider: SidebandProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("unexpected")

    call = house.open()
    await call.connect(OFFER)
    monkeypatch.setattr(call.conversation, "apply", fail)
    async with asyncio.timeout(10), house.next_change(call):
        await (await provider.connections.get()).send(json.dumps(STARTED))
    assert call.closed == Closed("control_lost")
    await house.registry.close()
    assert house.provider.paths[-1] == "/calls/rtc_1/hangup"


async def test_an_answer_that_was_asked_for_on_a_broken_line_is_asked_for_on_the_next(
    house: House, provider: SidebandProvider
) -> None:
    call = house.open()
    await call.connect(OFFER)
    call.send({"type": "response.create"})
    asked = await provider.received.get()
    await (await provider.connections.get()).close()
    async with asyncio.timeout(10):
        again = await provider.received.get()
    assert (again["type"], again["event_id"] != asked["event_id"]) == ("response.create", True)


async def test_an_ended_call_lets_go_of_its_sideband(house: House, provider: SidebandProvider) -> None:
    call = house.open()
    await call.connect(OFFER)
    await call.close("stopped")
    await house.registry.close()
    await (await provider.connections.get()).wait_closed()
    assert call.closed == Closed("stopped")


async def test_a_provider_that_names_no_call_cannot_be_controlled(house: House) -> None:
    house.provider.next.clear()
    house.provider.next.append(lambda _: httpx.Response(201, text=AUDIO_ANSWER))
    with pytest.raises(CallEnded):
        await house.open().connect(OFFER)


async def test_an_answer_to_a_question_reaches_who_asked_and_not_the_transcript(
    house: House, provider: SidebandProvider
) -> None:
    provider.answers_questions = False
    call = house.open()
    await call.connect(OFFER)
    session = await provider.connections.get()
    asking = asyncio.create_task(call.ask("What is it about?"))
    question = await provider.received.get()
    assert question["response"]["output_modalities"] == ["text"]
    await answer(session, question, "Cards")
    assert await asking == "Cards"
    assert call.conversation.items == []


async def test_the_answer_to_a_question_is_not_taken_for_the_reply_that_is_under_way(
    house: House, provider: SidebandProvider
) -> None:
    provider.answers_questions = False
    call = house.open()
    await call.connect(OFFER)
    session = await provider.connections.get()
    call.send({"type": "response.create"})
    await provider.received.get()
    asking = asyncio.create_task(call.ask("What is it about?"))
    question = await provider.received.get()
    call.send({"type": "response.create", "response": {"instructions": "next"}})
    await answer(session, question, "Cards")
    await asking
    await call.close("stopped")
    assert provider.received.empty()


async def test_a_bridged_call_cannot_be_asked() -> None:
    with pytest.raises(SidebandLost):
        await House().open().ask("What is it about?")


async def test_at_the_end_the_session_is_asked_for_topic_and_summary_before_the_hang_up(
    house: House, provider: SidebandProvider
) -> None:
    provider.answers_questions = False
    page = Page(house.open())
    await page.call.connect(OFFER)
    session = await provider.connections.get()
    async with house.next_change(page.call):
        await session.send(json.dumps(STARTED))
    closing = asyncio.create_task(page.call.close("stopped"))
    for text in ("A lost card", "It was lost. It was blocked."):
        await answer(session, await provider.received.get(), text)
    await closing
    told = [change for change in page.changes if isinstance(change, Closed | Summarised | Finished)]
    summary = Summarised("A lost card", "It was lost. It was blocked.")
    assert told == [Closed("stopped"), summary, Finished(Closed("stopped"))]
    assert house.provider.paths[-1] == "/calls/rtc_1/hangup"


@pytest.mark.parametrize("ended_before", [True, False])
async def test_a_server_that_ends_hangs_up_without_waiting_for_a_summary(
    house: House, provider: SidebandProvider, ended_before: bool
) -> None:
    provider.answers_questions = False
    page = Page(house.open())
    await page.call.connect(OFFER)
    session = await provider.connections.get()
    async with house.next_change(page.call):
        await session.send(json.dumps(STARTED))
    if ended_before:
        page.call.end("stopped")
        await provider.received.get()  # the session is being asked, and never answers
    await house.registry.close()
    assert house.provider.paths[-1] == "/calls/rtc_1/hangup"
    assert page.call.is_finished
    assert not [change for change in page.changes if isinstance(change, Summarised)]
