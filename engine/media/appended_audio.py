"""Sound that a client appends over a WebSocket, as the frames the session hears."""

import base64
import binascii
from collections.abc import Callable
from typing import Any

import numpy as np
from av import AudioFrame, AudioResampler

from engine.http.api_error import EngineError
from engine.media.vad import FRAME_BYTES, SAMPLE_RATE
from engine.session.session_config import PCM_RATE, AudioFormat, SessionConfig
from engine.session.transcription_config import AnyConfig

MAX_APPEND_BYTES = 15 * 1024 * 1024
BYTES_PER_SAMPLE = 2


class AppendedAudio:
    """24 kHz mono PCM16, pieces of any length."""

    def __init__(self, on_frame: Callable[[bytes], None]) -> None:
        """Create the appended audio.

        :param on_frame: gets 32 ms of 16 kHz mono PCM16 at a time
        """
        self._on_frame = on_frame
        self._odd_byte = b""
        self._rest = bytearray()
        self._resampler = _new_resampler()

    def append(self, encoded: Any) -> None:
        """One piece.

        :param encoded: base64
        :raises ApiError: when it is not base64, no whole samples, or too large; nothing is heard then
        """
        pcm = self._odd_byte + _decoded(encoded)
        whole = len(pcm) // BYTES_PER_SAMPLE * BYTES_PER_SAMPLE
        self._odd_byte = pcm[whole:]
        if whole:
            self._take(self._resampler.resample(_frame(pcm[:whole])))

    def flush(self) -> None:
        """Hear the rest, filled up with silence to a whole frame."""
        self._take(self._resampler.resample(None))
        rest = bytes(self._rest)
        self.clear()
        if rest:
            self._on_frame(rest.ljust(FRAME_BYTES, b"\0"))

    def clear(self) -> None:
        """Forget what is not a whole frame yet."""
        self._odd_byte = b""
        self._rest = bytearray()
        self._resampler = _new_resampler()

    def _take(self, frames: list[AudioFrame]) -> None:
        for frame in frames:
            self._rest += frame.to_ndarray().tobytes()
        heard = len(self._rest) // FRAME_BYTES * FRAME_BYTES
        for at in range(0, heard, FRAME_BYTES):
            self._on_frame(bytes(self._rest[at : at + FRAME_BYTES]))
        del self._rest[:heard]


def require_pcm(config: AnyConfig) -> None:
    """Sound in events is PCM here.

    :raises ApiError: the session wants another format
    """
    wanted: dict[str, AudioFormat] = {"input": config.audio.input.format}
    if isinstance(config, SessionConfig):
        wanted["output"] = config.audio.output.format
    for side, audio_format in wanted.items():
        if audio_format.type != "audio/pcm":
            param = f"session.audio.{side}.format.type"
            raise EngineError(
                "This engine takes and sends 'audio/pcm' alone.", code="invalid_value", param=param
            )


def _new_resampler() -> AudioResampler:
    return AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)


def _frame(pcm: bytes) -> AudioFrame:
    frame = AudioFrame.from_ndarray(np.frombuffer(pcm, np.int16).reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate = PCM_RATE
    return frame


def _decoded(encoded: Any) -> bytes:
    if not isinstance(encoded, str):
        raise EngineError("'audio' is base64 text.", code="invalid_type", param="audio")
    if len(encoded) > MAX_APPEND_BYTES:
        raise EngineError("At most 15 MiB can be appended at once.", code="audio_too_large", param="audio")
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise EngineError(
            "'audio' is not valid base64.", code="invalid_base64_audio", param="audio"
        ) from None
