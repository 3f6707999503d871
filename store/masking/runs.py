"""Finds runs: digits and number words that stand so close together that they may be one number."""

import re
from collections.abc import Iterator

from store.masking.groups import DigitGroup, digits_of, is_filler, is_weak_filler, joined, makes_hundreds

LONGEST_GAP = 6
"""Characters other than letters between two parts of one number."""
MOST_FILLERS = 4
"""Words between two parts of one number."""
SET_ASIDE = "x"
"""The class of characters that belong to no run."""
_TOKENS = re.compile(f"d+|l+|{SET_ASIDE}+")


def find_runs(plain: str, shape: str) -> Iterator[list[DigitGroup]]:
    """Yield every run, in the order of the text.

    :param shape: the class of each character, see `characters.shape_of`
    """
    run, reach, fillers = list[DigitGroup](), 0, 0
    for match in _TOKENS.finditer(shape):
        start, end = match.span()
        word, group = plain[start:end], _group(plain, shape, start, end)
        if run and (start - reach > LONGEST_GAP or not (group or _goes_on(run, word, fillers))):
            yield joined(run)
            run = []
        if group:
            run.append(group)
        elif run and makes_hundreds(run[-1], word):
            run[-1].extend(run[-1].digits + "00", end)
        fillers = 0 if group else fillers + 1
        reach = end
    if run:
        yield joined(run)


def _group(plain: str, shape: str, start: int, end: int) -> DigitGroup | None:
    if shape[start] == "d":
        return DigitGroup(start, end, plain[start:end], words=0)
    digits = digits_of(plain[start:end]) if shape[start] == "l" else None
    return DigitGroup(start, end, digits, words=1) if digits else None


def _goes_on(run: list[DigitGroup], word: str, fillers: int) -> bool:
    """Return whether the number may go on behind a word that is no part of it."""
    if makes_hundreds(run[-1], word):
        return True
    is_weak = is_weak_filler(word) and (fillers or run[-1].words)
    return fillers < MOST_FILLERS and (is_filler(word) or bool(is_weak))
