import asyncio
import os
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from engine.stt import whisper
from engine.stt.speech_to_text import Hints, NoSpeechToText, RecognitionFailed
from engine.stt.whisper import WhisperSpeechToText, speech_to_text_here
from tests.fakes.engine_session import Stage

SOUND = np.array([0, 16384, -32768], np.int16).tobytes()
COMPLETED = "conversation.item.input_audio_transcription.completed"


@dataclass
class Segment:
    text: str


async def blocks(sound: bytes) -> AsyncIterator[bytes]:
    """Yield the sound of an utterance, as it comes."""
    for at in range(0, len(sound), 1024):
        yield sound[at : at + 1024]


class FakeModel:
    """In the place of the library's model, up to whose boundary these tests go."""

    def __init__(self, *texts: str, fails: Exception | None = None) -> None:
        self._texts = texts
        self._fails = fails
        self.loaded: list[str] = []
        self.audio: Any = None
        self.options: dict[str, Any] = {}
        self.threads: set[str] = set()
        self.free = threading.Event()
        self.free.set()

    def load(self, name: str) -> "FakeModel":
        self.loaded.append(name)
        return self

    def transcribe(self, audio: Any, **options: Any) -> tuple[Iterator[Segment], object]:
        self.audio, self.options = audio, options
        self.threads.add(threading.current_thread().name)
        if self._fails:
            raise self._fails
        return self._segments(), object()

    def _segments(self) -> Iterator[Segment]:
        for text in self._texts:
            yield Segment(text)
            self.free.wait(10)


async def heard(model: FakeModel, hints: Hints | None = None) -> list[str]:
    return [
        piece
        async for piece in WhisperSpeechToText("small", model.load).transcribe(
            blocks(SOUND), hints or Hints()
        )
    ]


async def test_the_words_come_segment_by_segment_and_make_one_text() -> None:
    model = FakeModel(" السلام علیکم،", " بینک کب کھلتا ہے؟")
    assert await heard(model) == ["السلام علیکم،", " بینک کب کھلتا ہے؟"]
    assert model.loaded == ["small"]


async def test_the_library_gets_samples_from_minus_one_to_one_and_the_hints() -> None:
    model = FakeModel()
    await heard(model, Hints("ur", ("JS Bank", "Zindigi"), "A call to a bank."))
    assert model.audio.dtype == np.float32
    assert model.audio.tolist() == [0, 0.5, -1]
    assert (model.options["language"], model.options["hotwords"]) == ("ur", "JS Bank Zindigi")
    assert model.options["initial_prompt"] == "A call to a bank."


async def test_a_first_segment_is_handed_over_while_the_second_is_worked_on() -> None:
    model = FakeModel(" one", " two")
    model.free.clear()
    pieces = WhisperSpeechToText("small", model.load).transcribe(blocks(SOUND), Hints())
    async with asyncio.timeout(5):
        assert await anext(pieces) == "one"
        model.free.set()
        assert [piece async for piece in pieces] == [" two"]


async def test_all_work_is_done_in_one_thread_that_is_not_the_loops() -> None:
    models = [FakeModel(" a") for _ in range(4)]
    await asyncio.gather(*map(heard, models))
    assert len(set.union(*(model.threads for model in models))) == 1
    assert threading.current_thread().name not in models[0].threads


@pytest.mark.parametrize("error", [OSError("no such model"), ValueError("bad language"), RuntimeError("cpu")])
async def test_what_breaks_in_the_library_is_a_failure_without_its_words(error: Exception) -> None:
    with pytest.raises(RecognitionFailed) as caught:
        await heard(FakeModel(fails=error))
    assert caught.value.code == "recognizer_failed"
    assert str(error) not in caught.value.message


async def test_a_model_that_cannot_be_loaded_is_named_in_the_log_with_the_reason(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def load(name: str) -> FakeModel:
        raise ValueError(f"Invalid model size '{name}'")

    speech_to_text = WhisperSpeechToText("smal", load)
    with pytest.raises(RecognitionFailed) as caught:
        await speech_to_text.load()
    assert caught.value.code == "model_unavailable"
    assert "WHISPER_MODEL=smal cannot be loaded: Invalid model size" in caplog.text
    with pytest.raises(RecognitionFailed, match="WHISPER_MODEL"):
        await anext(speech_to_text.transcribe(blocks(SOUND), Hints()))


async def test_a_model_is_loaded_in_the_thread_that_uses_it() -> None:
    model = FakeModel(" one")
    speech_to_text = WhisperSpeechToText("small", lambda name: model.load(threading.current_thread().name))
    await speech_to_text.load()
    await anext(speech_to_text.transcribe(blocks(SOUND), Hints()))
    assert set(model.loaded) == model.threads


def test_the_recogniser_is_there_when_the_library_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whisper, "LIBRARY", "no_such_library")
    assert isinstance(speech_to_text_here("small"), NoSpeechToText)
    monkeypatch.setattr(whisper, "LIBRARY", "json")
    assert isinstance(speech_to_text_here("small"), WhisperSpeechToText)


def test_the_model_is_loaded_by_its_name_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[str, dict[str, Any]]] = []

    class Library:
        @staticmethod
        def WhisperModel(name: str, **options: Any) -> FakeModel:
            made.append((name, options))
            return FakeModel()

    monkeypatch.setattr("engine.stt.whisper.importlib.import_module", lambda name: Library)
    whisper._model.cache_clear()
    assert whisper._model("large-v3") is whisper._model("large-v3")
    whisper._model.cache_clear()
    assert made == [("large-v3", {"device": "cpu", "compute_type": "int8"})]


def test_the_library_is_not_held_to_the_detector_s_single_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[str | None] = []

    class Library:
        @staticmethod
        def WhisperModel(name: str, **options: Any) -> FakeModel:
            return FakeModel()

    def load(name: str) -> type[Library]:
        limits.append(os.environ.get("OMP_THREAD_LIMIT"))
        return Library

    monkeypatch.setattr("engine.stt.whisper.importlib.import_module", load)
    monkeypatch.setenv("OMP_THREAD_LIMIT", "1")  # as `engine.media.vad` leaves it
    whisper._model.cache_clear()
    whisper._model("small")
    whisper._model.cache_clear()
    assert limits == [None]


async def test_a_call_shows_the_callers_words_and_the_model_gets_them() -> None:
    model = FakeModel(" when do you", " open")
    stage = Stage(
        speech_to_text=WhisperSpeechToText("small", model.load),
        audio={"input": {"transcription": {"languages": ["ur"], "keywords": ["JS"]}}},
    )
    stage.speak()
    await stage.settled()
    assert stage.client.last(COMPLETED)["transcript"] == "when do you open"
    assert (model.options["language"], model.options["hotwords"]) == ("ur", "JS")
    assert stage.language_model.prompts[0].items[0]["content"][0]["transcript"] == "when do you open"  # type: ignore[attr-defined]


async def test_a_closed_call_does_not_wait_for_the_library() -> None:
    model = FakeModel(" one", " two")
    model.free.clear()
    stage = Stage(speech_to_text=WhisperSpeechToText("small", model.load))
    stage.speak()
    async with asyncio.timeout(5):
        await stage.session.close()
    model.free.set()
