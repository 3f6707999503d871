"""The server's hold on a controlled call: events in and out over the sideband, with one attempt to hold on.

Losing the line loses the control, so it ends the call.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from realtime.sideband import Sideband, SidebandLost

log = logging.getLogger("guftagu.calls")

Attach = Callable[[], Awaitable[Sideband]]
Receive = Callable[[dict[str, Any], float], None]


class ControlLine:
    """One call's sideband: `open`, then `run` until it is lost, `send` at any time between."""

    def __init__(self, attach: Attach, receive: Receive, reattached: Callable[["ControlLine"], None]) -> None:
        """Create the control line.

        :param attach: opens a sideband to the call; raises `SidebandLost`
        :param receive: gets each event with this server's clock in milliseconds
        :param reattached: called when the line holds again
        """
        self._attach = attach
        self._receive = receive
        self._tell_reattached = reattached
        self._outgoing: deque[dict[str, Any]] = deque()
        self._to_send = asyncio.Event()
        self._sideband: Sideband | None = None

    async def open(self) -> None:
        """Attach for the first time.

        :raises SidebandLost: the session cannot be controlled
        """
        self._sideband = await self._attach()

    def send(self, events: list[dict[str, Any]]) -> None:
        """Send client events, in order."""
        self._outgoing.extend(events)
        self._to_send.set()

    @property
    def unsent(self) -> list[dict[str, Any]]:
        """What is still to be sent."""
        return list(self._outgoing)

    async def run(self) -> None:
        """Carry events both ways; returns when the line is lost for good, ends when cancelled."""
        if self._sideband is None:
            return
        await self._carry(self._sideband)
        log.info("sideband lost (first connection)")
        self._sideband = await self._reattached()
        if self._sideband:
            self._tell_reattached(self)
            await self._carry(self._sideband)
            log.info("sideband lost (second connection)")

    async def close(self) -> None:
        """Let go of a line that was opened and never run."""
        if self._sideband:
            await self._sideband.close()

    async def _reattached(self) -> Sideband | None:
        try:
            return await self._attach()
        except SidebandLost:
            return None

    async def _carry(self, sideband: Sideband) -> None:
        try:
            async with asyncio.TaskGroup() as both:
                writer = both.create_task(self._write(sideband), name="sideband writer")
                async for event in sideband:
                    if isinstance(event, dict):
                        self._receive(event, time.monotonic() * 1000)
                writer.cancel()
        finally:
            await sideband.close()

    async def _write(self, sideband: Sideband) -> None:
        try:
            while True:
                await self._to_send.wait()
                self._to_send.clear()
                while self._outgoing:
                    await sideband.send(self._outgoing[0])
                    self._outgoing.popleft()
        except SidebandLost:
            self._to_send.set()
