"""Reader of audio files of any format, as 24 kHz mono PCM16."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError

RATE = 24_000
BYTES_PER_SAMPLE = 2
GAP_S, LONGEST_GAP_S = 0.1, 600.0
"""Shorter gaps are rounding errors of the file's clock; longer ones are errors of that clock."""


LOST_S = 0.1
"""Seconds of undecodable audio that are worth telling; a file that was cut begins with half a frame."""
MISSING_S, MISSING_SHARE = 0.3, 0.01
"""How much less than it states a file may hold: seconds, and share of the whole."""
GAPLESS_FORMATS = frozenset({"aiff", "au", "caf", "flac", "mp3", "w64", "wav"})
"""Formats in which a gap is lost sound. A film's sound may begin late, or pause."""
EXACT_FORMATS = GAPLESS_FORMATS | {"mov", "mp4"}
"""Formats that state a duration which was counted; that of others is an estimate, or read from their end."""
MP3_COUNTS = (b"Xing", b"Info", b"VBRI")
"""Marks of the header in which an MP3 states its number of frames."""
HEADER_BYTES = 256 * 1024


class UnreadableAudio(ValueError):
    """Unreadable audio file; the text says why and names no content."""


@dataclass
class Flaws:
    """What a reader found wrong with a file that it read."""

    lost_s: float = 0.0
    """Seconds that could not be decoded."""
    missing_s: float = 0.0
    """Seconds that the file states and does not hold."""
    tracks: int = 1
    """Tracks of sound; one of them is read."""

    def __str__(self) -> str:
        """Return what is wrong, in words; empty where nothing is."""
        told: list[str] = []
        if self.lost_s >= LOST_S:
            told.append(f"it is damaged: {self.lost_s:.1f} s of it cannot be decoded")
        if self.missing_s:
            told.append(f"it is damaged: its last {self.missing_s:.1f} s are missing")
        if self.tracks > 1:
            told.append(f"it holds {self.tracks} sound tracks, of which one was read")
        return "; ".join(told)


def duration_s(path: Path) -> float | None:
    """Return the duration that the file states; None where it does not.

    :raises UnreadableAudio: the file holds no audio
    """
    with _opened(path) as (container, stream):
        return _stated_s(container, stream)


def _stated_s(container: InputContainer, stream: AudioStream) -> float | None:
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return container.duration / av.time_base if container.duration else None


def read_audio(path: Path, flaws: Flaws | None = None) -> Iterator[bytes]:
    """Read the audio block by block from the start of the file; gaps within it become silence.

    :param flaws: is told what is wrong with the file, and complete when the last block is read
    :raises UnreadableAudio: the file holds no audio
    """
    flaws = flaws or Flaws()
    with _opened(path) as (container, stream):
        begins_s = (container.start_time or 0) / av.time_base
        flaws.tracks = len(container.streams.audio)
        resampler = _Resampler()
        read = 0
        for frame in _frames(container, stream, flaws):
            gap_s = (frame.time or 0) - begins_s - read / RATE
            if gap_s > GAP_S and container.format.name in GAPLESS_FORMATS:
                flaws.lost_s += gap_s
            for block in _gap(gap_s):
                read += len(block) // BYTES_PER_SAMPLE
                yield block
            for part in resampler.resample(frame):
                read += part.samples
                yield part.to_ndarray().tobytes()
        for part in resampler.flush():
            read += part.samples
            yield part.to_ndarray().tobytes()
        flaws.missing_s = _missing_s(path, container, stream, read / RATE)


def _missing_s(path: Path, container: InputContainer, stream: AudioStream, read_s: float) -> float:
    """Return how much shorter the audio is than the file states; 0 where that may be an estimate's error."""
    formats = container.format.name.split(",")
    with path.open("rb") as file:
        header = file.read(HEADER_BYTES)
    stated_s = _wav_s(header) if "wav" in formats else _stated_s(container, stream)
    is_estimate = "mp3" in formats and not any(mark in header for mark in MP3_COUNTS)
    if stated_s is None or is_estimate or EXACT_FORMATS.isdisjoint(formats):
        return 0.0
    missing_s = stated_s - read_s
    return missing_s if missing_s > max(MISSING_S, stated_s * MISSING_SHARE) else 0.0


def _wav_s(header: bytes) -> float | None:
    """Return the duration that a WAV file's header states; None where it states none, as in a stream."""
    at, bytes_per_s = 12, 0
    while at + 8 <= len(header):
        name, size = header[at : at + 4], int.from_bytes(header[at + 4 : at + 8], "little")
        if name == b"fmt ":
            bytes_per_s = int.from_bytes(header[at + 16 : at + 20], "little")
        if name == b"data":
            return size / bytes_per_s if bytes_per_s and 0 < size < 0xFFFF_FFF0 else None
        at += 8 + size + size % 2
    return None


class _Resampler:
    """Resampler of a whole file, whose audio format may change midway, as in joined recordings."""

    def __init__(self) -> None:
        self._resampler: av.AudioResampler | None = None
        self._form: tuple[str, str, int] | None = None

    def resample(self, frame: av.AudioFrame) -> Iterator[av.AudioFrame]:
        """Resample one frame; the result may come later."""
        form = (frame.format.name, frame.layout.name, frame.sample_rate)
        if form != self._form:
            yield from self.flush()
            self._resampler, self._form = av.AudioResampler(format="s16", layout="mono", rate=RATE), form
        if self._resampler:
            yield from self._resampler.resample(frame)

    def flush(self) -> Iterator[av.AudioFrame]:
        """Return what is still held back."""
        if self._resampler:
            yield from self._resampler.resample(None)


def _gap(seconds: float) -> Iterator[bytes]:
    """Generate the silence of a plausible gap, a second at a time."""
    if GAP_S < seconds < LONGEST_GAP_S:
        whole, rest = divmod(round(seconds * RATE), RATE)
        yield from (bytes(BYTES_PER_SAMPLE * RATE) for _ in range(whole))
        yield bytes(BYTES_PER_SAMPLE * rest)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[InputContainer, AudioStream]]:
    try:
        with av.open(f"file:{path}", "r") as container:  # A name with a colon is no protocol's.
            stream = container.streams.best("audio")
            if not isinstance(stream, AudioStream):
                raise UnreadableAudio("there is no sound in it")
            yield container, stream
    except FFmpegError as error:
        raise UnreadableAudio(error.strerror or "it cannot be decoded") from None


def _frames(container: InputContainer, stream: AudioStream, flaws: Flaws) -> Iterator[Any]:
    for packet in container.demux(stream):
        length_s = float((packet.duration or 0) * (packet.time_base or 0))
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            flaws.lost_s += length_s
            continue
        if packet.is_corrupt:
            flaws.lost_s += length_s
        yield from frames
