"""Provider of WebSocket sessions in the test's own loop, which answers as the test says."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

KEY = "sk-scripted-socket-key-0123456789"
TRANSCRIPTION = "conversation.item.input_audio_transcription"


def first_sample(pcm: bytes) -> str:
    """Return the text of a piece, which a test made of one value."""
    return str(int.from_bytes(pcm[:2], "little", signed=True))


@dataclass
class SocketProvider:
    """Provider of transcription sessions with manual commits."""

    words_of: Callable[[bytes], str] = first_sample
    """Function that returns the text of a piece (24 kHz mono PCM16)."""
    held_back: int = 1
    """Number of pieces collected before any is answered, the last one first; the rest at `release`."""
    drops: list[int] = field(default_factory=list)
    """Number of commits after which the first, second, … connection breaks with all unanswered ones."""
    drops_politely: bool = False
    """Whether it breaks with a close frame, so that earlier events arrive."""
    failing: set[str] = field(default_factory=set)
    """Texts that fail with `audio_unintelligible`."""
    refusing: set[str] = field(default_factory=set)
    """Texts whose commit gets an `error` event."""
    overloaded: dict[str, int] = field(default_factory=dict)
    """Texts that fail with `rate_limit_exceeded`, and how often before they succeed."""
    overloaded_on_commit: dict[str, int] = field(default_factory=dict)
    """The same with an `error` event."""
    chatters: bool = False
    """Whether events about nothing are sent while a piece waits."""
    never_answers: set[str] = field(default_factory=set)
    """Texts that are never answered."""
    refused_session: dict[str, Any] | None = None
    """Error that every `session.update` gets."""
    troubled_sessions: int = 0
    """Number of first updates that get a `server_error` instead."""
    url: str = ""
    paths: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    sessions: list[dict[str, Any]] = field(default_factory=list)
    committed: list[str] = field(default_factory=list)
    """Texts of all commits, repeated ones too."""
    largest_event: int = 0
    open_sockets: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def queries(self) -> list[dict[str, list[str]]]:
        return [parse_qs(urlsplit(path).query) for path in self.paths]

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until `holds` returns true; it is tried after every commit and every closed socket."""
        async with asyncio.timeout(10):
            while not holds():
                self._news.clear()
                await self._news.wait()

    def notify(self) -> None:
        """Wake the tests that wait in `until`."""
        self._news.set()

    async def serve(self, socket: ServerConnection) -> None:
        """Serve one connection."""
        assert socket.request
        self.paths.append(socket.request.path)
        self.keys.append(socket.request.headers.get("Authorization", "").removeprefix("Bearer "))
        self.open_sockets += 1
        try:
            await _Session(self, socket, self.drops.pop(0) if self.drops else None).run()
        except ConnectionClosed:
            return
        finally:
            self.open_sockets -= 1
            self.notify()


class _Session:
    def __init__(self, provider: SocketProvider, socket: ServerConnection, commits: int | None) -> None:
        self._provider = provider
        self._socket = socket
        self._commits_left = commits
        self._buffer = bytearray()
        self._waiting: list[tuple[str, str]] = []
        self._last_id: str | None = None
        self._number = 0

    async def run(self) -> None:
        await self._say("session.created", session={})
        while True:
            try:
                async with asyncio.timeout(self._patience_s):
                    text = await self._socket.recv()
            except TimeoutError:
                if self._provider.chatters:
                    await self._say("rate_limits.updated", rate_limits=[])
                else:
                    await self._answer_waiting()
                continue
            self._provider.largest_event = max(self._provider.largest_event, len(text))
            await self._take(json.loads(text))

    @property
    def _patience_s(self) -> float | None:
        if not self._waiting:
            return None
        return 0.01 if self._provider.chatters else 0.2

    async def _take(self, event: dict[str, Any]) -> None:
        match event["type"]:
            case "session.update" if self._provider.troubled_sessions:
                self._provider.troubled_sessions -= 1
                await self._say("error", error={"type": "server_error", "code": None})
            case "session.update" if self._provider.refused_session:
                await self._say("error", error=self._provider.refused_session)
            case "session.update":
                self._provider.sessions.append(event["session"])
                await self._say("session.updated", session=event["session"])
            case "input_audio_buffer.append":
                self._buffer += base64.b64decode(event["audio"])
            case "input_audio_buffer.commit":
                await self._commit(event)

    async def _commit(self, event: dict[str, Any]) -> None:
        words = self._provider.words_of(bytes(self._buffer))
        self._buffer.clear()
        self._provider.committed.append(words)
        self._provider.notify()
        if words in self._provider.refusing:
            await self._say("error", error={"code": "refused_piece", "event_id": event["event_id"]})
            return
        if _counted_down(self._provider.overloaded_on_commit, words):
            await self._say("error", error={"code": "rate_limit_exceeded", "event_id": event["event_id"]})
            return
        self._number += 1
        item_id = f"item_{self._number}"
        await self._say("input_audio_buffer.committed", item_id=item_id, previous_item_id=self._last_id)
        self._last_id = item_id
        self._waiting.append((item_id, words))
        if self._commits_left is not None and self._number >= self._commits_left:
            await self._drop()
        elif len(self._waiting) >= self._provider.held_back:
            await self._answer_waiting()

    async def _drop(self) -> None:
        if self._provider.drops_politely:
            await self._socket.close(1011)
        else:
            self._socket.transport.abort()

    async def _answer_waiting(self) -> None:
        while self._waiting:
            item_id, words = self._waiting.pop()
            if words in self._provider.never_answers:
                continue
            if _counted_down(self._provider.overloaded, words):
                error = {"type": "transcription_error", "code": "rate_limit_exceeded", "message": "?"}
                await self._say(f"{TRANSCRIPTION}.failed", item_id=item_id, content_index=0, error=error)
            elif words in self._provider.failing:
                error = {"type": "transcription_error", "code": "audio_unintelligible", "message": "?"}
                await self._say(f"{TRANSCRIPTION}.failed", item_id=item_id, content_index=0, error=error)
            else:
                await self._say(f"{TRANSCRIPTION}.completed", item_id=item_id, transcript=words)

    async def _say(self, event_type: str, **fields: Any) -> None:
        await self._socket.send(json.dumps({"type": event_type, **fields}))


def _counted_down(left: dict[str, int], words: str) -> bool:
    """Return whether it is still to happen to these words."""
    left[words] = left.get(words, 0) - 1
    return left[words] >= 0


@asynccontextmanager
async def socket_provider(**script: Any) -> AsyncIterator[SocketProvider]:
    """Run a provider on loopback with this script."""
    provider = SocketProvider(**script)
    async with serve(provider.serve, "127.0.0.1", 0, max_size=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        provider.url = f"http://127.0.0.1:{port}/v1"
        yield provider
