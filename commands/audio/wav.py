"""Writer of WAV files."""

import wave
from pathlib import Path

from commands.audio.reading import BYTES_PER_SAMPLE, RATE


def write_wav(path: Path, pcm: bytes) -> None:
    """Write a WAV file.

    :param pcm: 24 kHz mono PCM16
    """
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(BYTES_PER_SAMPLE)
        file.setframerate(RATE)
        file.writeframes(pcm)
