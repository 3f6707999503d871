"""The tests' own speech: WAV files for Chromium's fake microphone, spoken by espeak-ng.

espeak-ng is global state and the engine under test may hold it, so it speaks in a process of its own.
"""

import ctypes
import subprocess
import sys
import wave
from pathlib import Path

import espeakng_loader

RETRIEVE_SAMPLES, FROM_CHARACTER, UTF8 = 1, 1, 1
RATE = 22_050


def write_microphone(path: Path, *parts: str | float) -> Path:
    """Write what the caller's microphone hears: Urdu sentences, and silences in seconds, in this order."""
    subprocess.run([sys.executable, "-m", __name__, str(path), *map(_argument, parts)], check=True)
    return path


def _argument(part: str | float) -> str:
    return part if isinstance(part, str) else f"{part:.3f}s"


def _samples(part: str, speak: "Speaker") -> bytes:
    if part.endswith("s") and part[:-1].replace(".", "").isdigit():
        return bytes(2 * round(float(part[:-1]) * RATE))
    return speak(part)


class Speaker:
    """espeak-ng's Urdu voice: text in, 16-bit mono samples at `RATE` out."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = str(espeakng_loader.get_data_path()).encode()
        rate = self._library.espeak_Initialize(RETRIEVE_SAMPLES, 0, data, 0)
        if rate != RATE or self._library.espeak_SetVoiceByName(b"ur") != 0:
            raise RuntimeError("espeak-ng has no Urdu voice here")
        callback = ctypes.CFUNCTYPE(
            ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
        )
        self._callback = callback(self._collect)
        self._library.espeak_SetSynthCallback(self._callback)
        self._spoken = bytearray()

    def _collect(self, samples: "ctypes._Pointer[ctypes.c_short]", count: int, _events: int) -> int:
        if samples:
            self._spoken += ctypes.string_at(samples, 2 * count)
        return 0

    def __call__(self, text: str) -> bytes:
        self._spoken.clear()
        encoded = text.encode() + b"\0"
        size = ctypes.c_size_t(len(encoded))
        self._library.espeak_Synth(encoded, size, 0, FROM_CHARACTER, 0, UTF8, None, None)
        self._library.espeak_Synchronize()
        return bytes(self._spoken)


def main(path: str, *parts: str) -> None:
    """Command line of the process of its own: a file, then sentences and silences like `1.5s`."""
    speaker = Speaker()
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(b"".join(_samples(part, speaker) for part in parts))


if __name__ == "__main__":
    main(*sys.argv[1:])
