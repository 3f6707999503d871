import asyncio
from collections import deque

from engine.media.audio_output import SpokenItem
from engine.media.vad import FRAME_BYTES
from engine.media.voice_track import VoiceTrack
from tests.fakes.phone_line import PhoneLine
from tests.fakes.webrtc_caller import soon


class Player:
    def __init__(self) -> None:
        self.stopped = asyncio.Event()

    def utterance_started(self, utterance: SpokenItem) -> None: ...

    def utterance_stopped(self, utterance: SpokenItem) -> None:
        self.stopped.set()


class Ends:
    """A line that was picked up."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.reasons: list[str] = []
        self.player = Player()
        self.voice = VoiceTrack(self.player)
        self.line = PhoneLine("rtc_1", "sip:a", "sip:b")

    def pick_up(self) -> None:
        self.line.connect(self.voice, self.frames.append, self.reasons.append)


async def test_the_callers_sound_comes_in_frames_whatever_pieces_it_is_said_in() -> None:
    ends = Ends()
    ends.line.say(b"lost")
    ends.pick_up()
    for _ in range(5):
        ends.line.say(bytes(FRAME_BYTES // 2))
    assert ends.frames == [bytes(FRAME_BYTES)] * 2
    await ends.line.close()


def utterance(packet: bytes) -> SpokenItem:
    return SpokenItem("resp", "item", packets=deque([packet]), complete=True)


async def test_the_agents_sound_and_not_its_silence_goes_to_the_listener() -> None:
    ends, heard, packets = Ends(), asyncio.Event(), list[bytes]()

    def hear(packet: bytes) -> None:
        packets.append(packet)
        if packet == b"two":
            heard.set()

    ends.line.listen(hear)
    ends.pick_up()
    ends.voice.play(utterance(b"one"))
    await soon(ends.player.stopped)
    ends.voice.play(utterance(b"two"))
    await soon(heard)
    assert packets == [b"one", b"two"]
    await ends.line.close()


async def test_a_caller_who_hangs_up_ends_what_was_picked_up() -> None:
    ends = Ends()
    ends.pick_up()
    ends.line.hang_up()
    assert ends.reasons == ["caller hung up"]
    await ends.line.close()
    assert (ends.line.state, ends.line.over.is_set()) == ("over", True)


async def test_a_caller_who_hangs_up_while_it_rings_is_gone() -> None:
    line = PhoneLine("rtc_1", "sip:a", "sip:b")
    line.hang_up()
    assert (line.state, line.over.is_set()) == ("over", True)


async def test_a_closed_line_leaves_no_task() -> None:
    tasks = len(asyncio.all_tasks())
    ends = Ends()
    ends.pick_up()
    await ends.line.close()
    assert len(asyncio.all_tasks()) == tasks
