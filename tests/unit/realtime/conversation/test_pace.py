"""Where the agent's voice is estimated to be in its text."""

from typing import Any

import pytest

from realtime.conversation import Conversation
from realtime.conversation.changes import Change, ItemCut, VoiceEnded, VoiceMoved
from realtime.conversation.pace import (
    USUAL_COLUMNS_PER_MS,
    SpeakingPace,
    reaches_after_ms,
    spoken_chars,
    usual_chars_per_ms,
)
from tests.fakes.turns import barge_in, playback_ends, reply_begins, reply_ends

TEXT = "Your card is blocked now and a new one is on its way to you. "
WORDS = [f"{word} " for word in TEXT.split()]


def feed(conversation: Conversation, events: list[dict[str, Any]], at_ms: float) -> list[Change]:
    return [change for event in events for change in conversation.apply(event, at_ms)]


def voice(changes: list[Change]) -> list[Change]:
    return [change for change in changes if isinstance(change, VoiceMoved | VoiceEnded)]


def test_wide_characters_are_usually_spoken_at_half_the_pace() -> None:
    assert usual_chars_per_ms("お客様のカード") == pytest.approx(USUAL_COLUMNS_PER_MS / 2)
    assert usual_chars_per_ms("آپ کا کارڈ") == USUAL_COLUMNS_PER_MS == usual_chars_per_ms("")


def test_the_pace_is_not_known_until_replies_were_played_to_their_end() -> None:
    pace = SpeakingPace()
    assert pace.chars_per_ms is None
    pace.add_reply(100, 5000)
    pace.add_reply(100, 15000)
    assert pace.chars_per_ms == pytest.approx(0.01)


@pytest.mark.parametrize("chars", [0, 7, 70, 700])
def test_the_voice_is_where_it_gets_to_in_the_time_it_takes(chars: int) -> None:
    assert spoken_chars(reaches_after_ms(chars, 0.014) + 1e-6, 0.014) == chars


def test_words_that_come_before_their_voice_wait_for_it() -> None:
    conversation = Conversation()
    events = reply_begins("a", None, WORDS[:2])
    started = events.pop(4)
    assert started["type"] == "output_audio_buffer.started"
    assert voice(feed(conversation, events, 0)) == [VoiceMoved("a", USUAL_COLUMNS_PER_MS, None)]
    assert voice(feed(conversation, [started], 300)) == [VoiceMoved("a", USUAL_COLUMNS_PER_MS, 0.0)]


def test_deltas_after_the_first_tell_nothing_of_the_voice() -> None:
    conversation = Conversation()
    *opening, first, second, third = reply_begins("a", None, WORDS[:3])
    feed(conversation, [*opening, first], 0)
    assert voice(feed(conversation, [second, third], 100)) == []


def test_words_that_come_while_their_voice_is_heard_already_are_told_how_far_it_is() -> None:
    conversation = Conversation()
    *opening, word = reply_begins("a", None, WORDS[:1])
    feed(conversation, opening, 1000)
    assert voice(feed(conversation, [word], 1250)) == [VoiceMoved("a", USUAL_COLUMNS_PER_MS, 250.0)]


def test_a_second_item_of_a_reply_begins_where_the_first_is_said() -> None:
    conversation = Conversation()
    feed(conversation, reply_begins("a", None, [TEXT]), 0)
    second = {"item_id": "b", "response_id": "resp_a", "output_index": 1, "content_index": 0}
    event = {"type": "response.output_audio_transcript.delta", **second, "delta": "More."}
    [moved] = voice(feed(conversation, [event], 1000))
    assert isinstance(moved, VoiceMoved)
    assert moved.since_ms == pytest.approx(1000 - len(TEXT) / USUAL_COLUMNS_PER_MS)


def test_a_reply_played_to_its_end_is_said_and_lends_the_next_its_pace() -> None:
    conversation = Conversation()
    feed(conversation, [*reply_begins("a", None, WORDS), *reply_ends("a", None, TEXT)], 0)
    assert voice(feed(conversation, playback_ends("a"), 6000)) == [VoiceEnded("a")]
    moved = voice(feed(conversation, reply_begins("b", "a", WORDS[:1]), 9000))
    assert moved == [VoiceMoved("b", len(TEXT) / 6000, 0.0)]


def test_a_barge_in_cuts_where_the_voice_was_estimated_to_be() -> None:
    conversation = Conversation()
    [moved] = voice(feed(conversation, reply_begins("a", None, WORDS), 0))
    assert isinstance(moved, VoiceMoved)
    cleared = [event for event in barge_in("a", "u", 0) if event["type"] == "output_audio_buffer.cleared"]
    changes = feed(conversation, cleared, 2000)
    heard = next(change.heard for change in changes if isinstance(change, ItemCut))
    estimate = spoken_chars(2000, moved.chars_per_ms)
    assert heard <= estimate < heard + len("blocked ")
    assert VoiceEnded("a") in changes


def test_a_provider_that_tells_nothing_of_playback_keeps_no_words_back() -> None:
    conversation = Conversation()
    events = [*reply_begins("a", None, WORDS), *reply_ends("a", None, TEXT)]
    silent = [event for event in events if event["type"] != "output_audio_buffer.started"]
    assert voice(feed(conversation, silent, 0)) == [
        VoiceMoved("a", USUAL_COLUMNS_PER_MS, None),
        VoiceEnded("a"),
    ]


def test_a_written_reply_has_no_voice() -> None:
    conversation = Conversation()
    about = {"item_id": "a", "response_id": "r", "output_index": 0, "content_index": 0}
    written = {"type": "response.output_text.delta", **about, "delta": "In writing."}
    assert voice(feed(conversation, [written], 0)) == []


# -- how near the estimate is to a voice that knows what it said ---------------------------------------

SENTENCES = (
    "Good morning, this is the bank. Your card ending in four two is blocked now. "
    "A new one is on its way; it will reach you within seven days. "
    "Is there anything else, perhaps about your savings account, that I can do for you today? "
)


def spoken_until(text: str, ms: float) -> int:
    """Return the characters said after `ms` by a voice that slows in long words and pauses at clauses."""
    at_ms = 0.0
    for place, char in enumerate(text):
        at_ms += 55 + 25 * (char in "aeiou") + {".": 420, "?": 420, ",": 200, ";": 260}.get(char, 0)
        if at_ms > ms:
            return place
    return len(text)


def heard_when_cut(conversation: Conversation, item_id: str, begin_ms: float, after_ms: float) -> int:
    words = [f"{word} " for word in SENTENCES.split()]
    feed(conversation, reply_begins(item_id, None, words), begin_ms)
    cleared = {"type": "output_audio_buffer.cleared", "response_id": f"resp_{item_id}"}
    feed(conversation, [cleared], begin_ms + after_ms)
    item = conversation.item(item_id)
    assert item is not None and item.heard is not None
    return item.heard


@pytest.mark.parametrize("after_ms", [1000, 3000, 6000, 9000, 12_000, 15_000])
def test_the_estimate_is_within_a_few_words_of_an_uneven_voice_once_its_pace_is_known(after_ms: int) -> None:
    conversation = Conversation()
    whole = next(ms for ms in range(0, 60_000, 10) if spoken_until(SENTENCES, ms) == len(SENTENCES))
    feed(conversation, reply_begins("a", None, [SENTENCES]), 0)
    feed(conversation, playback_ends("a"), whole)
    heard = heard_when_cut(conversation, "b", 100_000, after_ms)
    assert abs(heard - spoken_until(SENTENCES, after_ms)) <= 16


@pytest.mark.parametrize("after_ms", [1000, 3000, 6000, 9000])
def test_the_first_reply_of_a_call_is_estimated_by_a_usual_voice(after_ms: int) -> None:
    heard = heard_when_cut(Conversation(), "a", 0, after_ms)
    truth = spoken_until(SENTENCES, after_ms)
    assert abs(heard - truth) <= 16 + truth // 3
