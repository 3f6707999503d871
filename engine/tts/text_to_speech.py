"""Text to speech: the interface of a voice."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Voice:
    """The wanted sound of a sentence."""

    language: str
    """`ur` or `en`."""
    name: str
    """The session's voice, such as `verse`."""
    speed: float
    """1 is normal, 0.25 to 1.5."""


class TextToSpeech(Protocol):
    """A voice: sentences in, PCM out. Encoding is the audio output's."""

    @property
    def sample_rate(self) -> int:
        """The rate of the PCM, in Hz."""

    def speak(self, sentence: str, voice: Voice) -> AsyncGenerator[bytes, None]:
        """Yield the sentence as mono PCM16 at `sample_rate`, block by block as it gets ready.

        A consumer that stops iterating and closes the iterator cancels the rest.
        """
