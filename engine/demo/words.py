"""The words of a text as the rules of the demo agent compare them."""

from functools import lru_cache

import transcripts.folding
from guides.words import WORD, terms

folded = lru_cache(maxsize=64)(transcripts.folding.folded)


def words(text: str) -> list[str]:
    """Return every word, folded."""
    return WORD.findall(folded(text))


def content_words(text: str) -> list[str]:
    """Return the words that say what a text is about, each in the one form that stands for its kin."""
    return terms(text)
