"""The keyless voice: espeak-ng, which speaks Urdu and English.

espeak-ng is global state, and two threads in it abort the process. So the whole process has one worker thread
and initialises once; every engine and call speaks through it, a sentence at a time.
"""

import asyncio
import ctypes
import threading
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

import espeakng_loader
import numpy as np

from engine.tts.pronounce import pronounceable
from engine.tts.text_to_speech import Voice

OUTPUT_SYNCHRONOUS = 2
DO_NOT_EXIT = 0x8000
UTF8 = 1
RATE, PITCH = 1, 3
WORDS_PER_MINUTE = {"ur": 150, "en": 165}
SAMPLE_RATE = 22_050
"""Of every voice of espeak-ng."""
FIRST_BLOCK_BYTES, BLOCK_BYTES = 2 * SAMPLE_RATE * 60 // 1000, 2 * SAMPLE_RATE * 200 // 1000
"""60 ms and 200 ms: a long sentence begins to be encoded at once."""
AUDIBLE = 300
"""PCM16 level; what is quieter before a sentence is cut off."""

SynthCallback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)

_worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="espeak")


@dataclass(frozen=True, slots=True)
class Timbre:
    """The sound of one of the API's voices here."""

    variant: str
    """An espeak-ng voice variant: m1 to m8 are men, f1 to f5 women."""
    pitch: int
    """0 to 100."""


TIMBRES = {
    "alloy": Timbre("f5", 45),
    "ash": Timbre("m1", 40),
    "ballad": Timbre("m4", 45),
    "coral": Timbre("f2", 55),
    "echo": Timbre("m7", 45),
    "sage": Timbre("f3", 45),
    "shimmer": Timbre("f4", 60),
    "verse": Timbre("m3", 45),
    "marin": Timbre("f2", 48),
    "cedar": Timbre("m3", 35),
}
DEFAULT_TIMBRE = TIMBRES["marin"]


class EspeakTextToSpeech:
    """Speaks with espeak-ng."""

    sample_rate = SAMPLE_RATE

    async def speak(self, sentence: str, voice: Voice) -> AsyncGenerator[bytes, None]:
        """Yield the sentence as mono PCM16, block by block."""
        loop = asyncio.get_running_loop()
        blocks: asyncio.Queue[bytes | None] = asyncio.Queue()
        unwanted = threading.Event()

        def hand_over(block: bytes | None) -> None:
            if not unwanted.is_set():
                loop.call_soon_threadsafe(blocks.put_nowait, block)

        work = loop.run_in_executor(_worker, _speak, sentence, voice, hand_over, unwanted)
        try:
            while block := await blocks.get():
                yield block
            await work
        finally:
            unwanted.set()


def _speak(
    sentence: str, voice: Voice, hand_over: Callable[[bytes | None], None], unwanted: threading.Event
) -> None:
    try:
        if unwanted.is_set():
            return
        pcm = _without_silence_before(_espeak().synthesise(pronounceable(sentence), voice))
        at, size = 0, FIRST_BLOCK_BYTES
        while at < len(pcm) and not unwanted.is_set():
            hand_over(pcm[at : at + size])
            at, size = at + size, BLOCK_BYTES
    finally:
        hand_over(None)


def _without_silence_before(pcm: bytes) -> bytes:
    loud = np.flatnonzero(np.abs(np.frombuffer(pcm, np.int16).astype(np.int32)) > AUDIBLE)
    return pcm[2 * int(loud[0]) :] if loud.size else b""


@cache
def _espeak() -> "_Espeak":
    return _Espeak()


class _Espeak:
    """The library; only ever used in the worker thread."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
        rate = self._library.espeak_Initialize(OUTPUT_SYNCHRONOUS, 0, data, DO_NOT_EXIT)
        if rate != SAMPLE_RATE:
            raise RuntimeError(f"espeak-ng did not start as expected: sample rate {rate}")
        self._pcm = bytearray()
        self._callback = SynthCallback(self._take)
        self._library.espeak_SetSynthCallback(self._callback)

    def synthesise(self, text: str, voice: Voice) -> bytes:
        """Return a text as mono PCM16 at `SAMPLE_RATE`."""
        self._set(voice)
        self._pcm.clear()
        encoded = text.encode()
        self._library.espeak_Synth(encoded, len(encoded) + 1, 0, 1, 0, UTF8, None, None)
        return bytes(self._pcm)

    def _set(self, voice: Voice) -> None:
        timbre = TIMBRES.get(voice.name, DEFAULT_TIMBRE)
        if self._library.espeak_SetVoiceByName(f"{voice.language}+{timbre.variant}".encode()):
            raise RuntimeError(f"espeak-ng has no voice {voice.language}+{timbre.variant}")
        words_per_minute = round(WORDS_PER_MINUTE[voice.language] * voice.speed)
        self._library.espeak_SetParameter(RATE, max(80, min(450, words_per_minute)), 0)
        self._library.espeak_SetParameter(PITCH, timbre.pitch, 0)

    def _take(self, samples: "ctypes._Pointer[ctypes.c_short]", count: int, events: int | None) -> int:
        if count > 0:
            self._pcm += ctypes.string_at(samples, 2 * count)
        return 0
