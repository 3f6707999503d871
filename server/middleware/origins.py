"""Which web pages may talk to this server: its own, and those of `ALLOWED_ORIGINS`."""

from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from server.errors import error

SOCKET_PATH = "/_nicegui_ws"
API_METHODS = ["GET", "POST", "DELETE"]
API_HEADERS = ["Authorization", "Content-Type"]


def is_same_origin(headers: Headers) -> bool:
    """Whether no page, or one of this very host, asks. The scheme is left to the proxy that ends TLS."""
    origin = headers.get("origin")
    return origin is None or origin.lower().partition("://")[2] == headers.get("host", "").lower()


class SameOrigin:
    """ASGI middleware: NiceGUI's socket is closed to other origins' pages.

    A request without an origin comes from no page; a program could claim any, so nothing hangs on it.
    """

    def __init__(self, app: ASGIApp, allowed: Iterable[str]) -> None:
        """Create the same origin.

        :param allowed: origins besides our own, such as `https://app.example.org`
        """
        self._app = app
        self._allowed = frozenset(allowed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request or socket."""
        if scope["type"] == "lifespan" or self._may_pass(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            refused = error(403, "foreign_origin", "This is for the page's own origin.")
            await refused(scope, receive, send)

    def _may_pass(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        if not scope["path"].startswith(SOCKET_PATH):
            return True
        return is_same_origin(headers) or headers["origin"].lower() in self._allowed


def with_cors(api: ASGIApp, allowed: list[str]) -> ASGIApp:
    """Return the API, also for pages of these origins."""
    return CORSMiddleware(
        api,
        allow_origins=allowed,
        allow_methods=API_METHODS,
        allow_headers=API_HEADERS,
        expose_headers=["X-Request-Id", "Retry-After"],
    )
