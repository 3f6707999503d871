import asyncio
from typing import Any

import pytest
from aiortc import RTCPeerConnection, RTCRtpReceiver
from aiortc.rtp import RtpPacket

from engine.http.api_error import EngineError
from engine.media.peer import Peer, StraightBuffer, listen_straight, with_quiet_silence
from engine.media.voice_track import VoiceTrack
from tests.fakes.webrtc_caller import calling, soon


class Player:
    def utterance_started(self, utterance: Any) -> None: ...

    def utterance_stopped(self, utterance: Any) -> None: ...


class Ends:
    """A peer, and what it tells."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []
        self.channels: list[str] = []
        self.reasons: list[str] = []
        self.connected, self.heard, self.gone = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.peer = Peer(
            [],
            on_frame=self._frame,
            on_channel=lambda channel: self.channels.append(channel.label),
            on_connected=self.connected.set,
            on_gone=self._gone,
        )

    def _frame(self, frame: bytes) -> None:
        self.frames.append(frame)
        self.heard.set()

    def _gone(self, reason: str) -> None:
        self.reasons.append(reason)
        self.gone.set()

    async def answer(self, offer: str) -> str:
        return await self.peer.answer(offer, VoiceTrack(Player()))


async def test_audio_and_the_channel_come_through_and_the_voice_goes_out() -> None:
    ends = Ends()
    async with calling() as caller:
        await caller.accept(await ends.answer(await caller.offer()))
        await soon(ends.connected)
        await soon(ends.heard)
        assert ends.channels == ["oai-events"]
        assert {len(frame) for frame in ends.frames} == {1024}
        await caller.until(lambda: caller.levels, 1)
    await soon(ends.gone)
    await ends.peer.close()


async def test_an_offer_without_a_data_channel_is_answered_too() -> None:
    ends = Ends()
    async with calling(channel=False) as caller:
        await caller.accept(await ends.answer(await caller.offer()))
        await soon(ends.heard)
    await ends.peer.close()


async def test_nobody_outside_is_asked_for_our_address() -> None:
    ends = Ends()
    async with calling() as caller:
        answer = await ends.answer(await caller.offer())
    assert "typ host" in answer
    assert "typ srflx" not in answer
    assert ends.peer._connection._RTCPeerConnection__configuration.iceServers == []  # type: ignore[attr-defined]
    await ends.peer.close()


async def test_names_that_hide_addresses_and_the_end_of_candidates_do_not_hold_up_the_answer() -> None:
    ends = Ends()
    async with calling() as caller:
        offer = await caller.offer()
        hidden = (
            "a=candidate:1 1 udp 2113937151 0b1c2d3e-aaaa-bbbb-cccc-1234567890ab.local 50000 typ host\r\n"
        )
        lines = [line for line in offer.splitlines(keepends=True) if not line.startswith("a=candidate:")]
        offer = "".join(hidden + line if line.startswith("a=end-of") else line for line in lines)
        assert hidden in offer
        async with asyncio.timeout(2):
            await caller.accept(await ends.answer(offer))
            await soon(ends.heard)
    await ends.peer.close()


@pytest.mark.parametrize("kinds", [["video"], ["audio", "video"], ["audio", "audio"], []])
async def test_anything_but_one_audio_section_and_a_channel_is_refused(kinds: list[str]) -> None:
    other, ends = RTCPeerConnection(), Ends()
    other.createDataChannel("oai-events")
    for kind in kinds:
        other.addTransceiver(kind)
    await other.setLocalDescription(await other.createOffer())
    with pytest.raises(EngineError) as caught:
        await ends.answer(other.localDescription.sdp)
    assert caught.value.code == "invalid_offer"
    await asyncio.gather(other.close(), ends.peer.close())


async def test_an_offer_without_opus_is_refused() -> None:
    ends = Ends()
    async with calling() as caller:
        offer = (await caller.offer()).replace("opus/48000", "speex/48000")
    with pytest.raises(EngineError):
        await ends.answer(offer)
    await ends.peer.close()


async def test_opus_is_spoken_even_when_the_offer_likes_another_codec_better() -> None:
    ends = Ends()
    async with calling(channel=False) as caller:
        transceiver = caller.peer.getTransceivers()[0]
        capabilities = RTCRtpReceiver.getCapabilities("audio")
        assert capabilities is not None
        transceiver.setCodecPreferences(list(reversed(capabilities.codecs)))
        answer = await ends.answer(await caller.offer())
    assert "opus/48000" in answer
    assert "PCMU" not in answer
    await ends.peer.close()


def packet(sequence_number: int, payload: bytes = b"opus") -> RtpPacket:
    made = RtpPacket(sequence_number=sequence_number, timestamp=960 * sequence_number)
    made.payload = payload
    return made


def heard(*packets: RtpPacket) -> list[int]:
    timestamps: list[int] = []
    buffer = StraightBuffer(lambda _, timestamp: timestamps.append(timestamp // 960))
    for each in packets:
        assert buffer.add(each) == (False, None)
    return timestamps


def test_packets_are_heard_in_the_moment_they_come() -> None:
    assert heard(packet(7), packet(8), packet(10)) == [7, 8, 10]


def test_a_packet_that_comes_late_or_twice_or_with_nothing_in_it_is_not_heard() -> None:
    assert heard(packet(7), packet(9), packet(8), packet(9), packet(10, b""), packet(11)) == [7, 9, 11]


def test_sequence_numbers_start_again_from_zero() -> None:
    assert heard(packet(65535), packet(0), packet(1)) == [65535, 0, 1]


async def test_aiortc_hands_its_packets_to_our_buffer() -> None:
    """Fail when the name of aiortc's private attribute changes."""
    connection = RTCPeerConnection()
    receiver = connection.addTransceiver("audio").receiver
    assert hasattr(receiver._RTCRtpReceiver__jitter_buffer, "add")  # type: ignore[attr-defined]
    listen_straight(receiver, lambda payload, timestamp: None)
    assert isinstance(receiver._RTCRtpReceiver__jitter_buffer, StraightBuffer)  # type: ignore[attr-defined]
    await connection.close()


@pytest.mark.parametrize(
    ("sdp", "wished"),
    [
        (
            "a=rtpmap:111 opus/48000/2\r\na=ptime:20\r\n",
            "a=rtpmap:111 opus/48000/2\r\na=fmtp:111 usedtx=1\r\na=ptime:20\r\n",
        ),
        (
            "a=rtpmap:96 opus/48000/2\r\na=fmtp:96 minptime=10;useinbandfec=1\r\n",
            "a=rtpmap:96 opus/48000/2\r\na=fmtp:96 minptime=10;useinbandfec=1;usedtx=1\r\n",
        ),
        ("a=rtpmap:0 PCMU/8000\r\n", "a=rtpmap:0 PCMU/8000\r\n"),
    ],
)
def test_the_browser_is_asked_to_send_next_to_nothing_while_its_caller_is_silent(
    sdp: str, wished: str
) -> None:
    assert with_quiet_silence(sdp) == wished


async def test_every_answer_asks_for_it() -> None:
    ends = Ends()
    async with calling() as caller:
        assert "usedtx=1" in await ends.answer(await caller.offer())
    await ends.peer.close()
