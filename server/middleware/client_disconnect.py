"""A client that leaves before its request is complete costs one quiet line in the log."""

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CLIENT_CLOSED_REQUEST = 499
"""nginx's name for it; no client sees it, the request log does."""


class ClientDisconnects:
    """ASGI middleware inside the request log: whatever becomes of a request without its end is a 499."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request or socket."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = _Request(receive, send)
        try:
            await self._app(scope, request.receive, request.send)
        except ClientDisconnect:
            if not request.has_answer:
                await Response(status_code=CLIENT_CLOSED_REQUEST)(scope, receive, send)


class _Request:
    """Watches one request for its end and its answer."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._is_whole = False
        self._is_cut_off = False
        self.has_answer = False

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            self._is_cut_off = not self._is_whole
        else:
            self._is_whole = not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_answer = True
            if self._is_cut_off:
                message = {**message, "status": CLIENT_CLOSED_REQUEST}
        await self._send(message)
