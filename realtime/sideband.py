"""The sideband: the server's own WebSocket to the session of a call it created.

Attached with the same key that created the call. A fresh call is not always known at once, so attaching is
tried again for a few seconds; what was sent on a connection that broke is not sent again.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

log = logging.getLogger("guftagu.sideband")

ATTACH_DELAYS_S = (0.0, 0.2, 0.4, 0.8, 1.6, 3.0)
"""Waits before each try to attach: six seconds in all."""
FINAL_STATUSES = (401, 403)
"""The key is not the one: trying again changes nothing."""
OPEN_TIMEOUT_S = 8
MAX_EVENT_BYTES = 1024 * 1024
"""No sound travels here."""
CLOSE_TIMEOUT_S = 2
"""A provider that does not close its side is left."""
PING_S = 20
"""Between two pings, and until the answer to one: a provider that falls silent is noticed."""

Sleep = Callable[[float], Awaitable[None]]


class SidebandLost(Exception):
    """The session cannot be reached over a WebSocket (any more)."""


class Sideband:
    """One attached connection. Iterate it for the session's events; it ends when the provider closes it."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    @classmethod
    async def attach(
        cls, base_url: str, api_key: str, call_id: str, sleep: Sleep = asyncio.sleep
    ) -> "Sideband":
        """Attach to the call `call_id`.

        :param base_url: the provider's, such as `https://api.openai.com/v1`
        :raises SidebandLost: not attached after all tries, or the key is refused
        """
        url = sideband_url(base_url, call_id)
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        for delay in ATTACH_DELAYS_S:
            await sleep(delay)
            try:
                return cls(
                    await connect(
                        url,
                        additional_headers=headers,
                        open_timeout=OPEN_TIMEOUT_S,
                        close_timeout=CLOSE_TIMEOUT_S,
                        ping_interval=PING_S,
                        ping_timeout=PING_S,
                        max_size=MAX_EVENT_BYTES,
                        compression=None,
                    )
                )
            except (InvalidHandshake, OSError) as error:
                log.info("%s: not attached yet: %s", call_id, type(error).__name__)
                if isinstance(error, InvalidStatus) and error.response.status_code in FINAL_STATUSES:
                    break
        raise SidebandLost(f"no sideband to {call_id}")

    async def send(self, event: dict[str, Any]) -> None:
        """Send one client event.

        :raises SidebandLost: the connection is closed
        """
        try:
            await self._connection.send(json.dumps(event))
        except ConnectionClosed:
            raise SidebandLost("closed while sending") from None

    async def frames(self) -> AsyncIterator[str | bytes]:
        """Yield the session's events as they come, until the connection is closed."""
        try:
            async for frame in self._connection:
                yield frame
        except ConnectionClosed:
            return

    async def __aiter__(self) -> AsyncIterator[object]:
        """Yield the session's events as decoded JSON (whatever came), until the connection is closed."""
        async for frame in self.frames():
            yield _decoded(frame)

    async def close(self) -> None:
        """Close the connection; the call itself goes on."""
        await self._connection.close()


def sideband_url(base_url: str, call_id: str) -> str:
    """`https://host/v1` → `wss://host/v1/realtime?call_id=…`."""
    parts = urlsplit(base_url)
    scheme = "wss" if parts.scheme == "https" else "ws"
    return urlunsplit((scheme, parts.netloc, f"{parts.path}/realtime", f"call_id={call_id}", ""))


def _decoded(frame: str | bytes) -> object:
    try:
        return json.loads(frame)
    except (ValueError, RecursionError):
        return frame
