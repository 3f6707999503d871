"""Writing down pieces of speech over transcription sessions, one after another as they break or grow old.

Every piece is kept until its words, or its failure, have come. When a connection breaks, what is not settled
is sent again on the next one; what is settled never is. So no piece is lost and none comes twice.
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
"""Sent and not settled: bounds the memory here and the queue there."""
APPEND_BYTES = 48_000
"""A second of sound in one event."""
SHORTEST_BYTES = 9_600
"""0.2 s: a provider refuses to commit less than half of it."""
SILENT_PROVIDER_S = 120.0
SESSION_S = 55 * 60.0
"""A provider ends a session after an hour; a new one is opened before."""
RETRY_DELAYS_S = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Waits before the next connection, as long as none brings a piece forward."""
MOST_RESENT = 2
"""How often a piece is sent again, after the first of these waits, that failed for a reason that may pass."""

Open = Callable[[], Awaitable[RealtimeSocket]]


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a piece."""

    number: int
    """Counted from 0 in the order they were given."""
    text: str = field(default="", repr=False)
    failure: str | None = None
    """The provider's code, when there are no words."""


@dataclass
class _Link:
    """One connection, and what was sent over it."""

    socket: RealtimeSocket
    renew_at: float
    uncommitted: deque[int] = field(default_factory=deque)
    """Pieces whose commit is not confirmed yet, in order."""
    items: dict[str, int] = field(default_factory=dict)
    """The pieces by item id."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while a piece is sent: the provider has one buffer."""
    forward_at: float = field(default_factory=lambda: asyncio.get_running_loop().time())
    """Loop time when a piece was last sent, committed or settled."""

    def go_forward(self) -> None:
        """Note that the connection brings the pieces forward."""
        self.forward_at = asyncio.get_running_loop().time()


class Dictation:
    """Writes down the pieces of one file."""

    def __init__(
        self,
        open_socket: Open,
        on_settled: Callable[[Settled], None],
        *,
        silent_s: float = SILENT_PROVIDER_S,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        :param open_socket: gives a configured transcription session with manual commits
        :param on_settled: told of every piece once, in the order in which the provider settles them
        :param silent_s: a connection on which a piece waits for so long and none is committed or settled is
            taken for broken, whatever else it sends
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
        """Connections lost in a row without a piece settled between."""

    async def take(self, pieces: AsyncIterator[bytes]) -> None:
        """Returns when every piece is settled. Once only.

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
        """Whether every piece is settled now."""
        try:
            link = _Link(await self._open(), self._now() + SESSION_S)
            try:
                return await self._carry(link, coming)
            finally:
                await link.socket.close()
        except SocketLost as lost:
            self._fruitless += 1
            log.info("session lost with %d pieces unsettled: %s", len(self._unsettled), lost)
            return False

    async def _carry(self, link: _Link, coming: asyncio.Queue[bytes | None]) -> bool:
        hearing = asyncio.create_task(self._hear(link))
        sending = asyncio.create_task(self._send(link, coming))
        try:
            await asyncio.wait({hearing, sending}, return_when=asyncio.FIRST_COMPLETED)
            return sending.result() if sending.done() else hearing.result()
        finally:
            for task in (hearing, sending):
                task.cancel()
            await asyncio.gather(hearing, sending, return_exceptions=True)

    async def _wait_before_next(self) -> None:
        if self._fruitless > len(RETRY_DELAYS_S):
            raise ProviderFailure("provider_error")
        if self._fruitless:
            await self._sleep(RETRY_DELAYS_S[self._fruitless - 1])

    async def _send(self, link: _Link, coming: asyncio.Queue[bytes | None]) -> bool:
        """Send until all is settled, or until the session has to be renewed."""
        for number, piece in sorted(self._unsettled.items()):
            await _commit(link, number, piece)
        while not self._all_given and self._now() < link.renew_at:
            piece_or_end = await coming.get()
            if piece_or_end is None:
                self._all_given = True
            else:
                await _commit(link, self._keep(piece_or_end), piece_or_end)
        await self._all_settled.wait()
        return self._all_given

    def _keep(self, piece: bytes) -> int:
        number = self._given
        self._given += 1
        self._unsettled[number] = piece
        self._all_settled.clear()
        return number

    async def _hear(self, link: _Link) -> bool:
        while True:
            event = await self._next_event(link)
            item_id = event.get("item_id")
            unsettled = len(self._unsettled)
            match server_event(event.get("type")):
                case ServerEvent.INPUT_COMMITTED if link.uncommitted:
                    link.items[str(item_id)] = link.uncommitted.popleft()
                    link.go_forward()
                case ServerEvent.TRANSCRIPTION_COMPLETED if str(item_id) in link.items:
                    self._settle(Settled(link.items[str(item_id)], str(event.get("transcript") or "")))
                case ServerEvent.TRANSCRIPTION_FAILED if str(item_id) in link.items:
                    await self._take_failure(link, link.items[str(item_id)], event)
                case ServerEvent.ERROR:
                    self._take_error(link, event)
            if len(self._unsettled) < unsettled:
                link.go_forward()

    async def _next_event(self, link: _Link) -> dict[str, Any]:
        """Return the next event; deltas and what is about no piece do not count as a sign of life.

        :raises SocketLost: nothing was committed or settled for `silent_s` while a piece waits
        """
        while True:
            try:
                async with asyncio.timeout_at(link.forward_at + self._silent_s):
                    return await link.socket.receive()
            except TimeoutError:
                if self._unsettled:
                    raise SocketLost("silent") from None
                link.go_forward()

    async def _take_failure(self, link: _Link, number: int, event: dict[str, Any]) -> None:
        """Nothing is heard meanwhile; it keeps."""
        if number not in self._unsettled or not self._may_resend(number, event):
            self._settle(Settled(number, failure=_code(event)))
            return
        await self._sleep(RETRY_DELAYS_S[self._resent[number] - 1])
        await _commit(link, number, self._unsettled[number])

    def _may_resend(self, number: int, event: dict[str, Any]) -> bool:
        if not may_pass(error_of(event)):
            return False
        self._resent[number] += 1
        return self._resent[number] <= MOST_RESENT

    def _take_error(self, link: _Link, event: dict[str, Any]) -> None:
        """What the provider does not take of one piece, settles it; what ends the session, ends the link."""
        code, about = _code(event), str(error_of(event).get("event_id"))
        kind, _, number = about.partition("-")
        if code == "session_expired":
            raise SocketLost(code)
        if kind not in ("append", "commit") or not number.isdecimal():
            log.warning("the provider complains: %s", error_code(event.get("error") or {}))
            return
        if self._may_resend(int(number), event):
            raise SocketLost(code)  # It is not known what the buffer holds now.
        if kind == "commit" and int(number) in link.uncommitted:
            link.uncommitted.remove(int(number))
        self._settle(Settled(int(number), failure=code))

    def _settle(self, settled: Settled) -> None:
        if self._unsettled.pop(settled.number, None) is None:
            return
        self._fruitless = 0
        self._room.release()
        if not self._unsettled:
            self._all_settled.set()
        self._on_settled(settled)


async def _commit(link: _Link, number: int, piece: bytes) -> None:
    piece = piece.ljust(SHORTEST_BYTES, b"\0")
    async with link.turn:
        for at in range(0, len(piece), APPEND_BYTES):
            await link.socket.append(piece[at : at + APPEND_BYTES], event_id=f"append-{number}")
        link.uncommitted.append(number)
        link.go_forward()
        await link.socket.send(input_audio_buffer_commit(f"commit-{number}"))


def _code(event: dict[str, Any]) -> str:
    error = error_of(event)
    return str(error.get("code") or error.get("type") or "failed")
