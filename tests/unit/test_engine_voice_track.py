import pytest
from aiortc.mediastreams import MediaStreamError

from engine.outlet import Utterance
from engine.voice_track import SILENCE, VoiceTrack


class Player:
    def __init__(self) -> None:
        self.log: list[str] = []

    def utterance_started(self, utterance: Utterance) -> None:
        self.log.append(f"started {utterance.item_id}")

    def utterance_stopped(self, utterance: Utterance) -> None:
        self.log.append(f"stopped {utterance.item_id}")


def utterance(name: str, *packets: bytes, complete: bool = True) -> Utterance:
    made = Utterance("resp", name, complete=complete)
    made.packets.extend(packets)
    return made


async def payloads(track: VoiceTrack, count: int) -> list[bytes]:
    return [bytes(await track.recv()) for _ in range(count)]


async def test_between_utterances_there_is_silence_in_real_time() -> None:
    track = VoiceTrack(Player())
    packets = [await track.recv() for _ in range(3)]
    assert [bytes(packet) for packet in packets] == [SILENCE] * 3
    assert [packet.pts for packet in packets] == [0, 960, 1920]


async def test_utterances_are_heard_one_after_another_and_told_when_they_really_are() -> None:
    player = Player()
    track = VoiceTrack(player)
    track.play(utterance("one", b"1", b"2"))
    track.play(utterance("two", b"3"))
    assert player.log == []
    assert await payloads(track, 4) == [b"1", b"2", b"3", SILENCE]
    assert player.log == ["started one", "stopped one", "started two", "stopped two"]


async def test_an_utterance_that_runs_dry_is_silent_until_more_comes() -> None:
    player = Player()
    track = VoiceTrack(player)
    slow = utterance("slow", b"1", complete=False)
    track.play(slow)
    assert await payloads(track, 2) == [b"1", SILENCE]
    slow.packets.append(b"2")
    slow.complete = True
    assert await payloads(track, 2) == [b"2", SILENCE]
    assert player.log == ["started slow", "stopped slow"]
    assert slow.played_ms == 40


async def test_clearing_is_heard_with_the_next_packet_and_tells_what_was_played() -> None:
    track = VoiceTrack(Player())
    long = utterance("long", *[b"x"] * 100)
    waiting = utterance("waiting", b"y")
    track.play(long)
    track.play(waiting)
    await payloads(track, 3)
    assert track.clear() == [long, waiting]
    assert await payloads(track, 1) == [SILENCE]
    assert (long.played_ms, long.length_ms, waiting.played_ms) == (60, 2000, 0)


async def test_a_stopped_track_ends() -> None:
    track = VoiceTrack(Player())
    track.stop()
    with pytest.raises(MediaStreamError):
        await track.recv()
