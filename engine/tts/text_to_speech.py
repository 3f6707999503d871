"""Turning words into sound: the interface."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Voice:
    """How a sentence is to sound."""

    language: str
    """`ur` or `en`."""
    name: str
    """The session's voice, such as `verse`."""
    speed: float
    """1 is normal, 0.25 to 1.5."""


class TextToSpeech(Protocol):
    """Whoever speaks."""

    def speak(self, sentence: str, voice: Voice) -> AsyncIterator[list[bytes]]:
        """The sentence as Opus packets of 20 ms at 48 kHz, block by block as they get ready."""
