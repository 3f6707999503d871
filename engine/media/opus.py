"""PCM to Opus packets, ready to be sent."""

import numpy as np
from av import AudioFrame, AudioResampler, CodecContext
from av.audio.codeccontext import AudioCodecContext

SAMPLE_RATE = 48_000
SAMPLES_PER_PACKET = 960
BIT_RATE = 32_000
COMPLEXITY = "5"
"""Half the CPU of the default; the voice is synthetic, nobody hears the difference."""


class OpusEncoder:
    """Encodes the PCM of one sentence as Opus packets of 20 ms at 48 kHz."""

    def __init__(self, sample_rate: int) -> None:
        """Create the encoder.

        :param sample_rate: of the PCM, in Hz
        """
        self._sample_rate = sample_rate
        self._samples = 0
        self._resampler = AudioResampler(
            format="s16", layout="mono", rate=SAMPLE_RATE, frame_size=SAMPLES_PER_PACKET
        )
        self._encoder = _new_encoder()

    def encode(self, pcm: bytes) -> list[bytes]:
        """Return the packets that these samples (mono PCM16) complete."""
        self._samples += len(pcm) // 2
        return self._packets(self._resampler.resample(_frame(pcm, self._sample_rate)) if pcm else [])

    def flush(self) -> list[bytes]:
        """Return the last packets, filled up with silence."""
        packets: list[bytes] = []
        if self._samples:
            at_48k = self._samples * SAMPLE_RATE // self._sample_rate
            missing = -at_48k % SAMPLES_PER_PACKET * self._sample_rate // SAMPLE_RATE
            packets = self.encode(bytes(2 * missing))
            packets += self._packets(self._resampler.resample(None))
        return packets + [bytes(packet) for packet in self._encoder.encode(None)]

    def _packets(self, frames: list[AudioFrame]) -> list[bytes]:
        whole = [frame for frame in frames if frame.samples == SAMPLES_PER_PACKET]
        return [bytes(packet) for frame in whole for packet in self._encoder.encode(frame)]


def _new_encoder() -> AudioCodecContext:
    encoder = CodecContext.create("libopus", "w")
    assert isinstance(encoder, AudioCodecContext)
    encoder.bit_rate = BIT_RATE
    encoder.format = "s16"
    encoder.layout = "mono"
    encoder.sample_rate = SAMPLE_RATE
    encoder.options = {"application": "voip", "compression_level": COMPLEXITY}
    return encoder


def _frame(pcm: bytes, sample_rate: int) -> AudioFrame:
    frame = AudioFrame.from_ndarray(np.frombuffer(pcm, np.int16).reshape(1, -1), format="s16", layout="mono")
    frame.sample_rate = sample_rate
    return frame
