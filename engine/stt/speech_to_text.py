"""Speech to text: the interface of a recogniser, and the one that stands where none is set up."""

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import Protocol


class RecognitionFailed(Exception):
    """The failure of a recognition; `code` and message go into `input_audio_transcription.failed`."""

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
    """A recogniser: the sound of an utterance in, its words out."""

    def transcribe(self, audio: AsyncIterator[bytes], hints: Hints) -> AsyncGenerator[str, None]:
        """Yield the words, piece by piece; put together they are the transcript.

        :param audio: 16 kHz mono PCM16 as it comes; its end is the end of the utterance
        :raises RecognitionFailed: there are no words to be had
        """


class NoSpeechToText:
    """Stands where no recogniser is set up; it never invents words."""

    async def transcribe(self, audio: AsyncIterator[bytes], hints: Hints) -> AsyncGenerator[str, None]:
        """Fail, always.

        :raises RecognitionFailed: `no_recognizer`
        """
        raise RecognitionFailed(
            "no_recognizer", "This engine has no speech recogniser; `uv run --extra whisper main.py` has one."
        )
        yield ""
