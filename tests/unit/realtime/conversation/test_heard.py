from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime.conversation import Conversation
from realtime.conversation.heard import heard_lengths
from tests.fakes import turns

SPOKEN = "آپ کا کارڈ بند کر دیا گیا ہے اور نیا کارڈ سات دن میں آپ کے گھر کے پتے پر پہنچ جائے گا شکریہ"
WORDS = [f"{word} " for word in SPOKEN.split()]
HESITATIONS = (420, 180, 650, 240, 300, 160, 520, 210, 380, 190, 700, 230)
"""Milliseconds a word takes, over and over: a voice that hurries, and stops to think."""


def timetable() -> list[int]:
    """When each of the words is over, as the provider knows it: it plays them."""
    ends, at = [], 0
    for place in range(len(WORDS)):
        at += HESITATIONS[place % len(HESITATIONS)]
        ends.append(at)
    return ends


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("one two three", "one"),
        ("お客様のカードを止めました。", "お客様の"),
        ("บัตรของคุณถูกระงับแล้ว", "บัตร"),
        ("您的卡已被冻结。", "您的卡已"),
        ("👨‍👩‍👧👨‍👩‍👧 家族", ""),
    ],
)
def test_the_word_that_the_cut_divides_was_not_heard_or_the_character_without_words(
    text: str, heard: str
) -> None:
    (length,) = heard_lengths([text], [4.0], None, 1.0)
    assert text[:length] == heard


@pytest.mark.parametrize("tells", ["cleared", "audio_end_ms"])
def test_of_a_japanese_reply_that_is_cut_half_was_heard_in_half_its_time(tells: str) -> None:
    said = "お客様のカードは停止されました。新しいカードは一週間以内に届きます。"
    conversation = Conversation()
    for event in turns.reply_begins("agent_1", None, [said]):
        conversation.apply(event, 0)
    for event in turns.barge_in("agent_1", "user_1", 2400):
        if tells == "audio_end_ms" or event["type"] != "conversation.item.truncated":
            conversation.apply(event, 2400)
    item = conversation.item("agent_1")
    assert item and item.heard == 16
    assert said[: item.heard] == "お客様のカードは停止されました。"


def test_played_time_is_spread_over_the_items_in_order() -> None:
    texts = ["ten chars.", "and ten more", "unheard"]
    assert heard_lengths(texts, [None, None, None], 14, 1.0) == [None, len("and"), 0]


def test_the_last_item_was_cut_even_if_the_time_would_have_been_enough() -> None:
    assert heard_lengths(["all of it"], [None], 9999, 1.0) == [len("all of it")]


def test_without_times_nobody_can_tell() -> None:
    assert heard_lengths(["some words"], [None], None, 1.0) == [None]


@given(
    st.lists(st.tuples(st.text(), st.none() | st.floats(0, 1e15))),
    st.none() | st.floats(0, 1e15),
    st.floats(0, 1),
)
def test_no_more_is_heard_than_there_is(
    items: list[tuple[str, float | None]], played_ms: float | None, pace: float
) -> None:
    texts, ends = [text for text, _ in items], [end for _, end in items]
    for text, heard in zip(texts, heard_lengths(texts, ends, played_ms, pace), strict=True):
        assert heard is None or 0 <= heard <= len(text)


@pytest.mark.parametrize("tells", ["cleared", "audio_end_ms"])
@pytest.mark.parametrize("cut_in", [2, 5, 8, 12, 15, 18])
def test_of_an_uneven_voice_the_estimate_is_at_most_two_words_off_what_the_provider_played(
    cut_in: int, tells: str
) -> None:
    ends = timetable()
    conversation = Conversation()

    def hear(events: list[dict[str, Any]], at_ms: float) -> None:
        for event in events:
            conversation.apply(event, at_ms)

    hear(turns.reply_begins("agent_1", None, WORDS), 0)
    hear(turns.reply_ends("agent_1", None, "".join(WORDS)), 500)
    hear(turns.playback_ends("agent_1"), ends[-1])
    began = ends[-1] + 3000
    hear(turns.reply_begins("agent_2", "agent_1", WORDS), began)
    played_ms = ends[cut_in] - 40
    cut = turns.barge_in("agent_2", "user_1", played_ms)
    if tells == "cleared":
        cut = [event for event in cut if event["type"] != "conversation.item.truncated"]
    hear(cut, began + played_ms)
    item = conversation.item("agent_2")
    assert item and item.heard is not None
    heard = len(item.text[: item.heard].split())
    assert abs(heard - cut_in) <= 2
