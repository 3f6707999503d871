"""Holds back what may become a number in the text of someone who is still speaking."""

import re

from store.masking.characters import plain_text, shape_of, spelling
from store.masking.groups import LONGEST_WORD, digits_of, may_stand_in_number
from store.masking.number_words import FILLERS, HUNDRED, NUMBER_WORDS, WEAK_FILLERS
from store.masking.runs import LONGEST_GAP

_TOKENS = re.compile("[dl]+")
_SENTENCE = re.compile(r"[!?؟।]\s*$|[.!?؟۔।]\s+[^\W\d_]")
_SHORT_CODE = 6
"""Characters of a number that a finished sentence may end with."""
LONGEST_HELD = 400
"""Characters at the end that are looked at: no number is said in more."""


def before_open_number(text: str) -> str:
    """Return `text` without a number at its end, as more of its digits may follow."""
    tail_from = max(0, len(text) - LONGEST_HELD)
    plain = plain_text(text[tail_from:])
    kept = _kept_of(plain)
    return text if kept == len(plain) else text[: tail_from + kept].rstrip("+( ")


def _kept_of(plain: str) -> int:
    """Return how many characters of a plain text are let through."""
    start, held = len(plain), 0
    for token in reversed(list(_TOKENS.finditer(shape_of(plain)))):
        word = plain[token.start() : token.end()]
        belongs = _may_belong(word) or (start == len(plain) and _may_become_one(word))
        if start - token.end() > LONGEST_GAP or not belongs:
            break
        start, held = token.start(), held + _is_part_of_number(word) * len(word)
    is_sentence = held <= _SHORT_CODE and _SENTENCE.search(plain, start)
    return start if held and not is_sentence else len(plain)


def _may_belong(word: str) -> bool:
    is_code = word.isascii() and word.isupper() and len(word) <= 4
    return any(map(str.isdigit, word)) or may_stand_in_number(word) or is_code


def _is_part_of_number(word: str) -> bool:
    return any(map(str.isdigit, word)) or digits_of(word) is not None


def _may_become_one(word: str) -> bool:
    """Whether it may be the beginning of a number's next word."""
    return len(word) <= LONGEST_WORD and spelling(word) in _BEGINNINGS


_WORDS = {*NUMBER_WORDS, *FILLERS, *WEAK_FILLERS, *HUNDRED}
_BEGINNINGS = frozenset(word[:end] for word in _WORDS for end in range(1, len(word) + 1))
