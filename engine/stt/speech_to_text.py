"""Turning the caller's speech into words: the interface, and the recogniser that honestly is none."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol


class RecognitionFailed(Exception):
    """No words came of it; `code` and the message go into `input_audio_transcription.failed`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known of the speech beforehand."""

    language: str | None = None
    """ISO 639 code; None: to be found out."""
    keywords: tuple[str, ...] = ()
    """Names and terms that may be said."""
    prompt: str | None = None
    """What the speech is about."""


class SpeechToText(Protocol):
    """Whoever listens."""

    def transcribe(self, audio: bytes, hints: Hints) -> AsyncIterator[str]:
        """The words in `audio` (16 kHz mono PCM16), piece by piece; put together they are the transcript.

        :raises RecognitionFailed: when there are none to be had
        """


class NoSpeechToText:
    """None is set up: it never invents words."""

    async def transcribe(self, audio: bytes, hints: Hints) -> AsyncIterator[str]:
        """:raises RecognitionFailed: always, `no_recognizer`"""
        raise RecognitionFailed(
            "no_recognizer", "This engine has no speech recogniser; `uv run --extra whisper main.py` has one."
        )
        yield ""
