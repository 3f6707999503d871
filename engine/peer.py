"""The engine's end of one WebRTC connection."""

import asyncio
import logging
import re
from collections.abc import Callable

from aiortc import (
    RTCConfiguration,
    RTCDataChannel,
    RTCIceServer,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCSessionDescription,
)
from aiortc.exceptions import InvalidAccessError, InvalidStateError, OperationError
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from aiortc.rtcrtpparameters import RTCRtpCodecCapability
from aiortc.sdp import SessionDescription
from av import AudioFrame

from engine.api_error import ApiError
from engine.vad import Framer
from engine.voice_track import VoiceTrack

log = logging.getLogger("guftagu.engine")

JITTER_PREFETCH = 1
"""aiortc waits for 4 packets (80 ms) before it decodes; one is enough to notice a barge-in early."""
HIDDEN_OR_END = re.compile(r"a=end-of-candidates|a=candidate:.*\.local ")
BAD_SDP = (
    ValueError, AssertionError, KeyError, IndexError, TypeError, AttributeError,
    InvalidAccessError, InvalidStateError, OperationError,
)  # fmt: skip
"""Everything aiortc raises for an offer it cannot read or match."""


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
        """
        :param ice_servers: none asks nobody outside
        :param on_frame: gets the caller's audio, 32 ms of 16 kHz mono PCM16 a frame
        :param on_gone: told once or more, with the reason
        """
        # An empty list, not None: for None aiortc asks a public STUN server.
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=ice_servers))
        self._on_frame = on_frame
        self._on_channel = on_channel
        self._on_connected = on_connected
        self._on_gone = on_gone
        self._listening: asyncio.Task[None] | None = None
        self._connection.on("track", self._track)
        self._connection.on("datachannel", self._channel)
        self._connection.on("connectionstatechange", self._state)

    async def answer(self, offer: str, voice: VoiceTrack) -> str:
        """The SDP answer to an offer.

        :raises ApiError: when the offer is not one audio section with Opus and at most one data channel
        """
        offer = _without_hidden_addresses(offer)
        _check(offer)
        self._connection.addTrack(voice)
        transceiver = self._connection.getTransceivers()[0]
        transceiver.setCodecPreferences(_opus())
        try:
            await self._connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
            await self._connection.setLocalDescription(await self._connection.createAnswer())
        except BAD_SDP as error:
            raise _bad_offer(type(error).__name__) from None
        hasten(transceiver.receiver)
        return self._connection.localDescription.sdp

    async def close(self) -> None:
        """Release sockets, threads and tasks."""
        if self._listening:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
        await self._connection.close()

    def _track(self, track: MediaStreamTrack) -> None:
        self._listening = asyncio.create_task(self._listen(track))

    async def _listen(self, track: MediaStreamTrack) -> None:
        framer = Framer()
        while True:
            try:
                audio = await track.recv()
            except MediaStreamError:
                return
            assert isinstance(audio, AudioFrame)
            for frame in framer.frames(audio):
                self._on_frame(frame)

    def _channel(self, channel: RTCDataChannel) -> None:
        channel.on("close", lambda: self._on_gone("data channel closed"))
        self._on_channel(channel)

    def _state(self) -> None:
        state = self._connection.connectionState
        if state == "connected":
            self._on_connected()
        elif state in ("failed", "closed"):
            self._on_gone(f"peer {state}")


def hasten(receiver: RTCRtpReceiver) -> None:
    """Decode as soon as one packet is whole.

    Private to aiortc, so its version is pinned and a test holds this.
    """
    receiver._RTCRtpReceiver__jitter_buffer._prefetch = JITTER_PREFETCH  # type: ignore[attr-defined]


def _opus() -> list[RTCRtpCodecCapability]:
    capabilities = RTCRtpReceiver.getCapabilities("audio")
    assert capabilities is not None
    return [codec for codec in capabilities.codecs if codec.mimeType.lower() == "audio/opus"]


def _without_hidden_addresses(offer: str) -> str:
    """The offer without what delays or ends the connection.

    mDNS names take seconds to resolve, and behind the end of candidates ICE would not wait for the browser's
    own checks, which tell the address anyway.
    """
    return "".join(line for line in offer.splitlines(keepends=True) if not HIDDEN_OR_END.match(line))


def _check(offer: str) -> None:
    try:
        media = SessionDescription.parse(offer).media
    except BAD_SDP as error:
        raise _bad_offer(type(error).__name__) from None
    kinds = sorted(section.kind for section in media)
    if kinds not in (["audio"], ["application", "audio"]):
        raise _bad_offer("one audio section and at most one data channel are served")


def _bad_offer(why: str) -> ApiError:
    return ApiError(f"The SDP offer cannot be answered: {why}.", code="invalid_offer", param="sdp")
