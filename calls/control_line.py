"""The server's hold on a controlled call: events in and out over the sideband, with one attempt to hold on.

Losing the line loses the control, so it ends the call.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from realtime.sideband import Sideband, SidebandLost

log = logging.getLogger("guftagu.calls")

Attach = Callable[[], Awaitable[Sideband]]
Receive = Callable[[dict[str, Any], float], None]


class ControlLine:
    """One call's sideband: `open`, then `run` until it is lost, `send` at any time between."""

    def __init__(self, attach: Attach, receive: Receive) -> None:
        """
        :param attach: opens a sideband to the call; raises `SidebandLost`
        :param receive: gets each event with this server's clock in milliseconds
        """
        self._attach = attach
        self._receive = receive
        self._outgoing: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._sideband: Sideband | None = None

    async def open(self) -> None:
        """Attach for the first time.

        :raises SidebandLost: the session cannot be controlled
        """
        self._sideband = await self._attach()

    def send(self, events: list[dict[str, Any]]) -> None:
        """Send client events, in order."""
        for event in events:
            self._outgoing.put_nowait(event)

    async def run(self) -> None:
        """Carry events both ways; returns when the line is lost for good, ends when cancelled."""
        for attempt in ("first", "second"):
            if self._sideband is None:
                return
            await self._carry(self._sideband)
            log.info("sideband lost (%s connection)", attempt)
            self._sideband = await self._reattached() if attempt == "first" else None

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
        writer = asyncio.create_task(self._write(sideband), name="sideband writer")
        try:
            async for event in sideband:
                if isinstance(event, dict):
                    self._receive(event, time.monotonic() * 1000)
        finally:
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
            await sideband.close()

    async def _write(self, sideband: Sideband) -> None:
        while True:
            try:
                await sideband.send(await self._outgoing.get())
            except SidebandLost:
                return
