"""A WebSocket to a call: a server's own beside the caller, or the one that is the call."""

import asyncio

from fastapi import WebSocket
from starlette.websockets import WebSocketDisconnect

from engine.session.call import EngineCall

PROTOCOL = "realtime"
"""What a browser names besides its key."""
MAX_WAITING_EVENTS = 2000
MAX_WAITING_CHARS = 32 * 1024 * 1024
"""A reader that falls further behind, by either, is cut off."""


class SidebandSocket:
    """Events wait in a queue, so that a slow reader holds nobody up."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket
        self._waiting: asyncio.Queue[str | None] = asyncio.Queue()
        self._waiting_chars = 0
        self._is_cut_off = False

    def send(self, text: str) -> None:
        """One event as JSON; never blocks."""
        if self._is_cut_off:
            return
        self._waiting_chars += len(text)
        if self._waiting.qsize() < MAX_WAITING_EVENTS and self._waiting_chars < MAX_WAITING_CHARS:
            self._waiting.put_nowait(text)
        else:
            self._is_cut_off = True
            self.close()

    def close(self) -> None:
        """Send what waits, then close the socket."""
        self._waiting.put_nowait(None)

    async def serve(self, call: EngineCall) -> None:
        """Carry events both ways until either side is gone."""
        await self._websocket.accept(PROTOCOL if PROTOCOL in protocols_of(self._websocket) else None)
        call.attach(self)
        sending = asyncio.create_task(self._send_waiting())
        try:
            while (text := await self._next_text()) is not None:
                call.receive(text, self)
                await asyncio.sleep(0)  # Events that wait already would be received without a pause.
        finally:
            call.detach(self)
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    async def _next_text(self) -> str | bytes | None:
        message = await self._websocket.receive()
        if message["type"] == "websocket.disconnect":
            return None
        return message.get("text") or message.get("bytes") or b""

    async def _send_waiting(self) -> None:
        try:
            while (text := await self._waiting.get()) is not None:
                await self._websocket.send_text(text)
                self._waiting_chars -= len(text)
            await self._websocket.close()
        except WebSocketDisconnect:
            return


def protocols_of(websocket: WebSocket) -> list[str]:
    """Return the subprotocols a client offers; a browser, which can set no header, names its key there."""
    offered: list[str] = websocket.scope.get("subprotocols", [])
    return offered
