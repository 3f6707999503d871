"""Greetings, thanks and goodbyes, in Urdu, Urdu in Latin letters, and English."""

from engine.demo.words import VOCABULARY, folded, words

_WORDS = {kind: set(folded(text).split()) for kind, text in VOCABULARY["small_talk"].items()}
_POLITE = _WORDS.pop("polite")
_ALL = _POLITE.union(*_WORDS.values())


def small_talk(text: str) -> str | None:
    """`greeting`, `welcome` or `goodbye` when a text is nothing else."""
    said = set(words(text))
    if not said <= _ALL:
        return None
    return next((kind for kind in ("goodbye", "welcome", "greeting") if said & _WORDS[kind] - _POLITE), None)
