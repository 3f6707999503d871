"""Greetings, thanks and goodbyes, in Urdu, Urdu in Latin letters, and English."""

import tomllib
from pathlib import Path

from engine.demo.words import folded, words
from guides.words import content_words

VOCABULARY = tomllib.loads(Path(__file__).with_name("vocabulary.toml").read_text("utf-8-sig"))
MAX_WORDS, MAX_OTHER_WORDS = 14, 3
"""Of a text that counts as small talk though not all of its words do."""
_WORDS = {kind: set(folded(text).split()) for kind, text in VOCABULARY["small_talk"].items()}
_POLITE = _WORDS.pop("polite")
_ALL = _POLITE.union(*_WORDS.values())


def small_talk(text: str) -> str | None:
    """`greeting`, `welcome` or `goodbye` when a text is nothing else."""
    said = set(words(text))
    if not said <= _ALL:
        return None
    return _kind(said)


def mostly_small_talk(text: str) -> str | None:
    """Return the kind of a short text of small talk with a few other words, such as a name."""
    said = words(text)
    others = [word for word in content_words(text) if word not in _ALL]
    if len(said) > MAX_WORDS or len(others) > MAX_OTHER_WORDS:
        return None
    return _kind(set(said))


def _kind(said: set[str]) -> str | None:
    return next((kind for kind in ("goodbye", "welcome", "greeting") if said & _WORDS[kind] - _POLITE), None)
