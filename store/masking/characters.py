"""Reduces texts of all scripts, character by character, to what the search for numbers needs."""

import re
import unicodedata
from functools import lru_cache

DIGIT, LETTER, OTHER = "d", "l", "o"
_SAME_LETTERS = str.maketrans("يىكأإآٱة", "ییکااااه")
"""Letters that keyboards and recognisers exchange for each other."""
_VOWEL_SIGNS = dict.fromkeys([*range(0x064B, 0x0656), 0x0670, 0x0640])
"""Arabic vowel signs and the stretching line, which people write or leave out."""

_SOUNDS = (("w", "v"), ("chh", "ch"), ("ay", "e"), ("ey", "e"), ("ee", "i"), ("oo", "u"), ("ou", "au"))
_DOUBLED = re.compile(r"([a-z])\1+")


def plain_text(text: str) -> str:
    """Return `text` with ASCII digits, one kind of space, dash and comma; the length stays."""
    return text if text.isascii() else "".join(map(_plain_character, text))


def shape_of(plain: str) -> str:
    """Return the class of each character: a digit, a part of a word, or anything else.

    A combining mark belongs to the word it stands in; behind anything else it is something between words.
    """
    classes = "".join(map(_class_of, plain))
    if "m" not in classes:
        return classes
    resolved, last = [], OTHER
    for each in classes:
        last = (LETTER if last == LETTER else OTHER) if each == "m" else each
        resolved.append(last)
    return "".join(resolved)


def spelling(word: str) -> str:
    """Return the form in which different writings of one word are equal."""
    return word.lower().translate(_VOWEL_SIGNS).translate(_SAME_LETTERS)


def latin_sound(word: str) -> str:
    """Return one form for the Latin spellings of an Urdu or Hindi word ("chhabbees", "chabis")."""
    for written, sound in _SOUNDS:
        word = word.replace(written, sound)
    return _DOUBLED.sub(r"\1", word)


@lru_cache(4096)
def _plain_character(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Nd", "No"):
        return str(unicodedata.digit(character, character))
    if category in ("Zs", "Cf"):
        return " "
    if character in "،٬":
        return ","
    return "-" if category == "Pd" or character == "−" else character


@lru_cache(4096)
def _class_of(character: str) -> str:
    if character in "0123456789":
        return DIGIT
    if character.isalpha():
        return LETTER
    return "m" if unicodedata.category(character)[0] == "M" else OTHER
