"""The outgoing audio of a WebSocket conversation: PCM as fast as it is made; the client plays it."""

from collections.abc import Callable

from av import AudioResampler, CodecContext
from av.audio.codeccontext import AudioCodecContext
from av.packet import Packet

from engine.media.audio_output import Player, SpokenItem
from engine.media.opus import SAMPLE_RATE

OUTPUT_RATE = 24_000


class SocketVoice:
    """Hands every block on at once."""

    plays = False

    def __init__(self, player: Player, on_audio: Callable[[SpokenItem, bytes], None]) -> None:
        """:param on_audio: gets 24 kHz mono PCM16, block by block"""
        self._player = player
        self._on_audio = on_audio

    def play(self, utterance: SpokenItem) -> None:
        """Hand on what comes of it."""
        decoder = PacketDecoder()
        utterance.on_news = lambda: self._pass_on(utterance, decoder)

    def clear(self) -> list[SpokenItem]:
        """Nothing waits here: what was handed on is the client's to cut."""
        return []

    def _pass_on(self, utterance: SpokenItem, decoder: "PacketDecoder") -> None:
        if utterance.packets:
            if not utterance.sent:
                utterance.started.set()
                self._player.utterance_started(utterance)
            utterance.sent += len(utterance.packets)
            pcm = b"".join(map(decoder.decode, utterance.packets))
            utterance.packets.clear()
            self._on_audio(utterance, pcm)
        if utterance.complete:
            self._player.utterance_stopped(utterance)


class PacketDecoder:
    """The Opus of one utterance as PCM."""

    def __init__(self) -> None:
        decoder = CodecContext.create("libopus", "r")
        assert isinstance(decoder, AudioCodecContext)
        decoder.format, decoder.layout, decoder.sample_rate = "s16", "mono", SAMPLE_RATE
        self._decoder = decoder
        self._resampler = AudioResampler(format="s16", layout="mono", rate=OUTPUT_RATE)

    def decode(self, packet: bytes) -> bytes:
        """24 kHz mono PCM16 of one packet; the first comes a few samples short."""
        frames = self._decoder.decode(Packet(packet))
        made = [part for frame in frames for part in self._resampler.resample(frame)]
        return b"".join(frame.to_ndarray().tobytes() for frame in made)
