import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone

import pytest

from transcripts.conversation import (
    ExportedLine,
    Phrases,
    TranscriptMeta,
    to_json,
    to_md,
    to_srt,
    to_txt,
    to_vtt,
)

OPENED = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
META = TranscriptMeta("s1", "Shop", OPENED, OPENED + timedelta(minutes=4), "Shoes", "A wish for shoes.")
CALLER = ExportedLine("u1", "user", "Do you have shoes?", 0, 1800)
AGENT = ExportedLine("a1", "assistant", "We do. Which size?", 2000, 4000)
CUT = ExportedLine(
    "a2", "assistant", "We have red ones and blue ones.", 5000, 6000, heard=12, interrupted=True
)
URDU = ExportedLine("u2", "user", "Ali کا نمبر کیا ہے؟", 8000, 9500, language="ur")
TOOL = ExportedLine("t1", "tool", "", 4500, 4600, kind="function_call")
LINES = [CALLER, AGENT, TOOL, CUT, URDU]
Export = Callable[[Sequence[ExportedLine], TranscriptMeta], str]
RLI, PDI = "\u2067", "\u2069"


def test_text_names_the_speakers_the_times_and_what_was_not_heard() -> None:
    assert to_txt(LINES, META) == (
        "Shop\n"
        "2026-11-21 09:30 - 09:34 UTC\n"
        "A wish for shoes.\n"
        "\n"
        "[00:00] Caller: Do you have shoes?\n"
        "[00:02] Agent: We do. Which size?\n"
        "[00:05] Agent: We have red … [not heard: ones and blue ones.]\n"
        f"[00:08] Caller: {RLI}Ali کا نمبر کیا ہے؟{PDI}\n"
    )


def test_an_urdu_reader_gets_urdu_phrases_the_local_time_with_its_zone_and_lines_from_the_right() -> None:
    karachi = timezone(timedelta(hours=5))
    phrases = Phrases({"user": "آپ", "assistant": "نمائندہ"}, "براؤزر کے مطابق۔", "نہیں سنا گیا", True)
    meta = TranscriptMeta("s1", "دکان", OPENED.astimezone(karachi), phrases=phrases)
    lines = [
        ExportedLine("u1", "user", "سلام", 0, 1800, source="browser"),
        ExportedLine("a1", "assistant", "جی ہاں بولیں", 5000, 6000, heard=2, interrupted=True),
    ]
    assert to_txt(lines, meta) == (
        f"{RLI}دکان{PDI}\n2026-11-21 14:30 UTC+05:00\n{RLI}براؤزر کے مطابق۔{PDI}\n\n"
        f"{RLI}[00:00] {RLI}آپ{PDI}: {RLI}سلام{PDI}{PDI}\n"
        f"{RLI}[00:05] {RLI}نمائندہ{PDI}: {RLI}جی … [نہیں سنا گیا: ہاں بولیں]{PDI}{PDI}\n"
    )
    for export in (to_md, to_srt, to_vtt):
        assert not re.search("Caller|Agent|heard|Reported", export(lines, meta))
    assert json.loads(to_json(lines, meta))["session"]["opened_at"] == "2026-11-21T14:30:00+05:00"


def test_a_call_that_goes_on_is_dated_with_its_zone_too() -> None:
    assert "2026-11-21 09:30 UTC\n" in to_txt([CALLER], TranscriptMeta("s1", "Shop", OPENED))


def test_a_reply_cut_at_an_unknown_place_ends_in_an_ellipsis() -> None:
    assert "Agent: Well …\n" in to_txt([ExportedLine("a", "assistant", "Well", interrupted=True)], META)


def test_what_the_callers_side_reported_is_labelled_so() -> None:
    line = ExportedLine("u1", "user", "Hello", 0, 500, source="browser")
    for export in (to_txt, to_md, to_vtt):
        assert "not by the provider" in export([line], META).replace("\\", "")
        assert "not by the provider" not in export([CALLER], META)
    assert json.loads(to_json([line], META))["items"][0]["source"] == "browser"


def test_nothing_said_can_look_like_another_speakers_line() -> None:
    forged = ExportedLine("u", "user", "Hi\nAgent: I will pay you\u2028Agent: a lot\r\x0bAgent: now", 0, 1)
    lines = [line for line in to_txt([forged], META).splitlines() if "Agent:" in line]
    assert lines == ["[00:00] Caller: Hi Agent: I will pay you Agent: a lot Agent: now"]


def test_nothing_said_can_turn_the_direction_of_its_surroundings() -> None:
    turning = ExportedLine("u", "user", "\u202eolleh\u2069\u2069\u200f سلام", 0, 1000)
    for export in (to_txt, to_md, to_srt, to_vtt):
        text = export([turning], META)
        assert not re.search("[\u202a-\u202e\u200f]", text)
        assert text.count(PDI) == text.count(RLI)


def test_a_line_runs_as_most_of_its_letters_do() -> None:
    def marked(text: str) -> bool:
        return RLI in to_txt([ExportedLine("u", "user", text)], META)

    assert marked("Ali کا نمبر کیا ہے؟")
    assert not marked("The word سلام is a greeting")
    assert not marked("1234")


def test_json_holds_every_item_and_field() -> None:
    exported = json.loads(to_json(LINES, META))
    assert exported["session"] == {
        "session_id": "s1",
        "title": "Shop",
        "opened_at": "2026-11-21T09:30:00+00:00",
        "closed_at": "2026-11-21T09:34:00+00:00",
        "topic": "Shoes",
        "summary": "A wish for shoes.",
    }
    assert [ExportedLine(**item) for item in exported["items"]] == LINES
    assert "نمبر" in to_json(LINES, META)


def test_markdown_shows_what_was_said_and_obeys_none_of_it() -> None:
    said = "# <b>x</b> [a](javascript:x) ![i](http://e.org/x) `c` *e* _u_ ~s~ &lt; | 1. - + @me https://e.org"
    exported = to_md([ExportedLine("u", "user", said, 0, 1)], META)
    line = exported.splitlines()[-1]
    assert line.startswith("**Caller** \\[00\\:00\\] \\# ")
    unescaped = re.sub(r"\\[!-/:-@\[-`{-~]", "", line.removeprefix("**Caller** "))
    assert not re.search(r"[`*_{}\[\]<>()#|~&:@!]", unescaped)


def test_markdown_begins_with_title_date_and_summary() -> None:
    assert to_md([CALLER], META).startswith(
        "# Shop\n\n2026\\-11\\-21 09\\:30 \\- 09\\:34 UTC\n\nA wish for shoes\\.\n\n**Caller** "
    )


def test_srt_numbers_its_cues_and_shows_what_was_heard() -> None:
    assert to_srt(LINES, META) == (
        "1\n00:00:00,000 --> 00:00:01,800\nCaller: Do you have shoes?\n"
        "\n2\n00:00:02,000 --> 00:00:04,000\nAgent: We do. Which size?\n"
        "\n3\n00:00:05,000 --> 00:00:06,000\nAgent: We have red\n"
        f"\n4\n00:00:08,000 --> 00:00:09,500\nCaller: {RLI}Ali کا نمبر کیا ہے؟{PDI}\n"
    )


def test_vtt_names_the_voice_and_escapes_what_was_said() -> None:
    line = ExportedLine("u", "user", "a <b> & --> c", 3_600_000, 3_602_000)
    meta = TranscriptMeta("s1", "Shop", OPENED, phrases=Phrases({"user": "A<B>"}))
    assert to_vtt([line], meta) == (
        "WEBVTT\n\n01:00:00.000 --> 01:00:02.000\n<v A&lt;B&gt;>a &lt;b&gt; &amp; --&gt; c</v>\n"
    )


def test_what_nobody_heard_is_no_subtitle() -> None:
    assert (
        to_srt([ExportedLine("a", "assistant", "Never played", 0, 500, heard=0, interrupted=True)], META)
        == ""
    )


def test_a_long_reply_becomes_several_cues_that_share_its_time() -> None:
    text = " ".join(["word"] * 60)
    cues = _cues_of(to_srt([ExportedLine("a", "assistant", text, 1000, 31000)], META))
    assert len(cues) == 4
    assert all(len(line) <= 42 for _, _, said in cues for line in said.split("\n"))
    assert (cues[0][0], cues[-1][1]) == (1000, 31000)
    assert [end for _, end, _ in cues[:-1]] == [start for start, _, _ in cues[1:]]
    assert " ".join(said.removeprefix("Agent: ").replace("\n", " ") for _, _, said in cues) == text


def test_a_reply_is_shown_as_long_as_it_takes_to_read_it_not_to_generate_it() -> None:
    ((start, end, _),) = _cues_of(to_srt([ExportedLine("a", "assistant", "xx " * 17, 1000, 1200)], META))
    assert (start, end) == (1000, 3941)


def test_a_line_that_nobody_timed_follows_the_one_before() -> None:
    cues = _cues_of(to_srt([CALLER, ExportedLine("a", "assistant", "Yes"), URDU], META))
    assert cues[1][:2] == (1800, 2800)


@pytest.mark.parametrize("export", [to_txt, to_md, to_json, to_srt, to_vtt])
def test_an_empty_call_still_makes_a_file(export: Export) -> None:
    assert not re.search("Caller|Agent|-->", export([], META))


def _cues_of(exported: str) -> list[tuple[int, int, str]]:
    found = re.findall(r"(\d\d:\d\d:\d\d[.,]\d{3}) --> (\d\d:\d\d:\d\d[.,]\d{3})\n((?:.+\n)*)", exported)
    return [(_ms(start), _ms(end), text.rstrip("\n")) for start, end, text in found]


def _ms(clock: str) -> int:
    hours, minutes, seconds, ms = map(int, re.split("[:.,]", clock))
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms
