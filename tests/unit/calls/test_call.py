import asyncio
import logging

import pytest

from calls.call import MAX_TYPED_CHARS, RECONNECT_SECONDS, CallEnded
from calls.events import CallerActed, CallerLeft, Closed, Connected, Finished, Noticed, PhaseChanged, Warned
from realtime.conversation.changes import ItemAdded, UsageReported
from realtime.failures import ProviderFailure
from tests.fakes.house import OFFER, House, Page
from tests.fakes.rest_provider import ANSWER

STARTED = {"type": "input_audio_buffer.speech_started", "item_id": "u1", "audio_start_ms": 0}
CREATED = {"type": "response.created", "response": {"id": "r1", "status": "in_progress"}}
DONE = {"type": "response.done", "response": {"id": "r1", "status": "completed", "output": []}}
PLAYING = {"type": "output_audio_buffer.started", "response_id": "r1"}


@pytest.fixture
def house() -> House:
    return House()


async def test_connecting_gives_the_providers_answer(house: House) -> None:
    assert await house.open().connect(OFFER) == ANSWER


async def test_watchers_see_what_the_conversation_says_and_can_stop(house: House) -> None:
    call = house.open()
    page = Page(call)
    later: list[object] = []
    unwatch = call.watch(later.extend)
    unwatch()
    call.receive(STARTED, 0)
    assert any(isinstance(change, ItemAdded) for change in page.changes)
    assert later == []


async def test_closing_hangs_up_once_however_often_it_is_asked(house: House) -> None:
    call = house.open()
    page = Page(call)
    await call.connect(OFFER)
    await asyncio.gather(call.close("stopped"), call.close("page_left"))
    await call.close("server_stopping")
    assert house.provider.paths == ["/calls", "/calls/rtc_1/hangup"]
    assert [c for c in page.changes if isinstance(c, Closed)] == [Closed("stopped")]
    assert house.registry.live == 0


async def test_a_call_that_was_never_created_is_closed_without_a_hang_up(house: House) -> None:
    call = house.open()
    await call.close("stopped")
    assert house.provider.requests == []


async def test_a_call_closed_while_the_provider_answers_is_hung_up(house: House) -> None:
    house.provider.gate.clear()
    call = house.open()
    connecting = asyncio.create_task(call.connect(OFFER))
    await house.provider.asked.wait()
    closing = asyncio.create_task(call.close("stopped"))
    house.provider.gate.set()
    with pytest.raises(CallEnded):
        await connecting
    await closing
    await house.registry.close()
    assert house.provider.paths == ["/calls", "/calls/rtc_1/hangup"]


async def test_a_request_that_is_given_up_still_leaves_no_call_behind(house: House) -> None:
    house.provider.gate.clear()
    call = house.open()
    connecting = asyncio.create_task(call.connect(OFFER))
    await house.provider.asked.wait()
    connecting.cancel()
    house.provider.gate.set()
    await call.close("page_left")
    await house.registry.close()
    assert house.provider.paths == ["/calls", "/calls/rtc_1/hangup"]


async def test_a_refusal_closes_the_call_with_its_code_and_waiting_time(house: House) -> None:
    house.provider.refuse(429, headers={"retry-after": "9"})
    call = house.open()
    with pytest.raises(ProviderFailure):
        await call.connect(OFFER)
    assert call.closed == Closed("provider_busy", 9)


async def test_a_limit_reached_ends_the_call_by_the_servers_hang_up(house: House) -> None:
    page = Page(house.open())
    await page.call.connect(OFFER)
    page.call.warn(Warned("limit_minutes", 60))
    page.call.end("limit_minutes")
    await house.registry.close()
    assert page.changes[1:] == [
        Warned("limit_minutes", 60),
        Closed("limit_minutes"),
        Finished(Closed("limit_minutes")),
    ]
    assert house.provider.paths[-1] == "/calls/rtc_1/hangup"


async def test_time_and_money_count_from_where_the_provider_holds_the_session(house: House) -> None:
    page = Page(house.open())
    assert page.changes == []
    await page.call.connect(OFFER)
    page.call.receive({"type": "session.created", "session": {}}, 0)
    assert [change for change in page.changes if isinstance(change, Connected)] == [Connected("rtc_1")]


async def test_a_call_nobody_connects_gives_its_place_back(house: House) -> None:
    call = house.open()
    house.timer.advance(60)
    assert call.closed == Closed("ticket_expired")
    assert house.registry.live == 0


async def test_an_event_proves_that_a_call_with_a_minted_key_runs(house: House) -> None:
    call = house.open()
    call.trust_minted_key()
    call.receive({"type": "session.created", "session": {}}, 0)
    house.timer.advance(61)
    assert call.closed is None


async def test_a_page_that_only_says_it_is_live_has_no_session_no_usage_and_no_time(house: House) -> None:
    page = Page(house.open())
    usage = {"type": "tokens", "output_tokens": 10**9}
    page.call.report("live")
    page.call.receive({"type": "response.done", "response": {"id": "r1", "usage": usage}}, 0)
    assert not any(isinstance(change, Connected | UsageReported) for change in page.changes)
    assert house.registry.live == 0
    house.timer.advance(60)
    assert page.call.closed == Closed("ticket_expired")


async def test_limits_count_from_a_minted_key_on_whatever_its_browser_says(house: House) -> None:
    page = Page(house.open())
    page.call.trust_minted_key()
    page.call.report("live")
    assert page.changes == [Connected(None), PhaseChanged("live")]


async def test_a_browser_that_stays_without_a_media_path_loses_its_call(house: House) -> None:
    page = Page(house.open())
    await page.call.connect(OFFER)
    page.call.report("live")
    page.call.report("reconnecting")
    house.timer.advance(RECONNECT_SECONDS - 1)
    page.call.report("reconnecting")
    page.call.receive({"type": "session.created", "session": {}}, 0)
    house.timer.advance(1)
    assert page.call.closed == Closed("peer_lost")


async def test_a_browser_that_found_its_media_path_again_keeps_its_call(house: House) -> None:
    page = Page(house.open())
    await page.call.connect(OFFER)
    page.call.report("reconnecting")
    page.call.report("live")
    house.timer.advance(RECONNECT_SECONDS)
    assert page.call.closed is None


async def test_a_second_offer_is_refused_and_the_provider_never_asked(house: House) -> None:
    call = house.open()
    offers = await asyncio.gather(call.connect(OFFER), call.connect(OFFER), return_exceptions=True)
    assert offers[0] == ANSWER
    assert isinstance(offers[1], CallEnded)
    with pytest.raises(CallEnded):
        await call.connect(OFFER)
    assert house.provider.paths == ["/calls"]
    assert call.closed is None


async def test_nothing_a_watcher_raises_keeps_a_call_from_being_hung_up(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("my secret word")

    call = house.open()
    await call.connect(OFFER)
    call.watch(fail)
    page = Page(call)
    house.registry.watch_left(lambda: fail(None))
    call.receive(STARTED, 0)
    await call.close("page_left")
    assert house.provider.paths == ["/calls", "/calls/rtc_1/hangup"]
    assert page.changes[-1] == CallerLeft(Closed("page_left"))
    assert "RuntimeError" in caplog.text
    assert "secret word" not in caplog.text


async def test_typed_words_become_an_item_and_ask_for_an_answer(house: House) -> None:
    page = Page(house.open())
    page.call.say("  سلام ")
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "سلام"}]}
    assert (page.sent[0]["type"], page.sent[0]["item"]) == ("conversation.item.create", item)
    assert page.sent_types[1:] == ["response.create"]
    assert page.changes == [CallerActed()]


async def test_typed_words_cut_a_reply_that_is_being_made_and_played(house: House) -> None:
    page = Page(house.open())
    page.call.receive(CREATED, 0)
    page.call.receive(PLAYING, 10)
    page.call.say("stop")
    assert page.sent_types == ["response.cancel", "output_audio_buffer.clear", "conversation.item.create"]
    page.call.receive(DONE, 20)
    assert page.sent_types[3:] == ["response.create"]


async def test_typed_words_cut_a_reply_that_is_only_still_playing(house: House) -> None:
    page = Page(house.open())
    for event in (CREATED, PLAYING, DONE):
        page.call.receive(event, 0)
    page.call.say("stop")
    assert page.sent_types == ["output_audio_buffer.clear", "conversation.item.create", "response.create"]


@pytest.mark.parametrize("text", ["", "  \n", "x" * (MAX_TYPED_CHARS + 1)])
async def test_typed_words_that_are_none_or_too_many_are_refused(house: House, text: str) -> None:
    page = Page(house.open())
    with pytest.raises(ValueError, match="characters"):
        page.call.say(text)
    assert page.sent == []


async def test_what_the_browser_says_of_itself_moves_the_phase(house: House) -> None:
    page = Page(house.open())
    page.call.report("microphone")
    page.call.report("live")
    page.call.report("made up")
    assert page.changes == [PhaseChanged("microphone"), PhaseChanged("live")]
    page.call.report("failed", "microphone_denied")
    assert page.call.closed == Closed("microphone_denied")


async def test_nothing_moves_after_the_end(house: House) -> None:
    page = Page(house.open())
    await page.call.close("stopped")
    seen = list(page.changes)
    assert seen == [Closed("stopped"), Finished(Closed("stopped"))]
    page.call.report("live")
    page.call.receive(STARTED, 0)
    page.call.send({"type": "response.create"})
    assert page.changes == seen
    assert page.sent == []
    assert page.call.phase == "ended"


async def test_a_notice_reaches_the_page_and_the_call_goes_on(house: House) -> None:
    page = Page(house.open())
    page.call.notice("broken_event")
    assert page.changes == [Noticed("broken_event")]
    assert page.call.closed is None


async def test_no_word_of_the_caller_reaches_the_log(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    page = Page(house.open())
    await page.call.connect(OFFER)
    page.call.say("my secret word")
    page.call.receive({"type": "error", "error": {"code": "server_error", "message": "my secret word"}}, 0)
    page.call.receive({"type": "error", "error": {"code": "my secret word\nforged line"}}, 0)
    await page.call.close("stopped")
    assert f"{page.call.id}: error event server_error" in caplog.text
    assert "secret word" not in caplog.text


async def test_a_reason_nobody_knows_is_neither_kept_nor_logged(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    page = Page(house.open())
    page.call.report("ended", "card_4111111111111111_my_words")
    assert page.call.closed == Closed("unknown")
    assert "4111" not in caplog.text


async def test_an_error_that_comes_without_end_is_logged_once(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    page = Page(house.open())
    for number in range(50):
        page.call.receive({"type": "error", "error": {"code": f"code_{number}"}}, 0)
        page.call.receive({"type": "error", "error": {"code": "server_error"}}, 0)
    assert caplog.text.count("error event") == 2


async def test_an_error_is_told_with_what_caused_it(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    page = Page(house.open())
    page.call.send({"type": "session.update", "session": {"type": "realtime"}})
    (update,) = page.sent
    error = {"code": "invalid_value", "event_id": update["event_id"]}
    page.call.receive({"type": "error", "error": error}, 0)
    page.call.receive({"type": "error", "error": {"code": "server_error", "event_id": "a forged\nline"}}, 0)
    assert "error event invalid_value about session.update" in caplog.text
    assert "error event server_error about nothing we sent" in caplog.text
    assert "forged" not in caplog.text


async def test_every_client_event_has_an_id_of_its_own(house: House) -> None:
    page = Page(house.open())
    page.call.say("Hello")
    page.call.send({"type": "input_audio_buffer.clear"}, {"type": "input_audio_buffer.clear"})
    assert page.sent_types[0] == "conversation.item.create"
    assert len({event["event_id"] for event in page.sent}) == len(page.sent) == 4


async def test_what_is_known_goes_through_the_page_of_a_live_call(house: House) -> None:
    page = Page(house.open())
    assert page.call.know({"city": "Multan"}) is False
    await page.call.connect(OFFER)
    page.call.report("live")
    assert page.call.know({"city": "Lahore"}) is True
    assert page.sent_types == ["session.update"]
    assert "Lahore" in page.sent[0]["session"]["instructions"]
