import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from aiortc.mediastreams import MediaStreamError

from engine.media.audio_output import SpokenItem
from engine.media.voice_track import NOTHING_FOLLOWS, SAMPLES_PER_PACKET, SILENCE, SILENT_PACKETS, VoiceTrack


class Player:
    def __init__(self) -> None:
        self.log: list[str] = []

    def utterance_started(self, utterance: SpokenItem) -> None:
        self.log.append(f"started {utterance.item_id}")

    def utterance_stopped(self, utterance: SpokenItem) -> None:
        self.log.append(f"stopped {utterance.item_id}")


def utterance(name: str, *packets: bytes, complete: bool = True) -> SpokenItem:
    made = SpokenItem("resp", name, complete=complete)
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
    slow.add([b"2"])
    slow.finish()
    assert await payloads(track, 2) == [b"2", SILENCE]
    assert player.log == ["started slow", "stopped slow"]
    assert slow.played_ms == 40


@dataclass
class Resting:
    """A track that waits for something to say."""

    track: VoiceTrack
    coming: asyncio.Task[Any]

    async def ended(self) -> bytes:
        """Return the packet that ended the pause."""
        async with asyncio.timeout(5):
            return bytes(await self.coming)


async def at_rest(track: VoiceTrack) -> None:
    assert await payloads(track, SILENT_PACKETS + 1) == [SILENCE] * SILENT_PACKETS + [NOTHING_FOLLOWS]


async def test_after_a_while_of_silence_next_to_nothing_is_sent_and_the_time_goes_on() -> None:
    track = VoiceTrack(Player())
    await at_rest(track)
    packets = [await track.recv() for _ in range(2)]
    assert [bytes(packet) for packet in packets] == [NOTHING_FOLLOWS] * 2
    first, second = (packet.pts or 0 for packet in packets)
    assert second - first > 10 * SAMPLES_PER_PACKET
    assert second % SAMPLES_PER_PACKET == 0


@pytest.fixture
def endless_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only news ends it."""
    monkeypatch.setattr("engine.media.voice_track.REST_S", 3600)


BEFORE_THE_REST, IN_THE_REST = 0, 0.05
"""Seconds into the wait for the next packet, which begins with the 20 ms of the last one."""


@pytest.fixture(params=[BEFORE_THE_REST, IN_THE_REST])
async def resting(endless_rest: None, request: pytest.FixtureRequest) -> AsyncIterator[Resting]:
    track = VoiceTrack(Player())
    await at_rest(track)
    coming = asyncio.create_task(track.recv())
    await asyncio.sleep(request.param)
    yield Resting(track, coming)
    coming.cancel()


async def test_what_is_said_into_a_rest_is_heard_at_once(resting: Resting) -> None:
    resting.track.play(utterance("one", b"1"))
    assert await resting.ended() == b"1"


async def test_old_news_does_not_end_the_next_rest(resting: Resting) -> None:
    resting.track.play(utterance("one", b"1"))
    await resting.ended()
    await at_rest(resting.track)
    coming = asyncio.create_task(resting.track.recv())
    assert await asyncio.wait({coming}, timeout=0.1) == (set(), {coming})
    coming.cancel()


async def test_words_that_come_late_end_the_rest_too(endless_rest: None) -> None:
    player = Player()
    track = VoiceTrack(player)
    slow = utterance("slow", complete=False)
    track.play(slow)
    await at_rest(track)
    resting = Resting(track, asyncio.create_task(track.recv()))
    slow.add([b"1"])
    assert await resting.ended() == b"1"
    await at_rest(track)
    resting = Resting(track, asyncio.create_task(track.recv()))
    slow.finish()
    assert await resting.ended() == NOTHING_FOLLOWS
    assert player.log == ["started slow", "stopped slow"]


async def test_a_track_that_is_stopped_at_rest_ends(resting: Resting) -> None:
    resting.track.stop()
    with pytest.raises(MediaStreamError):
        await resting.ended()


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
