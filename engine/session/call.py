"""One call: what carries it, its session, and the end of both."""

import asyncio
import base64
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from aiortc import RTCDataChannel, RTCIceServer

from engine.llm.language_model import LanguageModel
from engine.media.appended_audio import AppendedAudio
from engine.media.audio_output import Player, SpokenItem
from engine.media.data_channel import ChannelConnection
from engine.media.peer import Peer
from engine.media.socket_voice import SocketVoice
from engine.media.vad import new_detector
from engine.media.voice_track import VoiceTrack
from engine.session.client_events import ClientEvents
from engine.session.idle import Timer
from engine.session.items import new_id
from engine.session.session import EngineSession
from engine.session.transcription_config import AnyConfig
from engine.stt.speech_to_text import SpeechToText
from engine.tts.text_to_speech import TextToSpeech

log = logging.getLogger("guftagu.engine")


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What the agents of an engine hear, think and speak with."""

    speech_to_text: SpeechToText
    language_model: LanguageModel
    text_to_speech: TextToSpeech


@dataclass(frozen=True, slots=True)
class EngineLimits:
    """Limits of how long a call may take."""

    connect_s: float = 20
    """From the answer until media flows."""
    session_s: float = 3600
    sessions: int = 200
    """At once: of one engine."""
    sessions_of_key: int = 10
    """At once: made with one ephemeral key, which belongs to one browser."""


class EngineSideband(Protocol):
    """A WebSocket attached to the call."""

    def send(self, text: str) -> None:
        """One event as JSON; never blocks."""

    def close(self) -> None:
        """End the connection: the call is over."""


class Carrier(Protocol):
    """What brings the sound, such as a WebRTC peer. A WebSocket brings it in its events."""

    async def close(self) -> None:
        """Release everything."""


class EngineCall:
    """A call of the engine, from the offer until anything ends it."""

    def __init__(
        self,
        config: AnyConfig,
        pipeline: Pipeline,
        limits: EngineLimits,
        on_over: Callable[["EngineCall"], None],
        *,
        over_socket: bool = False,
    ) -> None:
        """Create the engine call.

        :param on_over: told once or more when the call has ended by itself and should be closed
        :param over_socket: the sound travels in the events of a WebSocket, both ways
        """
        self.id = new_id("rtc")
        self._on_over = on_over
        self._closed = False
        self._sidebands: list[EngineSideband] = []
        self._channel: ChannelConnection | None = None
        self._carrier: Carrier | None = None
        loop = asyncio.get_running_loop()
        self.session = EngineSession(
            config,
            audio_output=self._new_socket_voice if over_socket else self._new_voice,
            language_model=pipeline.language_model,
            text_to_speech=pipeline.text_to_speech,
            speech_to_text=pipeline.speech_to_text,
            detect=new_detector(),
            call_later=loop.call_later,
            expires_at=int(time.time() + limits.session_s),
        )
        appended = AppendedAudio(self.session.input_audio.audio.hear) if over_socket else None
        self._client_events = ClientEvents(self.session, appended)
        self._connect_s = limits.connect_s
        self._connect_timer: Timer | None = None
        self._limit_timer: Timer = loop.call_later(limits.session_s, self._expire)

    async def answer(self, offer: str, ice_servers: list[RTCIceServer]) -> str:
        """Return the SDP answer.

        :raises ApiError: for an offer that cannot be answered
        """
        peer = self._carrier = Peer(
            ice_servers,
            on_frame=self.session.input_audio.audio.hear,
            on_channel=self._channel_opened,
            on_connected=self._connected,
            on_gone=self._over,
        )
        answer = await peer.answer(offer, self._voice)
        loop = asyncio.get_running_loop()
        self._connect_timer = loop.call_later(self._connect_s, self._over, "no media path")
        return answer

    def attach(self, sideband: EngineSideband) -> None:
        """Let the sideband hear and ask everything from now on."""
        self._sidebands.append(sideband)
        self.session.attach(sideband)

    def detach(self, sideband: EngineSideband) -> None:
        """Detach a sideband that has gone; the call goes on."""
        self._sidebands.remove(sideband)
        self.session.detach(sideband)

    def receive(self, text: str | bytes, sideband: EngineSideband) -> None:
        """Handle a client event from a sideband."""
        self._client_events.receive(text, sideband)

    async def close(self) -> None:
        """Release everything."""
        self._closed = True
        self._connected()
        self._limit_timer.cancel()
        await self.session.close()
        for sideband in self._sidebands:
            sideband.close()
        if self._carrier:
            await self._carrier.close()

    def _new_voice(self, player: Player) -> VoiceTrack:
        self._voice = VoiceTrack(player)
        return self._voice

    def _new_socket_voice(self, player: Player) -> SocketVoice:
        return SocketVoice(player, self._send_audio)

    def _send_audio(self, utterance: SpokenItem, pcm: bytes) -> None:
        self.session.emit(
            "response.output_audio.delta",
            response_id=utterance.response_id,
            item_id=utterance.item_id,
            output_index=0,
            content_index=0,
            delta=base64.b64encode(pcm).decode(),
        )

    def _channel_opened(self, channel: RTCDataChannel) -> None:
        if self._channel:
            return
        connection = self._channel = ChannelConnection(channel, self._over)
        channel.on("message", lambda text: self._client_events.receive(text, connection))
        self.session.attach(connection)

    def _connected(self) -> None:
        if self._connect_timer:
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
