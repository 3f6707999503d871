import asyncio

import pytest

from engine.tts.espeak import SAMPLE_RATE, TIMBRES, EspeakTextToSpeech
from engine.tts.text_to_speech import Voice

URDU = "السلام علیکم، میں آپ کی کیا مدد کر سکتی ہوں؟"


async def spoken(text: str, voice: Voice) -> bytes:
    """Return the sentence as PCM."""
    return b"".join([block async for block in EspeakTextToSpeech().speak(text, voice)])


def seconds(pcm: bytes) -> float:
    return len(pcm) / 2 / SAMPLE_RATE


@pytest.mark.parametrize(("text", "language"), [(URDU, "ur"), ("Hello, how can I help you?", "en")])
async def test_a_sentence_becomes_some_seconds_of_sound(text: str, language: str) -> None:
    assert 1 < seconds(await spoken(text, Voice(language, "verse", 1.0))) < 8


async def test_speed_is_honoured() -> None:
    slow, fast = [len(await spoken(URDU, Voice("ur", "marin", speed))) for speed in (0.7, 1.4)]
    assert slow > 1.5 * fast


@pytest.mark.parametrize("name", [*TIMBRES, "voice_of_a_customer"])
async def test_every_voice_of_the_api_speaks(name: str) -> None:
    assert await spoken("سلام", Voice("ur", name, 1.0))


async def test_voices_differ() -> None:
    assert await spoken("سلام", Voice("ur", "verse", 1.0)) != await spoken("سلام", Voice("ur", "coral", 1.0))


async def test_nothing_is_silent() -> None:
    assert await spoken(" ", Voice("ur", "verse", 1.0)) == b""


async def test_several_speak_at_once_without_mixing() -> None:
    alone = await spoken(URDU, Voice("ur", "verse", 1.0))
    together = await asyncio.gather(*(spoken(URDU, Voice("ur", "verse", 1.0)) for _ in range(4)))
    assert all(abs(seconds(one) - seconds(alone)) < 0.05 for one in together)


async def test_a_listener_who_leaves_does_not_hold_up_the_next() -> None:
    blocks = EspeakTextToSpeech().speak(URDU * 20, Voice("ur", "verse", 1.0))
    await anext(blocks)
    await blocks.aclose()
    assert await spoken("سلام", Voice("ur", "verse", 1.0))
