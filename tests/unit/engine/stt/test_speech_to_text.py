from collections.abc import AsyncIterator

import pytest

from engine.stt.speech_to_text import Hints, NoSpeechToText, RecognitionFailed


async def nothing() -> AsyncIterator[bytes]:
    """Yield the sound of nobody."""
    yield b""


async def test_without_a_recogniser_it_is_said_what_is_missing_and_how_to_get_it() -> None:
    with pytest.raises(RecognitionFailed) as caught:
        _ = [piece async for piece in NoSpeechToText().transcribe(nothing(), Hints())]
    assert caught.value.code == "no_recognizer"
    assert "uv run --extra whisper main.py" in caught.value.message
