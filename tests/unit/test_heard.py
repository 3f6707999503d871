import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime.heard import heard_lengths, whole_words


@pytest.mark.parametrize(
    ("chars", "heard"),
    [(0, ""), (2, ""), (3, "one"), (4, "one"), (6, "one"), (7, "one two"), (99, "one two")],
)
def test_a_cut_inside_a_word_takes_the_word_away(chars: int, heard: str) -> None:
    assert "one two"[: whole_words("one two", chars)] == heard


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
