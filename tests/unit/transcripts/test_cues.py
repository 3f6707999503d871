"""What was said as subtitles that people can read, in every script."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from text_units import columns
from transcripts.cues import LINE_COLUMNS, SHORTEST_MS, Speech, subtitles_of
from transcripts.isolation import one_line
from transcripts.subtitles import Subtitle

JAPANESE = "お客様のカードは停止されました。新しいカードは一週間以内に届きます。" * 7
LONG = {
    "english": "Your card is blocked now and a new one is on its way to you. " * 8,
    "urdu": "آپ کا کارڈ بند کر دیا گیا ہے اور نیا کارڈ سات دن میں پہنچ جائے گا۔ " * 8,
    "japanese": JAPANESE,
    "thai": "บัตรของคุณถูกระงับแล้วและบัตรใหม่จะส่งถึงคุณภายในเจ็ดวัน" * 6,
    "address": "https://example.org/" + "a" * 200,
    "emoji": "👨‍👩‍👧🇵🇰" * 60,
}


def cues(*speeches: Speech) -> list[Subtitle]:
    return list(subtitles_of(speeches))


def plain(cue: Subtitle) -> list[str]:
    return [one_line(line) for line in cue.lines]


def unspaced(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("script", LONG)
def test_a_cue_has_at_most_two_lines_of_42_columns_and_loses_nothing(script: str) -> None:
    shown = cues(Speech(LONG[script], 0, 2000, "Agent"))
    for cue in shown:
        first, *others = plain(cue)
        assert len(others) <= 1
        assert columns(f"Agent: {first}") <= LINE_COLUMNS
        assert all(columns(line) <= LINE_COLUMNS for line in others)
    assert unspaced("".join(line for cue in shown for line in plain(cue))) == unspaced(LONG[script])


@pytest.mark.parametrize("script", LONG)
def test_a_cue_is_read_at_17_columns_a_second_and_lasts_a_second(script: str) -> None:
    for cue in cues(Speech(LONG[script], 500, 900)):
        length_s = (cue.end_ms - cue.start_ms) / 1000
        assert length_s >= 1
        assert sum(map(columns, plain(cue))) / length_s <= 17.1


def test_a_japanese_reply_is_several_cues_cut_between_its_characters() -> None:
    shown = cues(Speech(JAPANESE, 0, 500))
    assert len(shown) == 6
    assert not [line for cue in shown for line in plain(cue) if line[0] in "。ー、"]


def test_a_speech_that_took_longer_than_it_is_read_is_shown_as_long_as_it_took() -> None:
    shown = cues(Speech(LONG["english"], 1000, 61_000))
    assert (shown[0].start_ms, shown[-1].end_ms) == (1000, 61_000)


def test_no_cue_is_left_with_the_last_two_words() -> None:
    (first, second) = cues(Speech("The card is blocked now and " * 3 + "thank you.", 0, 9000))
    widths = [sum(map(columns, plain(cue))) for cue in (first, second)]
    assert min(widths) > max(widths) / 2


def test_the_next_speech_ends_a_cue_and_its_time_is_shared_until_then() -> None:
    shown = cues(Speech(LONG["english"], 0, 1000), Speech("Stop, please, I know that.", 6000, 8000))
    assert shown[-1].start_ms == 6000 == shown[-2].end_ms
    assert all(before.end_ms == after.start_ms for before, after in pairwise(shown))


def test_where_there_is_less_time_than_reading_takes_every_cue_still_gets_its_second() -> None:
    speeches = Speech(LONG["english"], 0, 1000), Speech("Stop, please, I know that.", 8000, 9000)
    (*first, _) = cues(*speeches)
    assert min(cue.end_ms - cue.start_ms for cue in first) >= SHORTEST_MS


def test_a_cue_ends_within_its_second_where_the_next_speech_begins() -> None:
    first, second = cues(Speech("Is anybody there?", 0, 300, "A"), Speech("Yes, I am.", 400, 900, "B"))
    assert (first.end_ms, second.start_ms) == (400, 400)


def test_what_nobody_timed_shares_the_time_until_the_next_speech_that_somebody_did() -> None:
    said = ["How can I help you today?", "Do you need a new card?", "Or a new cheque book?"]
    shown = cues(Speech(said[0], 0), Speech(said[1]), Speech(said[2]), Speech("A card.", 30_000, 31_000))
    assert [cue.start_ms for cue in shown] == [0, *(cue.end_ms for cue in shown[:2]), 30_000]
    squeezed = cues(Speech(said[0], 0), Speech(said[1]), Speech(said[2]), Speech("A card.", 3000, 4000))
    assert [cue.start_ms for cue in squeezed] == [0, 1000, 2000, 3000]


def test_what_nobody_timed_at_all_follows_one_another_from_the_beginning() -> None:
    shown = cues(*(Speech("One sentence like another.") for _ in range(3)))
    assert shown[0].start_ms == 0
    assert all(before.end_ms == after.start_ms for before, after in pairwise(shown))
    assert min(cue.end_ms - cue.start_ms for cue in shown) >= SHORTEST_MS


def test_speeches_of_two_words_by_one_speaker_are_joined() -> None:
    said = [Speech("Good morning.", 0, 700), Speech("My name", 1000, 1500), Speech("is Ali.", 1900, 2400)]
    (cue,) = cues(*said)
    assert (cue.lines, cue.start_ms, cue.end_ms) == (("Good morning. My name is Ali.",), 0, 2400)


def test_two_words_that_nobody_timed_are_joined_with_those_that_they_follow() -> None:
    (cue,) = cues(Speech("Yes, please.", 1000, 1500), Speech("Thank you."), Speech("Goodbye."))
    assert (cue.lines, cue.start_ms) == (("Yes, please. Thank you. Goodbye.",), 1000)


@pytest.mark.parametrize(
    "other",
    [
        Speech("is Ali.", 1900, 2400, "B"),
        Speech("is Ali.", 2600, 3100, "A"),
        Speech("is " + "very " * 15 + "long.", 1600, 3000, "A"),
    ],
    ids=["another speaker", "a pause", "too long"],
)
def test_nothing_else_is_joined(other: Speech) -> None:
    assert cues(Speech("My name", 1000, 1500, "A"), other)[0].lines == ("My name",)


def test_a_line_of_latin_words_inside_urdu_runs_as_its_speech_does() -> None:
    text = "میرا نام علی ہے اور میں کراچی میں رہتا ہوں Independence Blue Cross"
    (cue,) = cues(Speech(text, 0, 9000))
    assert len(cue.lines) == 2
    assert all(line.startswith("\u2067") and line.endswith("\u2069") for line in cue.lines)


speech = st.builds(
    Speech,
    st.text(st.sampled_from("ab \nسلام み。ー👨\u200d\u202e-"), max_size=250),
    st.none() | st.integers(0, 20_000),
    st.none() | st.integers(0, 20_000),
    st.sampled_from([None, "Agent", "آپ"]),
)


@settings(deadline=None)
@given(st.lists(speech, max_size=8))
def test_cues_are_in_order_last_a_while_and_never_overlap(speeches: list[Speech]) -> None:
    shown = cues(*speeches)
    assert all(cue.start_ms < cue.end_ms and all(cue.lines) for cue in shown)
    assert all(before.end_ms <= after.start_ms for before, after in pairwise(shown))
