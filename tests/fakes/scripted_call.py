"""One call at the scripted provider: a real peer connection whose data channel says what the test says."""

import asyncio
import json
from collections.abc import Coroutine
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from aiortc import (
    AudioStreamTrack,
    MediaStreamTrack,
    RTCConfiguration,
    RTCDataChannel,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.contrib.media import MediaBlackhole
from av import AudioFrame

from tests.fakes.journal import Journal
from tests.fakes.loop_thread import LoopThread

Event = dict[str, Any]
Media = Literal["works", "no_channel"]
"""`no_channel`: the peers connect, and the data channel never opens."""

RATE, FRAME, TONE_HZ = 48_000, 960, 440


class ToneTrack(AudioStreamTrack):
    """A steady tone, so that a test can hear the agent."""

    async def recv(self) -> AudioFrame:
        silence = await super().recv()
        assert isinstance(silence, AudioFrame) and silence.pts is not None
        at = silence.pts * RATE // silence.sample_rate + np.arange(FRAME)
        samples = (8000 * np.sin(2 * np.pi * TONE_HZ * at / RATE)).astype(np.int16)
        frame = AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, int(at[0]), Fraction(1, RATE)
        return frame


class ScriptedCall:
    """What the provider holds of one call. Methods block and may be called from the test's thread."""

    def __init__(self, call_id: str, key: str, session: Event, thread: LoopThread) -> None:
        self.id = call_id
        self.key = key
        """The credential that created the call."""
        self.session = session
        self.received: Journal[Event] = Journal(f"client events of {call_id}")
        """Events the client sent, parsed; unparsable ones as `{"type": "unparsable", "text": …}`."""
        self.states: Journal[str] = Journal(f"states of {call_id}")
        """`channel_open`, `channel_closed`, and aiortc's connection states, as they come."""
        self.has_channel = True
        """Whether the offer asked for a data channel; one of a controlled call does not."""
        self._thread = thread
        self._peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._channel: RTCDataChannel | None = None
        self._ears = MediaBlackhole()

    def send(self, *events: Event) -> None:
        """Send server events over the data channel, which must be open or about to open."""
        self.send_raw(*map(_json_of, events))

    def send_raw(self, *texts: str | bytes) -> None:
        self.states.wait_for(lambda state: state == "channel_open")
        self._run(self._send(texts))

    def wait_for(self, event_type: str, timeout_s: float = 20) -> Event:
        """Wait for the first client event of this type."""
        return self.received.wait_for(lambda event: event.get("type") == event_type, timeout_s)

    def wait_until_gone(self, timeout_s: float = 20) -> None:
        """Until the browser's side closed the connection."""
        self.states.wait_for(lambda state: state in ("channel_closed", "closed", "failed"), timeout_s)

    def close_channel(self) -> None:
        self._run(self._close_channel())

    def drop(self) -> None:
        """Close the peer connection, saying goodbye as DTLS and SCTP do."""
        self._run(self.close())

    def vanish(self) -> None:
        """Fall silent without a goodbye, as when a network goes away."""
        self._run(self._vanish())

    async def answer(self, offer: str, *, media: Media, tone: bool) -> str:
        """Answer the browser's offer; to be awaited in the provider's loop."""
        self.has_channel = "m=application" in offer
        self._listen()
        await self._peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        self._peer.addTrack(ToneTrack() if tone else AudioStreamTrack())
        if media == "no_channel":
            _withhold(self._peer.sctp)
        await self._peer.setLocalDescription(await self._peer.createAnswer())
        return self._peer.localDescription.sdp

    async def close(self) -> None:
        await self._peer.close()
        await self._ears.stop()

    def _run(self, coroutine: Coroutine[Any, Any, None]) -> None:
        self._thread.run(coroutine)

    def _listen(self) -> None:
        self._peer.on("datachannel", self._channel_opened)
        self._peer.on("track", self._hear)
        self._peer.on("connectionstatechange", lambda: self.states.add(self._peer.connectionState))

    async def _hear(self, track: MediaStreamTrack) -> None:
        self._ears.addTrack(track)
        await self._ears.start()

    def _channel_opened(self, channel: RTCDataChannel) -> None:
        self._channel = channel
        # Chromium takes more than the 256 KiB it announces, and a provider may send it.
        channel.transport._remote_max_message_size = 0
        channel.on("message", self._receive)
        channel.on("close", lambda: self.states.add("channel_closed"))
        channel.send(
            json.dumps({"type": "session.created", "event_id": "event_created", "session": self.session})
        )
        self.states.add("channel_open")

    def _receive(self, text: str | bytes) -> None:
        try:
            event = json.loads(text)
        except ValueError:
            event = {"type": "unparsable", "text": text}
        self.received.add(event)
        if event.get("type") == "session.update" and self._channel:
            self.session |= event["session"]
            self._channel.send(json.dumps({"type": "session.updated", "session": self.session}))

    async def _send(self, texts: tuple[str | bytes, ...]) -> None:
        assert self._channel
        for text in texts:
            self._channel.send(text)
        await asyncio.sleep(0)

    async def _close_channel(self) -> None:
        assert self._channel
        self._channel.close()

    async def _vanish(self) -> None:
        for transceiver in self._peer.getTransceivers():
            ice = transceiver.receiver.transport.transport
            await ice._connection.close()


def _withhold(sctp: object) -> None:
    """Let the SCTP association never start, so that the browser's channel stays `connecting`."""

    async def never_start(*_remote: object) -> None:
        return None

    assert sctp is not None
    vars(sctp)["start"] = never_start


def _json_of(event: Event) -> str:
    """Return an event as JSON, in which half a surrogate pair can only be escaped."""
    return json.dumps(event, ensure_ascii=False).encode(errors="backslashreplace").decode()
