"""Recordings to transcribe: tones as speech, silence between."""

import wave
from collections.abc import Iterable
from pathlib import Path

import numpy as np

RATE = 8000
FULL_SECOND = bytes(2 * RATE)


def write_recording(path: Path, speech: bytes, every_s: int, minutes: int) -> Path:
    """Write a WAV file (8 kHz mono) that repeats the same speech, a part at a time.

    :param speech: 8 kHz mono PCM16, shorter than `every_s`
    """
    silence = bytes(2 * RATE * every_s - len(speech))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        for _ in range(minutes * 60 // every_s):
            file.writeframesraw(speech)
            file.writeframesraw(silence)
    return path


def frames_of(pattern: Iterable[tuple[bool, int]], frame_bytes: int) -> bytes:
    """Make PCM of loud and quiet stretches, each so many frames long."""
    return b"".join((b"\1" if loud else b"\0") * (frame_bytes * count) for loud, count in pattern)


def at_8_khz(path: Path) -> bytes:
    """Read a WAV file of 22.05 kHz and thin it out: good enough to be detected as speech."""
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        step = file.getframerate() / RATE
    return bytes(samples[np.arange(0, samples.size, step).astype(int)])
