import base64

import numpy as np
import pytest

from engine.http.api_error import EngineError
from engine.media.appended_audio import MAX_APPEND_BYTES, AppendedAudio

SECOND = (8000 * np.sin(2 * np.pi * 300 * np.arange(24_000) / 24_000)).astype(np.int16).tobytes()


def encoded(pcm: bytes) -> str:
    return base64.b64encode(pcm).decode()


def heard(*pieces: bytes) -> bytes:
    frames: list[bytes] = []
    appended = AppendedAudio(frames.append)
    for piece in pieces:
        appended.append(encoded(piece))
    appended.flush()
    assert {len(frame) for frame in frames} == {1024}
    return b"".join(frames)


def test_it_is_heard_at_16_khz_to_its_last_sample() -> None:
    samples = np.frombuffer(heard(SECOND), np.int16)
    assert 16_000 <= samples.size < 16_000 + 512
    assert np.count_nonzero(np.diff(np.signbit(samples[:16_000]))) == pytest.approx(600, abs=4)
    assert np.abs(samples[15_900:16_000]).max() > 4000


def test_how_it_was_cut_into_pieces_is_not_heard() -> None:
    odd = [SECOND[at : at + 777] for at in range(0, len(SECOND), 777)]
    assert heard(*odd) == heard(SECOND)


def test_what_was_cleared_is_not_heard_later() -> None:
    frames: list[bytes] = []
    appended = AppendedAudio(frames.append)
    appended.append(encoded(b"\1\1" * 500))
    appended.clear()
    appended.flush()
    assert frames == []


@pytest.mark.parametrize(
    ("audio", "code"),
    [
        ("AA=A", "invalid_base64_audio"),
        ("سلام", "invalid_base64_audio"),
        (None, "invalid_type"),
        ("A" * (MAX_APPEND_BYTES + 1), "audio_too_large"),
    ],
)
def test_what_is_no_sound_is_refused_and_nothing_of_it_heard(audio: object, code: str) -> None:
    frames: list[bytes] = []
    appended = AppendedAudio(frames.append)
    with pytest.raises(EngineError) as caught:
        appended.append(audio)
    assert (caught.value.code, caught.value.param) == (code, "audio")
    appended.flush()
    assert frames == []
