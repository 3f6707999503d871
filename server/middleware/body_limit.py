"""How much a request may bring along."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.errors import error


class _TooLarge(HTTPException):
    """The failure that stops the reading of a body; frameworks know its kind."""

    def __init__(self) -> None:
        super().__init__(413)


class BodyLimit:
    """ASGI middleware: a longer body is refused, by what it says of its length or as it comes."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        """Create the body limit.

        :param limit: bytes
        """
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request or socket."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif self._is_too_long(Headers(scope=scope).get("content-length", "0")):
            await self._refuse(scope, receive, send)
        else:
            await self._pass(scope, receive, send)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        came = 0
        has_begun = False

        async def receive_counted() -> Message:
            nonlocal came
            message = await receive()
            came += len(message.get("body", b""))
            if came > self._limit:
                raise _TooLarge
            return message

        async def send_noted(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive_counted, send_noted)
        except _TooLarge:
            if has_begun:
                raise
            await self._refuse(scope, receive, send)

    def _is_too_long(self, length: str) -> bool:
        return not length.isdecimal() or int(length) > self._limit

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = error(413, "request_too_large", f"A request has at most {self._limit // 1024} KB.")
        await refused(scope, receive, send)
