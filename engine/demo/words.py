"""The words of a text as they are compared: Urdu and English, folded and without the small ones."""

import re
import tomllib
from functools import lru_cache
from pathlib import Path

import transcripts.folding

VOCABULARY = tomllib.loads(Path(__file__).with_name("vocabulary.toml").read_text("utf-8-sig"))
WORD = re.compile(r"[^\W_]+")

folded = lru_cache(maxsize=64)(transcripts.folding.folded)


def words(text: str) -> list[str]:
    """Every word, folded."""
    return WORD.findall(folded(text))


def content_words(text: str) -> list[str]:
    """Return the words that say what a text is about, each in the one form that stands for its kin."""
    joined = folded(text)
    for apart, together in _TOGETHER:
        joined = joined.replace(apart, together)
    return [_SAME.get(word) or _stem(word) for word in WORD.findall(joined) if word not in _STOP]


def _stem(word: str) -> str:
    for ending in ("وں", "یں", "ing", "ies", "es", "ed", "s", "ے", "ہ", "ا", "ی"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def _kin() -> dict[str, str]:
    groups = [folded(line).split() for line in VOCABULARY["same"].strip().splitlines()]
    return {word: group[0] for group in groups for word in group}


_STOP = set(folded(VOCABULARY["stop"]).split())
_SAME = _kin()
_TOGETHER = [(folded(apart), folded(together)) for apart, together in VOCABULARY["together"]]
