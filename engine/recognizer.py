"""Turning the caller's speech into words: the interface, and the recogniser that honestly is none."""

from typing import Protocol


class RecognitionFailed(Exception):
    """No words came of it; `code` and the message go into `input_audio_transcription.failed`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Recognizer(Protocol):
    """Whoever listens."""

    async def transcribe(self, audio: bytes, languages: list[str]) -> str:
        """The words in `audio` (16 kHz mono PCM16).

        :raises RecognitionFailed: when there are none to be had
        """


class NoRecognizer:
    """None is set up: it never invents words."""

    async def transcribe(self, audio: bytes, languages: list[str]) -> str:
        """:raises RecognitionFailed: always, `no_recognizer`"""
        raise RecognitionFailed("no_recognizer", "This engine has no speech recogniser.")
