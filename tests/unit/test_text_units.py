"""Where a text of any script may be cut."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from text_units import atoms, columns, grapheme_floor, graphemes, shortened, word_ceil, word_floor

FAMILY = "👨\u200d👩\u200d👧"
FLAG = "🇵🇰"


@pytest.mark.parametrize(
    ("at", "before"),
    [(0, ""), (2, ""), (3, "one"), (4, "one"), (6, "one"), (7, "one two"), (99, "one two")],
)
def test_a_cut_inside_a_word_takes_the_word_away(at: int, before: str) -> None:
    assert "one two"[: word_floor("one two", at)] == before


@pytest.mark.parametrize(
    ("text", "at", "before"),
    [
        ("カードを止める", 3, "カード"),
        ("カードを止める", 1, ""),  # no line begins with the lengthening sign
        ("はい。分かった", 2, "は"),
        ("はい。分かった", 3, "はい。"),
        ("私は「はい」と", 3, "私は"),
        ("กำลัง", 1, ""),
        ("Windowsの設定", 4, ""),
        ("Windowsの設定", 7, "Windows"),
        ("Windowsの設定", 8, "Windowsの"),
        ("カード OK です", 5, "カード"),
        ("안녕 하세요", 4, "안녕"),
    ],
)
def test_scripts_without_spaces_are_cut_between_graphemes(text: str, at: int, before: str) -> None:
    assert text[: word_floor(text, at)] == before


def test_the_end_of_a_word_is_found_in_every_script() -> None:
    assert word_ceil("one two", 1) == 3
    assert word_ceil("止めました", 1) == 1
    assert word_ceil("one", 0) == 0
    assert word_ceil("one", 2) == 3


@settings(deadline=None)
@given(st.text(st.sampled_from("ab \nみ。「ーกำ\u0301👨\u200d🇵क्ष"), max_size=40), st.integers(-3, 50))
def test_a_cut_lies_inside_the_text_and_outside_of_graphemes(text: str, at: int) -> None:
    ends = {0}
    for each in graphemes(text):
        ends.add(max(ends) + len(each))
    for place in (word_floor(text, at), word_ceil(text, at), grapheme_floor(text, at)):
        assert place in ends


def test_nothing_that_readers_take_for_one_character_is_cut() -> None:
    assert shortened(f"a{FAMILY}", 3) == "a"
    assert shortened(f"{FLAG}{FLAG}", 3) == FLAG
    assert shortened("cafe\u0301", 4) == "caf"
    assert shortened("short", 9) == "short"


def test_a_wide_character_takes_two_columns_and_a_sign_none() -> None:
    assert [columns(each) for each in ("abc", "止め", "ہے", "cafe\u0301", FAMILY, "한국")] == [
        3,
        4,
        2,
        4,
        2,
        4,
    ]


def test_what_no_line_break_may_cut() -> None:
    assert list(atoms("Please wait.")) == ["Please ", "wait. "]
    assert list(atoms("「カード」です。")) == ["「カー", "ド」", "で", "す。 "]
