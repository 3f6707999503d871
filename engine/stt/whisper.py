"""Speech to text with faster-whisper, when it is installed. It knows Urdu and fetches its model on first use.

Its work takes a processor for seconds, so the whole process has one worker thread and one model at a time.
"""

import asyncio
import importlib
import importlib.util
import logging
import os
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from engine.stt.speech_to_text import Hints, NoSpeechToText, RecognitionFailed, SpeechToText

if TYPE_CHECKING:
    import numpy as np

log = logging.getLogger("guftagu.engine")

LIBRARY = "faster_whisper"
FULL_SCALE = 32768
MODEL_UNAVAILABLE = "The speech model that WHISPER_MODEL names cannot be loaded; the engine's log says why."

_worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="whisper")


class RecognizedSegment(Protocol):
    """A stretch of recognised speech."""

    text: str


class Model(Protocol):
    """What is used of `faster_whisper.WhisperModel`."""

    def transcribe(self, audio: Any, **options: Any) -> tuple[Iterable[RecognizedSegment], object]:
        """Segments as they get ready, and facts about the whole.

        :param audio: float32 samples at 16 kHz, -1 to 1
        """


def speech_to_text_here(model: str) -> SpeechToText:
    """Return the recogniser that is installed here.

    :param model: a Whisper model's size, its name at Hugging Face, or a folder with one
    """
    return WhisperSpeechToText(model) if importlib.util.find_spec(LIBRARY) else NoSpeechToText()


class WhisperSpeechToText:
    """Recognises with faster-whisper."""

    def __init__(self, model: str, load: Callable[[str], Model] | None = None) -> None:
        """Create the recogniser.

        :param load: gives the model of a name; a test's, or the library's
        """
        self._model = model
        self._load = load or _model

    async def load(self) -> None:
        """Have the model ready; the first time, the library fetches it.

        :raises RecognitionFailed: `model_unavailable`
        """
        await asyncio.get_running_loop().run_in_executor(_worker, self._loaded)

    async def prepare(self) -> None:
        """Load the model before anybody waits for it; a failure is logged, and told when somebody speaks."""
        with suppress(RecognitionFailed):
            await self.load()

    async def transcribe(self, audio: AsyncIterator[bytes], hints: Hints) -> AsyncGenerator[str, None]:
        """Yield the words, a segment at a time; the model needs the whole utterance.

        :raises RecognitionFailed: no model is to be had, or it broke down
        """
        loop = asyncio.get_running_loop()
        pieces: asyncio.Queue[str | None] = asyncio.Queue()
        unwanted = threading.Event()

        def hand_over(piece: str | None) -> None:
            if not unwanted.is_set():
                loop.call_soon_threadsafe(pieces.put_nowait, piece)

        utterance = b"".join([block async for block in audio])
        work = loop.run_in_executor(_worker, self._recognise, utterance, hints, hand_over, unwanted)
        try:
            while (piece := await pieces.get()) is not None:
                yield piece
            await work
        finally:
            unwanted.set()

    def _recognise(
        self, audio: bytes, hints: Hints, hand_over: Callable[[str | None], None], unwanted: threading.Event
    ) -> None:
        try:
            if unwanted.is_set():
                return
            segments, _ = self._loaded().transcribe(_samples(audio), **_options(hints))
            for n, segment in enumerate(segments):
                if unwanted.is_set():
                    return
                hand_over(segment.text if n else segment.text.lstrip())
        except (ImportError, OSError, ValueError, RuntimeError) as error:
            log.warning("speech was not recognised: %s", type(error).__name__)
            raise RecognitionFailed("recognizer_failed", "The speech recogniser is out of order.") from None
        finally:
            hand_over(None)

    def _loaded(self) -> Model:
        try:
            return self._load(self._model)
        except Exception as error:  # Network, disk, name: nobody has spoken yet, so it can be told as it is.
            log.error("the speech model WHISPER_MODEL=%s cannot be loaded: %s", self._model, error)
            raise RecognitionFailed("model_unavailable", MODEL_UNAVAILABLE) from error


@lru_cache(maxsize=1)
def _model(name: str) -> Model:
    """Return the model on the processor: with a graphics card its drivers may still be missing."""
    os.environ.pop("OMP_THREAD_LIMIT", None)  # Set by `engine.media.vad` for its own library.
    library = importlib.import_module(LIBRARY)
    model: Model = library.WhisperModel(name, device="cpu", compute_type="int8")
    return model


def _samples(audio: bytes) -> "np.ndarray[Any, np.dtype[np.float32]]":
    import numpy as np  # late, for every start asks this module whether there is a recogniser

    return np.frombuffer(audio, np.int16).astype(np.float32) / np.float32(FULL_SCALE)


def _options(hints: Hints) -> dict[str, Any]:
    """Greedy and without memory of earlier text: a turn is short, and what was heard must not be made up."""
    return {
        "language": hints.language,
        "hotwords": " ".join(hints.keywords) or None,
        "initial_prompt": hints.prompt,
        "beam_size": 1,
        "condition_on_previous_text": False,
        "without_timestamps": True,
    }
