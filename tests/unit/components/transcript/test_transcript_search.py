"""Words found in a conversation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.transcript.transcript_search import MAX_MATCHES, Match, _folded, _with_places, find
from realtime.conversation.item import Item


def said(text: str) -> list[Item]:
    return [Item("a", "assistant", text=text)]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("میرا کارڈ کھو گیا", "کارڈ"),
        ("میرا کارڈ کھو گیا", "كارڈ"),
        ("میری رقم", "ميري"),
        ("مُحَمَّد علی", "محمد"),
        ("محمد علی", "مُحَمَّد"),
        ("فون ۰۳۰۰", "0300"),
        ("Phone 0300", "۰۳۰۰"),
        ("JS Bank", "js bank"),
    ],
)
def test_what_reads_alike_is_found(text: str, query: str) -> None:
    assert len(find(said(text), query)) == 1


def test_every_place_is_told_in_the_order_of_the_conversation() -> None:
    items = [
        Item("a", "user", text="card, card"),
        Item("b", "assistant", text="no"),
        Item("c", "user", text="Card"),
    ]
    assert find(reversed(items), "card") == [Match("a", 0, 4), Match("a", 6, 4), Match("c", 0, 4)]


def test_places_are_in_the_browsers_units_also_behind_signs_that_are_not_compared() -> None:
    text = "🙂 مُحَمَّد علی"
    [match] = find(said(text), "محمد")
    found = text.encode("utf-16-le")[2 * match.start : 2 * (match.start + match.length)].decode("utf-16-le")
    assert found.startswith("مُحَمَّ") and found.endswith("د")


@pytest.mark.parametrize("query", ["", "   ", "\u064b"])
def test_nothing_is_found_by_nothing(query: str) -> None:
    assert find(said("some words"), query) == []


def test_a_letter_that_grows_when_small_does_no_harm() -> None:
    assert find(said("İstanbul card"), "card") == [Match("a", 9, 4)]


def test_of_very_many_places_the_last_ones_are_found() -> None:
    items = [Item(str(number), "user", text="a" * 600) for number in range(4)]
    found = find(reversed(items), "a")
    assert len(found) == MAX_MATCHES
    assert found[0] == Match("2", 200, 1)
    assert found[-1] == Match("3", 599, 1)


def test_places_behind_letters_of_two_units_are_told_in_units() -> None:
    assert [match.start for match in find(said("😀a😀a"), "a")] == [2, 5]


@given(st.text(alphabet="aIİß كی\u200c\u064b۵😀", max_size=30))
def test_places_are_those_of_each_letter_folded_by_itself(text: str) -> None:
    folded, places = _with_places(text)
    each_by_itself = [(char, place) for place, letter in enumerate(text) for char in _folded(letter)]
    assert list(zip(folded, places, strict=True)) == each_by_itself
