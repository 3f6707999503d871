"""Transcription of pieces of speech over sessions that are opened anew when they break or grow old.

A piece is settled when its text or its failure has come, and kept until then. When a connection breaks, the
unsettled pieces are sent again on the next one and the settled ones are not: no piece is lost or doubled.
"""

import asyncio
import logging
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from realtime.client_events import input_audio_buffer_commit
from realtime.error_codes import error_code
from realtime.events import ServerEvent, server_event
from realtime.failures import ProviderFailure, may_pass
from realtime.socket import RealtimeSocket, SocketLost, error_of

log = logging.getLogger("guftagu.dictation")

UNSETTLED_PIECES = 8
"""Pieces that are sent and not settled: bounds the memory here and the queue at the provider."""
APPEND_BYTES = 48_000
"""Bytes of audio in one event: a second."""
SHORTEST_BYTES = 9_600
"""Bytes of 0.2 s; a provider refuses to commit less than half of it."""
SILENT_PROVIDER_S = 120.0
SESSION_S = 55 * 60.0
"""A provider ends a session after an hour; a new one is opened before."""
RETRY_DELAYS_S = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Waits before the next connection, while no piece is settled in between."""
MOST_RESENT = 2
"""How often a piece is sent again that failed for a temporary reason, after the first of these waits."""

Open = Callable[[], Awaitable[RealtimeSocket]]


@dataclass(frozen=True, slots=True)
class SettledPiece:
    """Result of one piece: its text or its failure."""

    number: int
    """Number of the piece, from 0 in the order they were given."""
    text: str = field(default="", repr=False)
    failure: str | None = None
    """Error code of the provider where there is no text."""


@dataclass
class _Link:
    """One connection, and the pieces that were sent over it."""

    socket: RealtimeSocket
    renew_at: float
    uncommitted: deque[int] = field(default_factory=deque)
    """Numbers of pieces whose commit is not confirmed yet, in order."""
    items: dict[str, int] = field(default_factory=dict)
    """Numbers of pieces by item id."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Lock that is held while a piece is sent: the provider has one buffer."""
    progress_at: float = field(default_factory=lambda: asyncio.get_running_loop().time())
    """Loop time when a piece was last sent, committed or settled."""

    def note_progress(self) -> None:
        """Note that a piece was sent, committed or settled."""
        self.progress_at = asyncio.get_running_loop().time()


class Dictation:
    """Transcription of the pieces of one file."""

    def __init__(
        self,
        open_socket: Open,
        on_settled: Callable[[SettledPiece], None],
        *,
        silent_s: float = SILENT_PROVIDER_S,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Set up a transcription; `transcribe` runs it.

        :param open_socket: returns a configured transcription session with manual commits
        :param on_settled: called once for every piece, in the order in which the provider settles them
        :param silent_s: seconds after which a connection counts as broken on which a piece waits and none is
            committed or settled
        """
        self._open = open_socket
        self._on_settled = on_settled
        self._silent_s = silent_s
        self._sleep = sleep
        self._now = now
        self._unsettled: dict[int, bytes] = {}
        self._given = 0
        self._all_given = False
        self._room = asyncio.Semaphore(UNSETTLED_PIECES)
        self._all_settled = asyncio.Event()
        self._all_settled.set()
        self._resent: Counter[int] = Counter()
        self._fruitless = 0
        """Connections lost in a row without a settled piece in between."""

    async def transcribe(self, pieces: AsyncIterator[bytes]) -> None:
        """Transcribe all pieces, and return when every one is settled; may be called once.

        :param pieces: 24 kHz mono PCM16
        :raises ProviderFailure: the provider cannot be reached, again and again
        :raises SessionRefused: the provider does not take the session
        """
        coming: asyncio.Queue[bytes | None] = asyncio.Queue()
        feeding = asyncio.create_task(self._feed(pieces, coming))
        try:
            while not await self._over_one_connection(coming):
                await self._wait_before_next()
            await feeding
        finally:
            feeding.cancel()
            await asyncio.gather(feeding, return_exceptions=True)

    async def _feed(self, pieces: AsyncIterator[bytes], coming: asyncio.Queue[bytes | None]) -> None:
        try:
            await self._room.acquire()
            async for piece in pieces:
                coming.put_nowait(piece)
                await self._room.acquire()
        finally:
            coming.put_nowait(None)

    async def _over_one_connection(self, coming: asyncio.Queue[bytes | None]) -> bool:
        """Use one connection until it ends; return whether every piece is settled."""
        try:
            link = _Link(await self._open(), self._now() + SESSION_S)
            try:
                return await self._run(link, coming)
            finally:
                await link.socket.close()
        except SocketLost as lost:
            self._fruitless += 1
            log.info("session lost with %d pieces unsettled: %s", len(self._unsettled), lost)
            return False

    async def _run(self, link: _Link, coming: asyncio.Queue[bytes | None]) -> bool:
        receiving = asyncio.create_task(self._receive(link))
        sending = asyncio.create_task(self._send(link, coming))
        try:
            await asyncio.wait({receiving, sending}, return_when=asyncio.FIRST_COMPLETED)
            return sending.result() if sending.done() else receiving.result()
        finally:
            for task in (receiving, sending):
                task.cancel()
            await asyncio.gather(receiving, sending, return_exceptions=True)

    async def _wait_before_next(self) -> None:
        if self._fruitless > len(RETRY_DELAYS_S):
            raise ProviderFailure("provider_error")
        if self._fruitless:
            await self._sleep(RETRY_DELAYS_S[self._fruitless - 1])

    async def _send(self, link: _Link, coming: asyncio.Queue[bytes | None]) -> bool:
        """Send until all is settled or the session has to be renewed; return whether all were given."""
        for number, piece in sorted(self._unsettled.items()):
            await _commit(link, number, piece)
        while not self._all_given and self._now() < link.renew_at:
            piece_or_end = await coming.get()
            if piece_or_end is None:
                self._all_given = True
            else:
                await _commit(link, self._add_piece(piece_or_end), piece_or_end)
        await self._all_settled.wait()
        return self._all_given

    def _add_piece(self, piece: bytes) -> int:
        number = self._given
        self._given += 1
        self._unsettled[number] = piece
        self._all_settled.clear()
        return number

    async def _receive(self, link: _Link) -> bool:
        while True:
            event = await self._next_event(link)
            item_id = event.get("item_id")
            unsettled = len(self._unsettled)
            match server_event(event.get("type")):
                case ServerEvent.INPUT_COMMITTED if link.uncommitted:
                    link.items[str(item_id)] = link.uncommitted.popleft()
                    link.note_progress()
                case ServerEvent.TRANSCRIPTION_COMPLETED if str(item_id) in link.items:
                    self._settle(SettledPiece(link.items[str(item_id)], str(event.get("transcript") or "")))
                case ServerEvent.TRANSCRIPTION_FAILED if str(item_id) in link.items:
                    await self._handle_failure(link, link.items[str(item_id)], event)
                case ServerEvent.ERROR:
                    self._handle_error(link, event)
            if len(self._unsettled) < unsettled:
                link.note_progress()

    async def _next_event(self, link: _Link) -> dict[str, Any]:
        """Return the next event; only commits and results count as progress.

        :raises SocketLost: nothing was committed or settled for `silent_s` while a piece waits
        """
        while True:
            try:
                async with asyncio.timeout_at(link.progress_at + self._silent_s):
                    return await link.socket.receive()
            except TimeoutError:
                if self._unsettled:
                    raise SocketLost("silent") from None
                link.note_progress()

    async def _handle_failure(self, link: _Link, number: int, event: dict[str, Any]) -> None:
        """Send the piece again if that may help, or settle it; later events wait meanwhile."""
        if number not in self._unsettled or not self._may_resend(number, event):
            self._settle(SettledPiece(number, failure=_code(event)))
            return
        await self._sleep(RETRY_DELAYS_S[self._resent[number] - 1])
        await _commit(link, number, self._unsettled[number])

    def _may_resend(self, number: int, event: dict[str, Any]) -> bool:
        if not may_pass(error_of(event)):
            return False
        self._resent[number] += 1
        return self._resent[number] <= MOST_RESENT

    def _handle_error(self, link: _Link, event: dict[str, Any]) -> None:
        """Settle the piece that an error is about; an error that ends the session raises `SocketLost`."""
        code, about = _code(event), str(error_of(event).get("event_id"))
        kind, _, number = about.partition("-")
        if code == "session_expired":
            raise SocketLost(code)
        if kind not in ("append", "commit") or not number.isdecimal():
            log.warning("the provider reports an error: %s", error_code(event.get("error") or {}))
            return
        if self._may_resend(int(number), event):
            raise SocketLost(code)  # It is not known what the buffer holds now.
        if kind == "commit" and int(number) in link.uncommitted:
            link.uncommitted.remove(int(number))
        self._settle(SettledPiece(int(number), failure=code))

    def _settle(self, piece: SettledPiece) -> None:
        if self._unsettled.pop(piece.number, None) is None:
            return
        self._fruitless = 0
        self._room.release()
        if not self._unsettled:
            self._all_settled.set()
        self._on_settled(piece)


async def _commit(link: _Link, number: int, piece: bytes) -> None:
    piece = piece.ljust(SHORTEST_BYTES, b"\0")
    async with link.turn:
        for at in range(0, len(piece), APPEND_BYTES):
            await link.socket.append(piece[at : at + APPEND_BYTES], event_id=f"append-{number}")
        link.uncommitted.append(number)
        link.note_progress()
        await link.socket.send(input_audio_buffer_commit(f"commit-{number}"))


def _code(event: dict[str, Any]) -> str:
    error = error_of(event)
    return str(error.get("code") or error.get("type") or "failed")
