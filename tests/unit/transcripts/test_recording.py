import json

from transcripts.recording import Cue, written

CUES = [
    Cue(0.9, 2.35, "سلام\nدنیا "),
    Cue(3661.0004, 3662.9996, "<b> & co"),
    Cue(4000, 4001, "", "no_recognizer"),
    Cue(4002, 4003, " "),
]


def test_srt_numbers_its_cues_and_has_commas_in_its_times() -> None:
    assert written(CUES, "srt") == (
        "1\n00:00:00,900 --> 00:00:02,350\n\u2067سلام دنیا\u2069\n\n"
        "2\n01:01:01,000 --> 01:01:03,000\n<b> & co\n\n"
        "3\n01:06:40,000 --> 01:06:41,000\n[no_recognizer]\n"
    )


def test_vtt_has_its_header_and_no_tags_of_the_speakers_making() -> None:
    text = written(CUES, "vtt")
    assert text.startswith("WEBVTT\n\n00:00:00.900 --> 00:00:02.350\n\u2067سلام دنیا\u2069\n")
    assert "&lt;b&gt; &amp; co" in text


def test_plain_text_has_a_line_for_each_piece_and_a_note_for_each_failure() -> None:
    assert written(CUES, "txt") == "سلام دنیا\n<b> & co\n[no_recognizer]\n"


def test_json_keeps_everything() -> None:
    cues = json.loads(written(CUES, "json"))
    assert len(cues) == 4
    assert cues[2] == {"start_s": 4000, "end_s": 4001, "text": "", "failure": "no_recognizer"}


def test_no_cues_make_an_empty_file_of_the_right_kind() -> None:
    assert [written([], form) for form in ("txt", "srt", "vtt", "json")] == ["", "", "WEBVTT\n", "[]\n"]


def test_an_arrow_that_was_said_ends_no_cue() -> None:
    cues = [Cue(0, 1, "from A --> B")]
    assert written(cues, "srt").count("-->") == 1
    assert written(cues, "vtt").count("-->") == 1


def test_pieces_of_two_words_are_one_subtitle_and_stay_apart_in_the_other_forms() -> None:
    pieces = [Cue(0, 0.6, "Good morning."), Cue(0.9, 1.5, "My name"), Cue(1.8, 2.4, "is Ali.")]
    assert written(pieces, "srt") == "1\n00:00:00,000 --> 00:00:02,400\nGood morning. My name is Ali.\n"
    assert len(written(pieces, "txt").splitlines()) == 3


def test_a_long_piece_is_several_subtitles_of_two_lines() -> None:
    text = written([Cue(0, 20, "カードを止めました。" * 20)], "vtt")
    assert text.count("-->") == 5
    assert max(map(len, text.splitlines())) <= 42
