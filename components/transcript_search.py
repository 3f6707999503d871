"""Words found in a conversation, also where the page does not hold them.

Urdu is typed with Arabic keyboards too, with and without vowel signs, and numbers with either digits: what
reads alike is found alike.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from components.transcript_view import units
from realtime.item import Item

_ALIKE = {"ي": "ی", "ى": "ی", "ك": "ک", "ۀ": "ہ", "ه": "ہ", "ة": "ہ", "أ": "ا", "إ": "ا", "ٱ": "ا"}
_DIGITS = {chr(zero + digit): str(digit) for zero in (0x0660, 0x06F0) for digit in range(10)}
_SIGNS = (0x0640, 0x200C, 0x200D, 0x200E, 0x200F, *range(0x064B, 0x0660))
"""Kashida, joiners, marks of direction, vowel signs: nobody types them to find something."""
_UNREAD = dict.fromkeys(map(chr, _SIGNS))
_TABLE: dict[int, str | None] = {ord(char): same for char, same in (_ALIKE | _DIGITS | _UNREAD).items()}


@dataclass(frozen=True, slots=True)
class Match:
    """One place: in which item, and where in its text, in UTF-16 units."""

    item_id: str
    start: int
    length: int


def find(items: Iterable[Item], query: str) -> list[Match]:
    """All places, in the order of the items; none for an empty query."""
    needle = _folded(unicodedata.normalize("NFC", query)).strip()
    return [match for item in items for match in _matches(item, needle)] if needle else []


def _folded(text: str) -> str:
    return text.translate(_TABLE).lower()


def _matches(item: Item, needle: str) -> Iterator[Match]:
    if needle not in _folded(item.text):
        return
    folded, places = _with_places(item.text)
    at = folded.find(needle)
    while at >= 0:
        end = at + len(needle)
        first, last = places[at], places[end - 1] + 1
        yield Match(item.id, units(item.text[:first]), units(item.text[first:last]))
        at = folded.find(needle, end)


def _with_places(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters its place in `text`."""
    folded = [(each, place) for place, char in enumerate(text) for each in _folded(char)]
    return "".join(char for char, _ in folded), [place for _, place in folded]
