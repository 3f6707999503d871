"""One call: what carries it, its session, and the end of both."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from aiortc import RTCDataChannel, RTCIceServer

from engine.brain import Brain
from engine.client_events import ClientEvents
from engine.data_channel import ChannelConnection
from engine.idle import Timer
from engine.items import new_id
from engine.outlet import Player
from engine.peer import Peer
from engine.phone_line import PhoneLine
from engine.recognizer import Recognizer
from engine.session import Session
from engine.session_config import SessionConfig
from engine.speaker import Speaker
from engine.vad import new_detector
from engine.voice_track import VoiceTrack

log = logging.getLogger("guftagu.engine")


@dataclass(frozen=True, slots=True)
class Faculties:
    """What the agents of an engine hear, think and speak with."""

    recognizer: Recognizer
    brain: Brain
    speaker: Speaker


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a call may take."""

    connect_s: float = 20
    """From the answer until media flows."""
    session_s: float = 3600


class Sideband(Protocol):
    """A WebSocket attached to the call."""

    def send(self, text: str) -> None:
        """One event as JSON; never blocks."""

    def close(self) -> None:
        """The call is over."""


class Carrier(Protocol):
    """What brings the sound: a WebRTC peer or a phone line."""

    async def close(self) -> None:
        """Release everything."""


class Call:
    """Lives from the offer, or from picking up the phone, until anything ends it."""

    def __init__(
        self,
        config: SessionConfig,
        faculties: Faculties,
        limits: Limits,
        on_over: Callable[["Call"], None],
        call_id: str | None = None,
    ) -> None:
        """
        :param on_over: told once or more when the call has ended by itself and should be closed
        :param call_id: of a call that rang; others get a new one
        """
        self.id = call_id or new_id("rtc")
        self._on_over = on_over
        self._closed = False
        self._sidebands: list[Sideband] = []
        self._channel: ChannelConnection | None = None
        self._carrier: Carrier | None = None
        loop = asyncio.get_running_loop()
        self.session = Session(
            config,
            outlet=self._new_voice,
            brain=faculties.brain,
            speaker=faculties.speaker,
            recognizer=faculties.recognizer,
            detect=new_detector(),
            call_later=loop.call_later,
            expires_at=int(time.time() + limits.session_s),
        )
        self._client_events = ClientEvents(self.session)
        self._connect_timer: Timer = loop.call_later(limits.connect_s, self._over, "no media path")
        self._limit_timer: Timer = loop.call_later(limits.session_s, self._expire)

    async def answer(self, offer: str, ice_servers: list[RTCIceServer]) -> str:
        """The SDP answer.

        :raises ApiError: for an offer that cannot be answered
        """
        peer = self._carrier = Peer(
            ice_servers,
            on_frame=self.session.caller.audio.hear,
            on_channel=self._channel_opened,
            on_connected=self._connected,
            on_gone=self._over,
        )
        return await peer.answer(offer, self._voice)

    def pick_up(self, line: PhoneLine) -> None:
        """Answer a phone that rings."""
        self._carrier = line
        line.connect(self._voice, self.session.caller.audio.hear, self._over)
        self._connected()

    def attach(self, sideband: Sideband) -> None:
        """From now on the sideband hears and may ask everything."""
        self._sidebands.append(sideband)
        self.session.attach(sideband)

    def detach(self, sideband: Sideband) -> None:
        """The sideband has gone; the call goes on."""
        self._sidebands.remove(sideband)
        self.session.detach(sideband)

    def receive(self, text: str | bytes, sideband: Sideband) -> None:
        """A client event from a sideband."""
        self._client_events.receive(text, sideband)

    async def close(self) -> None:
        """Release everything."""
        self._closed = True
        self._connect_timer.cancel()
        self._limit_timer.cancel()
        await self.session.close()
        for sideband in self._sidebands:
            sideband.close()
        if self._carrier:
            await self._carrier.close()

    def _new_voice(self, player: Player) -> VoiceTrack:
        self._voice = VoiceTrack(player)
        return self._voice

    def _channel_opened(self, channel: RTCDataChannel) -> None:
        if self._channel:
            return
        connection = self._channel = ChannelConnection(channel)
        channel.on("message", lambda text: self._client_events.receive(text, connection))
        self.session.attach(connection)

    def _connected(self) -> None:
        self._connect_timer.cancel()

    def _expire(self) -> None:
        message = "Your session hit the maximum duration of 60 minutes."
        error = {
            "type": "invalid_request_error",
            "code": "session_expired",
            "message": message,
            "param": None,
        }
        self.session.emit("error", error=error | {"event_id": None})
        self._over("session limit")

    def _over(self, reason: str) -> None:
        if not self._closed:
            log.info("call %s is over: %s", self.id, reason)
            self._on_over(self)
