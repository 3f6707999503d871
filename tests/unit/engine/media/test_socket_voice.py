from typing import Any

import numpy as np

from engine.media.audio_output import SpokenItem
from engine.media.socket_voice import PACKET_BYTES, PcmEncoder, SocketVoice

RATE = 24_000
TONE = (8000 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)).astype(np.int16).tobytes()


class FakePlayer:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def utterance_started(self, utterance: SpokenItem) -> None:
        self.told.append("started")

    def utterance_stopped(self, utterance: SpokenItem) -> None:
        self.told.append("stopped")


def packets(pcm: bytes, sample_rate: int) -> list[bytes]:
    encoder = PcmEncoder(sample_rate)
    return [*encoder.encode(pcm[:1000]), *encoder.encode(pcm[1000:2000] + pcm[2000:]), *encoder.flush()]


def voice() -> tuple[SocketVoice, FakePlayer, list[bytes], SpokenItem]:
    player, sound = FakePlayer(), list[bytes]()
    made = SocketVoice(player, lambda utterance, pcm: sound.append(pcm))
    utterance = SpokenItem("resp_1", "item_1")
    made.play(utterance)
    return made, player, sound, utterance


def test_every_block_is_handed_on_at_once_as_24_khz_pcm() -> None:
    _, player, sound, utterance = voice()
    encoded = list(packets(TONE, RATE))
    utterance.add(encoded[:10])
    assert len(sound) == 1
    assert player.told == ["started"]
    utterance.add(encoded[10:])
    utterance.finish()
    heard: Any = np.frombuffer(b"".join(sound), np.int16)
    assert abs(heard.size - RATE) < RATE * 0.03
    assert abs(np.count_nonzero(np.diff(np.signbit(heard))) - 880) < 20
    assert player.told == ["started", "stopped"]


def test_how_long_it_is_can_be_told_when_all_is_handed_on() -> None:
    _, _, _, utterance = voice()
    utterance.add(list(packets(TONE, RATE))[:50])
    assert utterance.length_ms == 1000
    assert utterance.started.is_set()


def test_nothing_waits_here_to_be_cut() -> None:
    made, _, _, utterance = voice()
    utterance.add(list(packets(TONE, RATE)))
    assert made.clear() == []


def test_pcm_of_another_rate_keeps_its_length_and_its_sound_in_whole_packets() -> None:
    tone = (8000 * np.sin(2 * np.pi * 440 * np.arange(22_050) / 22_050)).astype(np.int16).tobytes()
    made = packets(tone, 22_050)
    assert {len(packet) for packet in made} == {PACKET_BYTES}
    heard: Any = np.frombuffer(b"".join(made), np.int16)
    assert abs(heard.size - RATE) < RATE * 0.03
    assert abs(np.count_nonzero(np.diff(np.signbit(heard))) - 880) < 20


def test_nothing_is_no_packet() -> None:
    assert packets(b"", 22_050) == []
