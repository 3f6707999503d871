"""A caller with a WebRTC peer of its own: speaks what it is given, keeps the events, listens to the agent."""

import asyncio
import fractions
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
from aiortc import RTCConfiguration, RTCDataChannel, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame

RATE = 48_000
SAMPLES = 960
LOUD = 500
"""PCM16 level over which something is heard."""


class Microphone(MediaStreamTrack):
    """Silence in real time, and between it whatever is said."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._to_say: np.ndarray[Any, np.dtype[np.int16]] = np.zeros(0, np.int16)
        self._sent = 0
        self._start: float | None = None
        self.spoken = asyncio.Event()
        self.quiet_at = 0.0
        """Loop time when the last said sample went out."""

    def say(self, pcm: np.ndarray[Any, np.dtype[np.int16]]) -> None:
        """Mono PCM16 at 48 kHz."""
        self.spoken.clear()
        self._to_say = np.concatenate([self._to_say, pcm])

    def hush(self) -> None:
        """Stop speaking."""
        self._to_say = self._to_say[:0]

    async def recv(self) -> AudioFrame:
        """Return the next 20 ms."""
        if self.readyState != "live":
            raise MediaStreamError
        loop = asyncio.get_running_loop()
        self._start = self._start if self._start is not None else loop.time()
        await asyncio.sleep(self._start + self._sent / RATE - loop.time())
        samples, self._to_say = self._to_say[:SAMPLES], self._to_say[SAMPLES:]
        if samples.size and not self._to_say.size:
            self.quiet_at = loop.time()
            self.spoken.set()
        padded = np.pad(samples, (0, SAMPLES - samples.size)).reshape(1, -1)
        frame = AudioFrame.from_ndarray(padded, format="s16", layout="mono")
        frame.sample_rate, frame.pts = RATE, self._sent
        frame.time_base = fractions.Fraction(1, RATE)
        self._sent += SAMPLES
        return frame


class Caller:
    """One end of a call."""

    def __init__(self, *, channel: bool = True) -> None:
        self.peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.microphone = Microphone()
        self.peer.addTrack(self.microphone)
        self.channel: RTCDataChannel | None = self.peer.createDataChannel("oai-events") if channel else None
        self.events: list[dict[str, Any]] = []
        self.levels: list[tuple[float, int]] = []
        """Loop time and peak of every 20 ms received."""
        self.opened, self.closed, self._news = asyncio.Event(), asyncio.Event(), asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()
        self.peer.on("track", self._track)
        if self.channel:
            self.channel.on("open", self.opened.set)
            self.channel.on("close", self.closed.set)
            self.channel.on("message", self._message)

    async def offer(self) -> str:
        """Return the SDP offer."""
        await self.peer.setLocalDescription(await self.peer.createOffer())
        return self.peer.localDescription.sdp

    async def accept(self, answer: str) -> None:
        """Connect, and wait for the channel if there is one."""
        await self.peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        if self.channel:
            await soon(self.opened)

    def send(self, event_type: str, **fields: Any) -> None:
        """Send a client event."""
        assert self.channel
        self.channel.send(json.dumps({"type": event_type, **fields}))

    def types(self) -> list[str]:
        """Return the types of all events so far."""
        return [event["type"] for event in self.events]

    async def event(self, event_type: str, count: int = 1, within_s: float = 10) -> dict[str, Any]:
        """Wait for the `count`-th event of a type."""
        found: list[dict[str, Any]] = await self.until(lambda: self._of(event_type), count, within_s)
        return found[count - 1]

    async def heard(self, after: float = 0, within_s: float = 10) -> float:
        """When something was first heard after a time (loop time)."""
        found: list[float] = await self.until(
            lambda: [t for t, peak in self.levels if t > after and peak > LOUD], 1, within_s
        )
        return found[0]

    async def until(self, found: Callable[[], list[Any]], count: int, within_s: float = 10) -> list[Any]:
        """Wait until `found` returns `count` entries, and return them."""
        async with asyncio.timeout(within_s), self._news:
            await self._news.wait_for(lambda: len(found()) >= count)
        return found()

    async def close(self) -> None:
        """Hang up."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.peer.close()

    def _of(self, event_type: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == event_type]

    def _track(self, track: MediaStreamTrack) -> None:
        self._spawn(self._listen(track))

    def _message(self, text: str) -> None:
        self.events.append(json.loads(text))
        self._spawn(self._tell())

    async def _listen(self, track: MediaStreamTrack) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            assert isinstance(frame, AudioFrame)
            self.levels.append((loop.time(), int(np.abs(frame.to_ndarray().astype(np.int32)).max())))
            await self._tell()

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    def _spawn(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def soon(event: asyncio.Event, within_s: float = 10) -> None:
    """Wait, but not for ever."""
    async with asyncio.timeout(within_s):
        await event.wait()


@asynccontextmanager
async def calling(*, channel: bool = True) -> AsyncIterator[Caller]:
    """Provide a caller that hangs up at the end."""
    caller = Caller(channel=channel)
    try:
        yield caller
    finally:
        await caller.close()
