"""Words found in a conversation, also where the page does not hold them.

Urdu is typed with Arabic keyboards too, with and without vowel signs, and numbers with either digits: what
reads alike is found alike.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from components.transcript.transcript_view import units
from realtime.conversation.item import Item

MAX_MATCHES = 1000
"""Nobody steps through more; one letter stands in a long conversation many thousand times."""
_ALIKE = {"ي": "ی", "ى": "ی", "ك": "ک", "ۀ": "ہ", "ه": "ہ", "ة": "ہ", "أ": "ا", "إ": "ا", "ٱ": "ا"}
_DIGITS = {chr(zero + digit): str(digit) for zero in (0x0660, 0x06F0) for digit in range(10)}
_SIGNS = (0x0640, 0x200C, 0x200D, 0x200E, 0x200F, *range(0x064B, 0x0660))
"""Kashida, joiners, marks of direction, vowel signs: nobody types them to find something."""
_UNREAD = dict.fromkeys(map(chr, _SIGNS))
_MOVES_OTHERS = re.compile("[" + "".join(_UNREAD) + "İ]")
"""Characters that fold to none, and the only one that is two in lower case."""
_TABLE: dict[int, str | None] = {ord(char): same for char, same in (_ALIKE | _DIGITS | _UNREAD).items()}


@dataclass(frozen=True, slots=True)
class Match:
    """One place: in which item, and where in its text, in UTF-16 units."""

    item_id: str
    start: int
    length: int


def find(newest_first: Iterable[Item], query: str) -> list[Match]:
    """Return the last `MAX_MATCHES` places, in the order of the conversation; none for an empty query."""
    needle = _folded(unicodedata.normalize("NFC", query)).strip()
    found: list[Match] = []
    for item in newest_first if needle else ():
        found += reversed(_matches(item, needle))
        if len(found) >= MAX_MATCHES:
            break
    return found[MAX_MATCHES - 1 :: -1]


def _folded(text: str) -> str:
    return text.translate(_TABLE).lower()


def _matches(item: Item, needle: str) -> list[Match]:
    if needle not in _folded(item.text):
        return []
    folded, places = _with_places(item.text)
    found: list[Match] = []
    read, read_units = 0, 0
    at = folded.find(needle)
    while at >= 0:
        end = at + len(needle)
        first, last = places[at], places[end - 1] + 1
        read, read_units = first, read_units + units(item.text[read:first])
        found.append(Match(item.id, read_units, units(item.text[first:last])))
        at = folded.find(needle, end)
    return found


def _with_places(text: str) -> tuple[str, Sequence[int]]:
    """Return the folded text, and for each of its characters its place in `text`."""
    if not _MOVES_OTHERS.search(text):
        return _folded(text), range(len(text))
    folded = [(each, place) for place, char in enumerate(text) for each in _folded(char)]
    return "".join(char for char, _ in folded), [place for _, place in folded]
