"""Text as espeak-ng says it right: what is written one way and read another."""

import re
import unicodedata

LONG_NUMBER = re.compile(r"\d{6,}")
QUOTES_AND_MARKS = re.compile(r"[«»“”\"*_#`~|<>\\]")


def pronounceable(text: str) -> str:
    """Urdu digits as ASCII (espeak-ng drops them), long numbers digit by digit, marks as pauses.

    Latin words inside Urdu stay: espeak-ng reads them with its English voice.
    """
    digits = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
    spaced = LONG_NUMBER.sub(lambda number: " ".join(number[0]), digits)
    return QUOTES_AND_MARKS.sub(" ", spaced).replace("٪", "%").replace("\0", " ")
