"""Reader of audio files of any format, as 24 kHz mono PCM16."""

from collections.abc import Iterator
from contextlib import contextmanager
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


class UnreadableAudio(ValueError):
    """Unreadable audio file; the text says why and names no content."""


def duration_s(path: Path) -> float | None:
    """Return the duration that the file states; None where it does not.

    :raises UnreadableAudio: the file holds no audio
    """
    with _opened(path) as (container, stream):
        if stream.duration is not None and stream.time_base is not None:
            return float(stream.duration * stream.time_base)
        return container.duration / av.time_base if container.duration else None


def read_audio(path: Path) -> Iterator[bytes]:
    """Read the audio block by block from the start of the file; gaps within it become silence.

    :raises UnreadableAudio: the file holds no audio
    """
    with _opened(path) as (container, stream):
        begins_s = (container.start_time or 0) / av.time_base
        resampler = _Resampler()
        read = 0
        for frame in _frames(container, stream):
            for block in _gap((frame.time or 0) - begins_s - read / RATE):
                read += len(block) // BYTES_PER_SAMPLE
                yield block
            for part in resampler.resample(frame):
                read += part.samples
                yield part.to_ndarray().tobytes()
        for part in resampler.flush():
            yield part.to_ndarray().tobytes()


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
        with av.open(path, "r") as container:
            stream = container.streams.best("audio")
            if not isinstance(stream, AudioStream):
                raise UnreadableAudio("there is no sound in it")
            yield container, stream
    except FFmpegError as error:
        raise UnreadableAudio(error.strerror or "it cannot be decoded") from None


def _frames(container: InputContainer, stream: AudioStream) -> Iterator[Any]:
    for packet in container.demux(stream):
        try:
            yield from packet.decode()
        except av.error.InvalidDataError:
            continue
