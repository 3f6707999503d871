"""Finds runs: digits and number words that stand so close together that they may be one number."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from store.masking.characters import latin_sound, spelling
from store.masking.number_words import (
    FILLERS,
    HUNDRED,
    HUNDREDS,
    LINKING,
    NUMBER_WORDS,
    ROMAN_WORDS,
    TENS,
    WEAK_FILLERS,
)

LONGEST_GAP = 6
"""Characters other than letters between two parts of one number."""
MOST_FILLERS = 4
"""Words between two parts of one number."""
SET_ASIDE = "x"
"""The class of characters that belong to no run."""
_TOKENS = re.compile(f"d+|l+|{SET_ASIDE}+")


@dataclass(slots=True)
class Group:
    """Digits written without a gap, or one or two words that say digits."""

    start: int
    end: int
    digits: str
    words: int
    """Number words it is said in; 0: it is written."""

    def extend(self, digits: str, end: int) -> None:
        """Let one more word belong to the group."""
        self.digits, self.end, self.words = digits, end, self.words + 1


def find_runs(plain: str, shape: str) -> Iterator[list[Group]]:
    """Yield every run, in the order of the text.

    :param shape: the class of each character, see `characters.shape_of`
    """
    run, reach, fillers = list[Group](), 0, 0
    for match in _TOKENS.finditer(shape):
        start, end = match.span()
        group = _group(plain, shape, start, end)
        if run and start - reach <= LONGEST_GAP and _makes_hundreds(run[-1], plain[start:end]):
            run[-1].extend(run[-1].digits + "00", end)
            reach = end
            continue
        if run and (start - reach > LONGEST_GAP or not (group or _fills(plain[start:end], run, fillers))):
            yield run
            run = []
        if group:
            _join(run, group)
            fillers = 0
        elif run:
            fillers += 1
        reach = end
    if run:
        yield run


def _makes_hundreds(before: Group, word: str) -> bool:
    return before.words == len(before.digits) == 1 and (spelling(word[:LONGEST_WORD]) in HUNDRED)


def _group(plain: str, shape: str, start: int, end: int) -> Group | None:
    if shape[start] == "d":
        return Group(start, end, plain[start:end], words=0)
    digits = _said(plain[start:end]) if shape[start] == "l" else None
    return Group(start, end, digits, words=1) if digits else None


LONGEST_WORD = 20


def _said(word: str) -> str | None:
    """Return the digits that a word says; in Arabic "and" is written together with it."""
    if len(word) > LONGEST_WORD:
        return None
    known = spelling(word)
    return (
        NUMBER_WORDS.get(known)
        or NUMBER_WORDS.get(known.removeprefix("و"))
        or ROMAN_WORDS.get(latin_sound(known) if known.isascii() else "")
    )


def is_filler(word: str) -> bool:
    """Return whether people say this word between the parts of a number."""
    return len(word) <= LONGEST_WORD and spelling(word) in FILLERS


def is_linking(word: str) -> bool:
    """Return whether this word may stand at an utterance's edge beside a number over several of them."""
    return len(word) <= LONGEST_WORD and spelling(word) in LINKING


def is_number_word(word: str) -> bool:
    """Return whether this word says digits."""
    return _said(word) is not None


def _fills(word: str, run: list[Group], fillers: int) -> bool:
    if fillers >= MOST_FILLERS:
        return False
    may_be_weak = fillers or run[-1].words
    return is_filler(word) or (bool(may_be_weak) and spelling(word[:LONGEST_WORD]) in WEAK_FILLERS)


def _join(run: list[Group], group: Group) -> None:
    """Add a group; "forty" and "one" are one group."""
    before = run[-1] if run and run[-1].words and group.words else None
    places = len(group.digits)
    if before and before.digits in _OPEN and before.digits.endswith("0" * places) and group.digits[0] != "0":
        before.extend(before.digits[:-places] + group.digits, group.end)
    else:
        run.append(group)


_OPEN = frozenset(TENS.values()) | frozenset(HUNDREDS.values())
