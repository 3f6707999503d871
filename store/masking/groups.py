"""The parts of a number: digits written side by side, or words that say digits."""

from collections.abc import Iterable
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

LONGEST_WORD = 20
"""Characters; no word of the lists is longer."""
_OPEN = {*TENS.values(), *HUNDREDS.values()}
"""What a following word may complete: "forty" and "one", "three hundred" and "fifteen"."""


@dataclass(slots=True)
class DigitGroup:
    """Digits written without a gap, or number words that belong together."""

    start: int
    end: int
    digits: str
    words: int
    """Number words it is said in; 0: it is written."""

    def extend(self, digits: str, end: int, words: int = 1) -> None:
        """Let more words belong to the group.

        :param digits: what all of its words say
        """
        self.digits, self.end, self.words = digits, end, self.words + words


def joined(groups: Iterable[DigitGroup]) -> list[DigitGroup]:
    """Return the groups of a run, those as one that say one number together."""
    run: list[DigitGroup] = []
    for group in groups:
        if run and _completes(run[-1], group):
            digits = run[-1].digits[: -len(group.digits)] + group.digits
            run[-1].extend(digits, group.end, group.words)
        else:
            run.append(group)
    return run


def _completes(before: DigitGroup, group: DigitGroup) -> bool:
    places = len(group.digits)
    is_open = before.digits in _OPEN and before.digits.endswith("0" * places)
    return bool(before.words and group.words) and is_open and group.digits[0] != "0"


def makes_hundreds(before: DigitGroup, word: str) -> bool:
    """Return whether this word multiplies the single digit said before it."""
    return before.words == len(before.digits) == 1 and _spelling(word) in HUNDRED


def digits_of(word: str) -> str | None:
    """Return the digits that a word says; in Arabic "and" is written together with it."""
    known = _spelling(word)
    return (
        NUMBER_WORDS.get(known)
        or NUMBER_WORDS.get(known.removeprefix("و"))
        or ROMAN_WORDS.get(latin_sound(known) if known.isascii() else "")
    )


def is_filler(word: str) -> bool:
    """Return whether people say this word between the parts of a number."""
    return _spelling(word) in FILLERS


def is_weak_filler(word: str) -> bool:
    """Return whether people say this word between the parts of a number that is said as words."""
    return _spelling(word) in WEAK_FILLERS


def may_stand_in_number(word: str) -> bool:
    """Return whether a number may go on over this word."""
    known = _spelling(word)
    return digits_of(word) is not None or known in FILLERS or known in WEAK_FILLERS or known in HUNDRED


def is_linking(word: str) -> bool:
    """Return whether this word may stand at an utterance's edge beside a number over several of them."""
    return _spelling(word) in LINKING


def _spelling(word: str) -> str:
    return spelling(word) if len(word) <= LONGEST_WORD else ""
