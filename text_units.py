"""Places where a text may be cut: between its words, and between its graphemes (Unicode annex 29).

Most scripts put spaces between their words. Chinese, Japanese, Thai and some others put none: a line of them
may be broken between any two graphemes, but not before a closing bracket or behind an opening one. A grapheme
is what readers take for one character: a letter with its signs, an emoji of several code points.
"""

import unicodedata
from collections.abc import Iterator
from itertools import pairwise

import regex

UNSPACED_SCRIPTS = (
    "Han",
    "Hiragana",
    "Katakana",
    "Bopomofo",
    "Yi",
    "Thai",
    "Lao",
    "Khmer",
    "Myanmar",
    "Tibetan",
    "Javanese",
    "Balinese",
    "Tai_Tham",
    "New_Tai_Lue",
    "Tai_Le",
)
"""Scripts without spaces between words, by their names in Unicode's Scripts.txt."""
_UNSPACED = "[" + "".join(rf"\p{{Script={name}}}" for name in UNSPACED_SCRIPTS) + "]"
_ANY_UNSPACED = regex.compile(_UNSPACED)
_LAST_UNSPACED = regex.compile(f"(?r){_UNSPACED}")
_GRAPHEME = regex.compile(r"\X")
_WIDE = regex.compile(r"[\p{East_Asian_Width=Wide}\p{East_Asian_Width=Fullwidth}]")
_NEVER_FIRST = frozenset({"Lm", "Pe", "Pf", "Po"})
"""Categories of what no line begins with: closing brackets, full stops, the lengthening sign of Japanese."""
_NEVER_LAST = frozenset({"Ps", "Pi"})
_LONGEST_GRAPHEME = 64
"""Code points that are looked back over. One that is longer is a joke, and may be cut."""


def graphemes(text: str) -> list[str]:
    """Return the graphemes of a text."""
    return list(text) if text.isascii() and "\r" not in text else _GRAPHEME.findall(text)


def grapheme_floor(text: str, at: int) -> int:
    """Return the last place up to `at` that is not inside a grapheme."""
    if at >= len(text):
        return len(text)
    for found in _GRAPHEME.finditer(text, max(0, at - _LONGEST_GRAPHEME)):
        if found.end() > at:
            return int(found.start())
    return 0


def shortened(text: str, most: int) -> str:
    """Return the beginning of a text, of at most `most` code points; no grapheme is cut."""
    return text if len(text) <= most else text[: grapheme_floor(text, most)]


def word_floor(text: str, at: int) -> int:
    """Return the last place up to `at` that is not inside a word; a space before it is left out."""
    if at >= len(text):
        return len(text)
    space = max(text.rfind(" ", 0, at + 1), text.rfind("\n", 0, at + 1))
    unspaced = _LAST_UNSPACED.search(text, space + 1, at + 1)
    place = min(at, unspaced.end()) if unspaced else 0
    while place > space + 1 and not _may_part(text, place):
        place -= 1
    return max(0, space, place if place > space + 1 else 0)


def word_ceil(text: str, at: int) -> int:
    """Return the first place from `at` on that is not inside a word."""
    place = max(0, at)
    while 0 < place < len(text) and not text[place].isspace() and not _may_part(text, place):
        place += 1
    return min(place, len(text))


def atoms(text: str) -> Iterator[str]:
    """Yield the pieces that no line break may cut; the last one of a word ends with a space."""
    for word in text.split():
        if not _ANY_UNSPACED.search(word):
            yield f"{word} "
            continue
        found = graphemes(word)
        piece = found[0]
        for before, after in pairwise(found):
            if _may_stand_apart(before, after):
                yield piece
                piece = ""
            piece += after
        yield f"{piece} "


def columns(text: str) -> int:
    """Return the width of a text: one for a grapheme, two for a wide one such as an ideograph."""
    if text.isascii():
        return len(text)
    return sum(2 if _WIDE.match(each) else 1 for each in _GRAPHEME.findall(text))


def is_unspaced(char: str) -> bool:
    """Return whether a character belongs to a script that puts no spaces between words."""
    return bool(_ANY_UNSPACED.match(char))


def _may_part(text: str, place: int) -> bool:
    return _may_stand_apart(text[place - 1], text[place]) and grapheme_floor(text, place) == place


def _may_stand_apart(before: str, after: str) -> bool:
    """Return whether a line may end behind the one and begin with the other, of which no other is a space."""
    if not (is_unspaced(before) or is_unspaced(after)):
        return False
    ends, begins = unicodedata.category(before[0]), unicodedata.category(after[0])
    return ends not in _NEVER_LAST and begins not in _NEVER_FIRST
