"""A page's socket names its page soon after it opens, or is closed."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from socketio import AsyncServer
from starlette.types import ASGIApp, Receive, Scope, Send

HANDSHAKE_SECONDS = 10.0
ROOT_NAMESPACE = "/"
MARK = "guftagu.handshake"
"""In a socket's scope: by it the socket is found again among engine.io's, as others copy scopes."""
POLICY_VIOLATION = 1008
"""Close code (RFC 6455 §7.4.1)."""


class HandshakeDeadline:
    """ASGI middleware: close each socket of `path` that has not joined its page in time.

    engine.io's pings are answered by any client, so that without this a stranger's socket stays open.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        path: str,
        sockets: AsyncServer,
        is_page: Callable[[str], bool],
        seconds: float = HANDSHAKE_SECONDS,
    ) -> None:
        """Create the handshake deadline.

        :param path: where the sockets of pages are opened
        :param sockets: the socket.io server behind `path`
        :param is_page: whether a room is that of a page; NiceGUI joins it when a handshake succeeds
        :param seconds: from the opening of the socket to the end of its handshake
        """
        self._app = app
        self._path = path
        self._sockets = sockets
        self._is_page = is_page
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request or socket."""
        if scope["type"] != "websocket" or not scope["path"].startswith(self._path):
            await self._app(scope, receive, send)
            return
        mark = scope[MARK] = object()
        closing = asyncio.create_task(self._close_later(mark, send))
        try:
            await self._app(scope, receive, send)
        finally:
            closing.cancel()
            await asyncio.wait({closing})

    async def _close_later(self, mark: object, send: Send) -> None:
        await asyncio.sleep(self._seconds)
        connection_id = self._connection_of(mark)
        if connection_id is None or not self._has_joined(connection_id):
            # Not by engine.io, which waits for the client's next word first. It may be gone already.
            with suppress(OSError, RuntimeError):
                await send({"type": "websocket.close", "code": POLICY_VIOLATION})

    def _connection_of(self, mark: object) -> str | None:
        """Return engine.io's id of the socket whose scope carries `mark`."""
        for connection_id, environ in self._sockets.environ.items():
            if environ["asgi.scope"].get(MARK) is mark:
                return str(connection_id)
        return None

    def _has_joined(self, connection_id: str) -> bool:
        member = self._sockets.manager.sid_from_eio_sid(connection_id, ROOT_NAMESPACE)
        return member is not None and any(map(self._is_page, self._sockets.rooms(member)))
