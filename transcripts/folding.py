"""Urdu and English text in the one form in which different spellings are equal."""

import unicodedata

URDU_LETTERS = str.maketrans(
    {"ي": "ی", "ى": "ی", "ك": "ک", "ه": "ہ", "ۃ": "ہ", "ة": "ہ", "أ": "ا", "إ": "ا", "ؤ": "و", "ۓ": "ے"}
)
"""Arabic letters as Urdu writes them: keyboards and recognisers mix the two."""


def folded(text: str) -> str:
    """Return `text` in lower case, with one form of every letter and digit and without vowel signs."""
    letters = unicodedata.normalize("NFKC", text).casefold().translate(URDU_LETTERS)
    kept = "".join(c for c in letters if unicodedata.category(c) not in ("Mn", "Cf"))
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in kept)
