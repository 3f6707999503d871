"""The session cookie goes out with pages alone."""

from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.middleware.sessions import Session
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class PageCookies:
    """ASGI middleware inside the session's: static files, API, health checks and errors set no cookie.

    NiceGUI gives every request without a cookie a new session, which would be a `Set-Cookie` and a
    `Vary: Cookie` on files that caches keep for everybody.
    """

    def __init__(self, app: ASGIApp, also: Collection[str] = ()) -> None:
        """Create the page cookies.

        :param also: paths whose answers may change the session too, such as the sign-in form's
        """
        self._app = app
        self._also = frozenset(also)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request or socket."""
        if scope["type"] != "http" or scope["path"] in self._also:
            await self._app(scope, receive, send)
            return

        async def send_without_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and not _is_page(message):
                _forget_changes(scope)
            await send(message)

        await self._app(scope, receive, send_without_cookie)


def _is_page(message: Message) -> bool:
    return "x-nicegui-content" in Headers(scope=message)


def _forget_changes(scope: Scope) -> None:
    """Let Starlette's `SessionMiddleware` see a session that nobody touched."""
    session = scope.get("session")
    if isinstance(session, Session):
        session.accessed = session.modified = False
