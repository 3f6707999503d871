import asyncio
import threading

import numpy as np
import pytest

from engine.media.packet_decoder import Downsampler, PacketDecoder
from engine.media.vad import FRAME_BYTES
from tests.fakes.timer import FakeTimer
from tests.unit.engine.media.test_opus import packets

PACKET = 960
SILENT_FRAME = bytes(FRAME_BYTES)


def tone(
    seconds: float, hertz: float = 440, rate: int = 48_000
) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    at = np.arange(int(seconds * rate)) / rate
    return (10_000 * np.sin(2 * np.pi * hertz * at)).astype(np.int16)


TONE = list(packets(tone(1).tobytes(), 48_000))[:50]
"""A second of it."""


class Listener:
    """A decoder, a clock that a test moves, and the packets as they would come."""

    def __init__(self, first_timestamp: int = 0) -> None:
        self.timer = FakeTimer()
        self.frames: list[bytes] = []
        self.decoder = PacketDecoder(self.frames.append, self.timer)
        self.timestamp = first_timestamp

    def hear(self, *payloads: bytes) -> None:
        for payload in payloads:
            self.decoder.hear(payload, self.timestamp % 2**32)
            self.timestamp += PACKET

    @property
    def heard_ms(self) -> int:
        return 32 * len(self.frames)

    def loud(self) -> list[bool]:
        return [int(np.abs(np.frombuffer(frame, np.int16)).max()) > 1000 for frame in self.frames]


def test_packets_come_out_as_detector_frames_of_the_same_length() -> None:
    listener = Listener()
    listener.hear(*TONE)
    assert {len(frame) for frame in listener.frames} == {FRAME_BYTES}
    assert listener.heard_ms == 992
    assert all(listener.loud()[2:])


def test_what_was_lost_is_silence_of_the_same_length() -> None:
    listener = Listener()
    listener.hear(*TONE[:10])
    listener.timestamp += 20 * PACKET
    listener.hear(*TONE[30:])
    assert listener.heard_ms == 992
    assert SILENT_FRAME in listener.frames


def test_the_clock_may_start_again_from_zero() -> None:
    listener = Listener(2**32 - 10 * PACKET)
    listener.hear(*TONE)
    assert listener.heard_ms == 992


def test_a_clock_that_jumps_is_not_believed() -> None:
    listener = Listener()
    listener.hear(*TONE[:25])
    listener.timestamp += 2**30
    listener.hear(*TONE[25:])
    assert listener.heard_ms == 992


@pytest.mark.parametrize("falls_silent", [b"\xf8", b"\xf8\xff"])
def test_a_caller_who_sends_no_more_is_heard_to_be_silent(falls_silent: bytes) -> None:
    listener = Listener()
    listener.hear(*TONE[:49], falls_silent)
    for _ in range(12):
        listener.timer.advance(0.032)
    assert listener.heard_ms == 992 + 12 * 32
    assert listener.frames[-10:] == [SILENT_FRAME] * 10


def test_silence_that_was_made_up_is_not_counted_again_when_packets_come() -> None:
    listener = Listener()
    listener.hear(*TONE[:49], b"\xf8")
    for _ in range(12):
        listener.timer.advance(0.032)
    listener.timestamp += 19 * PACKET
    listener.hear(b"\xf8")
    for _ in range(12):
        listener.timer.advance(0.032)
    listener.timestamp += 19 * PACKET
    listener.hear(*TONE)
    assert abs(listener.heard_ms - (1000 + 2 * 380 + 20 + 1000)) < 64


def test_the_next_packet_ends_the_made_up_silence() -> None:
    listener = Listener()
    listener.hear(b"\xf8", *TONE[:10])
    before = listener.heard_ms
    listener.timer.advance(10)
    assert listener.heard_ms == before


def test_a_closed_ear_hears_no_more() -> None:
    listener = Listener()
    listener.hear(*TONE[:10], b"\xf8")
    before = listener.heard_ms
    listener.decoder.close()
    listener.timer.advance(1)
    assert listener.heard_ms == before


def test_a_packet_that_is_none_does_no_harm() -> None:
    listener = Listener()
    listener.hear(*TONE[:5], b"\xff" * 200, *TONE[6:])
    assert listener.heard_ms == 992


async def test_listening_takes_no_thread() -> None:
    before = threading.active_count()
    listener = Listener()
    await asyncio.to_thread(listener.hear, *TONE)
    assert threading.active_count() <= before + 1


@pytest.mark.parametrize(
    ("hertz", "passes"), [(200, True), (1000, True), (5000, True), (9500, False), (15_000, False)]
)
def test_what_16_khz_cannot_hold_is_filtered_out(hertz: float, passes: bool) -> None:
    downsample = Downsampler()
    samples = tone(0.5, hertz)
    pieces = b"".join(downsample(samples[n : n + PACKET]) for n in range(0, samples.size, PACKET))
    level = np.abs(np.frombuffer(pieces, np.int16)[500:]).max()
    assert level > 8000 if passes else level < 500


def test_pieces_fit_together_without_a_click() -> None:
    whole, pieces = Downsampler(), Downsampler()
    samples = tone(0.1)
    cut = b"".join(pieces(samples[n : n + PACKET]) for n in range(0, samples.size, PACKET))
    assert whole(samples) == cut
