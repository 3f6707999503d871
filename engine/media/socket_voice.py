"""The outgoing audio of a WebSocket conversation: PCM as fast as it is made; the client plays it."""

from collections.abc import Callable

import numpy as np
from av import AudioFrame, AudioResampler

from engine.media.audio_output import PACKET_MS, Player, SpokenItem
from engine.session.session_config import PCM_RATE

PACKET_BYTES = PCM_RATE * PACKET_MS // 1000 * 2


class SocketVoice:
    """Hands every block on at once."""

    plays = False

    def __init__(self, player: Player, on_audio: Callable[[SpokenItem, bytes], None]) -> None:
        """Create the voice.

        :param on_audio: gets 24 kHz mono PCM16, block by block
        """
        self._player = player
        self._on_audio = on_audio

    def new_encoder(self, sample_rate: int) -> "PcmEncoder":
        """Return what makes this output's packets of PCM at `sample_rate` Hz."""
        return PcmEncoder(sample_rate)

    def play(self, utterance: SpokenItem) -> None:
        """Hand on what comes of it."""
        utterance.on_news = lambda: self._pass_on(utterance)

    def clear(self) -> list[SpokenItem]:
        """Return nothing: what was handed on is the client's to cut."""
        return []

    def _pass_on(self, utterance: SpokenItem) -> None:
        if utterance.packets:
            if not utterance.sent:
                utterance.started.set()
                self._player.utterance_started(utterance)
            utterance.sent += len(utterance.packets)
            pcm = b"".join(utterance.packets)
            utterance.packets.clear()
            self._on_audio(utterance, pcm)
        if utterance.complete:
            self._player.utterance_stopped(utterance)


class PcmEncoder:
    """Resamples the PCM of one sentence to 24 kHz and cuts it into pieces of 20 ms."""

    def __init__(self, sample_rate: int) -> None:
        """Create the encoder.

        :param sample_rate: of the PCM, in Hz
        """
        self._sample_rate = sample_rate
        self._resampler = AudioResampler(format="s16", layout="mono", rate=PCM_RATE)
        self._rest = bytearray()

    def encode(self, pcm: bytes) -> list[bytes]:
        """Return the whole pieces that these samples (mono PCM16) complete."""
        if pcm:
            samples = np.frombuffer(pcm, np.int16).reshape(1, -1)
            frame = AudioFrame.from_ndarray(samples, format="s16", layout="mono")
            frame.sample_rate = self._sample_rate
            self._take(self._resampler.resample(frame))
        whole = len(self._rest) // PACKET_BYTES * PACKET_BYTES
        pieces = [bytes(self._rest[at : at + PACKET_BYTES]) for at in range(0, whole, PACKET_BYTES)]
        del self._rest[:whole]
        return pieces

    def flush(self) -> list[bytes]:
        """Return the last piece, filled up with silence."""
        self._take(self._resampler.resample(None))
        self._rest += bytes(-len(self._rest) % PACKET_BYTES)
        return self.encode(b"")

    def _take(self, frames: list[AudioFrame]) -> None:
        for frame in frames:
            self._rest += frame.to_ndarray().tobytes()
