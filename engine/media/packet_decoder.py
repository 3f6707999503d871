"""The caller's Opus packets as frames for the speech detector: decoded as they come, gaps made silence.

A browser that was asked to (`usedtx`) sends next to nothing while its caller is silent: a packet of a byte
or two, then a whole one every 400 ms. Silence has to be heard all the same, for it ends a turn.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from av import AudioFrame, CodecContext
from av.audio.codeccontext import AudioCodecContext
from av.error import FFmpegError
from av.packet import Packet

from engine.media.vad import FRAME_BYTES
from engine.session.idle import CallLater, Timer
from engine.session.turn_detection import FRAME_MS

CLOCK_RATE = 48_000
FALLS_SILENT = 2
"""A packet of at most so many bytes says that nothing follows for a while."""
MAX_GAP_MS = 2000
"""A clock that jumps further is believed no more."""
TAPS = 48
CUTOFF_HZ = 7000


class Downsampler:
    """48 kHz to 16 kHz: a low-pass filter of which every third value is computed."""

    def __init__(self) -> None:
        self._past = np.zeros(TAPS - 1, np.float32)

    def __call__(self, samples: "np.ndarray[Any, np.dtype[np.int16]]") -> bytes:
        """Mono PCM16 at 16 kHz; as many samples as a third of those given, which is a whole number."""
        heard = np.concatenate((self._past, samples))
        self._past = heard[-(TAPS - 1) :]
        windows = np.lib.stride_tricks.as_strided(
            heard, (samples.size // 3, TAPS), (3 * heard.itemsize, heard.itemsize), writeable=False
        )
        return bytes(np.rint(windows @ _FILTER).astype(np.int16))


def _low_pass() -> "np.ndarray[Any, np.dtype[np.float32]]":
    cutoff = CUTOFF_HZ / CLOCK_RATE
    at = np.arange(TAPS) - (TAPS - 1) / 2
    taps = 2 * cutoff * np.sinc(2 * cutoff * at) * np.hamming(TAPS)
    return np.asarray(taps / taps.sum(), np.float32)


_FILTER = _low_pass()


class PacketDecoder:
    """The decoder of one call."""

    def __init__(self, on_frame: Callable[[bytes], None], call_later: CallLater) -> None:
        """Create the packet decoder.

        :param on_frame: gets 32 ms of 16 kHz mono PCM16 at a time
        :param call_later: the event loop's, or a test's
        """
        self._on_frame = on_frame
        self._call_later = call_later
        self._decoder = _new_decoder()
        self._downsample = Downsampler()
        self._rest = bytearray()
        self._next_timestamp: int | None = None
        """Of the packet that would follow without a gap."""
        self._silence: Timer | None = None

    def hear(self, payload: bytes, timestamp: int) -> None:
        """One packet, of any length in time.

        :param timestamp: of its first sample, in 48 kHz, as in RTP
        """
        self._end_silence()
        if self._next_timestamp is not None:
            self._fill((timestamp - self._next_timestamp) % 2**32)
        self._next_timestamp = timestamp
        for frame in self._decoded(payload):
            samples = np.frombuffer(memoryview(frame.planes[0]), np.int16, frame.samples)
            self._take(self._downsample(samples), frame.samples)
        if len(payload) <= FALLS_SILENT:
            self._silence = self._call_later(FRAME_MS / 1000, self._be_silent)

    def close(self) -> None:
        """Stop decoding."""
        self._end_silence()

    def _decoded(self, payload: bytes) -> list[AudioFrame]:
        try:
            return self._decoder.decode(Packet(payload))
        except FFmpegError:
            return []

    def _fill(self, gap: int) -> None:
        """Silence for what was not sent, or not sent yet when the silence was made up."""
        if gap < MAX_GAP_MS * CLOCK_RATE // 1000:
            self._take(bytes(gap // 3 * 2), gap)

    def _take(self, pcm: bytes, duration: int) -> None:
        assert self._next_timestamp is not None
        self._next_timestamp = (self._next_timestamp + duration) % 2**32
        self._rest += pcm
        while len(self._rest) >= FRAME_BYTES:
            frame = bytes(self._rest[:FRAME_BYTES])
            del self._rest[:FRAME_BYTES]
            self._on_frame(frame)

    def _be_silent(self) -> None:
        self._silence = self._call_later(FRAME_MS / 1000, self._be_silent)
        self._take(bytes(FRAME_BYTES), FRAME_MS * CLOCK_RATE // 1000)

    def _end_silence(self) -> None:
        if self._silence:
            self._silence.cancel()
            self._silence = None


def _new_decoder() -> AudioCodecContext:
    decoder = CodecContext.create("libopus", "r")
    assert isinstance(decoder, AudioCodecContext)
    decoder.format, decoder.layout, decoder.sample_rate = "s16", "mono", CLOCK_RATE
    return decoder
