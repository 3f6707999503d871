"""Which of the two languages the engine speaks a text or a session is in."""

import re
from functools import lru_cache

from engine.session.session_config import SessionConfig

ARABIC_LETTER = re.compile(r"[\u0620-\u064a\u066e-\u06d3\u06fa-\u06fc]")
LATIN_LETTER = re.compile(r"[A-Za-z]")


@lru_cache(maxsize=64)
def language_of_text(text: str, otherwise: str) -> str:
    """`ur` or `en` by the majority of the letters; `otherwise` when there are none."""
    urdu, english = len(ARABIC_LETTER.findall(text)), len(LATIN_LETTER.findall(text))
    if urdu == english:
        return otherwise
    return "ur" if urdu > english else "en"


def language_of_session(config: SessionConfig) -> str:
    """`ur` or `en`: the first language the recogniser is told, else that of the instructions."""
    transcription = config.audio.input.transcription
    told = transcription and (transcription.languages or [transcription.language or ""])[0][:2]
    if told in ("ur", "en"):
        return told
    return language_of_text(config.instructions, "en")
