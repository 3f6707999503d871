"""The engine's end of one WebRTC connection."""

import asyncio
import logging
import re
from collections.abc import Callable

from aiortc import (
    RTCConfiguration,
    RTCDataChannel,
    RTCIceServer,
    RTCIceTransport,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCSessionDescription,
)
from aiortc.rtcrtpparameters import RTCRtpCodecCapability
from aiortc.rtp import RtpPacket

from engine.media.data_channel import bound_messages
from engine.media.offer import BAD_SDP, bad_offer, readable_offer
from engine.media.packet_decoder import PacketDecoder
from engine.media.voice_track import VoiceTrack

log = logging.getLogger("guftagu.engine")

OPUS = re.compile(r"^a=rtpmap:(\d+) opus/48000/2\r\n(?:a=fmtp:\1 (.*)\r\n)?", re.MULTILINE)


class Peer:
    """Answers one offer; hands over the caller's audio and data channel; says when it is gone."""

    def __init__(
        self,
        ice_servers: list[RTCIceServer],
        *,
        on_frame: Callable[[bytes], None],
        on_channel: Callable[[RTCDataChannel], None],
        on_connected: Callable[[], None],
        on_gone: Callable[[str], None],
    ) -> None:
        """Create the peer.

        :param ice_servers: none asks nobody outside
        :param on_frame: gets the caller's audio, 32 ms of 16 kHz mono PCM16 a frame
        :param on_gone: told once or more, with the reason
        """
        # An empty list, not None: for None aiortc asks a public STUN server.
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=ice_servers))
        self._ear = PacketDecoder(on_frame, asyncio.get_running_loop().call_later)
        self._on_channel = on_channel
        self._on_connected = on_connected
        self._on_gone = on_gone
        self._connection.on("datachannel", self._channel)
        self._connection.on("connectionstatechange", self._state)

    async def answer(self, offer: str, voice: VoiceTrack) -> str:
        """Return the SDP answer to an offer.

        :raises ApiError: when the offer is not one audio section with Opus and at most one data channel
        """
        offer = readable_offer(offer)
        self._connection.addTrack(voice)
        transceiver = self._connection.getTransceivers()[0]
        transceiver.setCodecPreferences(_opus())
        try:
            await self._connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
            await self._connection.setLocalDescription(await self._connection.createAnswer())
        except BAD_SDP as error:
            raise bad_offer(type(error).__name__) from None
        listen_straight(transceiver.receiver, self._ear.hear)
        if self._connection.sctp:
            bound_messages(self._connection.sctp, self._on_gone)
        return with_quiet_silence(self._connection.localDescription.sdp)

    async def close(self) -> None:
        """Release sockets, threads and tasks."""
        self._ear.close()
        try:
            await self._connection.close()
        except BAD_SDP as error:  # aiortc cannot close what an offer made it half build.
            log.warning("a peer connection was closed in parts: %s", type(error).__name__)
            await asyncio.gather(*map(_stopped, self._ice_transports), return_exceptions=True)

    @property
    def _ice_transports(self) -> set[RTCIceTransport]:
        """The transports that hold sockets; private to aiortc, so its version is pinned."""
        transports: set[RTCIceTransport]
        transports = self._connection._RTCPeerConnection__iceTransports  # type: ignore[attr-defined]
        return transports

    def _channel(self, channel: RTCDataChannel) -> None:
        channel.on("close", lambda: self._on_gone("data channel closed"))
        self._on_channel(channel)

    def _state(self) -> None:
        state = self._connection.connectionState
        if state == "connected":
            self._on_connected()
        elif state in ("failed", "closed"):
            self._on_gone(f"peer {state}")


async def _stopped(transport: RTCIceTransport) -> None:
    await transport.stop()


class StraightBuffer:
    """A buffer without aiortc's waits: for the next packet, and for 16 when one is lost.

    Nothing is left for aiortc's own decoder, a thread and two wake-ups of the loop a packet.
    """

    def __init__(self, hear: Callable[[bytes, int], None]) -> None:
        """Create the straight buffer.

        :param hear: gets payload and timestamp of every packet that is newer than those before it
        """
        self._hear = hear
        self._newest: int | None = None

    def add(self, packet: RtpPacket) -> tuple[bool, None]:
        """Answer aiortc that no key frame is wanted and nothing is left to decode."""
        if self._newest is None or 0 < (packet.sequence_number - self._newest) % 2**16 < 2**15:
            self._newest = packet.sequence_number
            if packet.payload:
                self._hear(packet.payload, packet.timestamp)
        return False, None


def listen_straight(receiver: RTCRtpReceiver, hear: Callable[[bytes, int], None]) -> None:
    """Hear every packet in the moment it comes.

    The buffer is private to aiortc, so its version is pinned and a test holds this.
    """
    receiver._RTCRtpReceiver__jitter_buffer = StraightBuffer(hear)  # type: ignore[attr-defined]


def with_quiet_silence(sdp: str) -> str:
    """Return the description with the wish for discontinuous transmission while the caller is silent."""

    def wish(found: re.Match[str]) -> str:
        settings = ";".join(filter(None, (found[2], "usedtx=1")))
        return f"{found[0].splitlines()[0]}\r\na=fmtp:{found[1]} {settings}\r\n"

    return OPUS.sub(wish, sdp)


def _opus() -> list[RTCRtpCodecCapability]:
    capabilities = RTCRtpReceiver.getCapabilities("audio")
    assert capabilities is not None
    return [codec for codec in capabilities.codecs if codec.mimeType.lower() == "audio/opus"]
