"""Access of web pages to the engine: those of any origin may use an ephemeral key, as at the provider."""

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.http.keys import Keys, bearer_key

OPEN_PATH = "/realtime/calls"
"""The one route that takes an ephemeral key over HTTP. The others take the server key alone, which belongs in
no browser, so they stay closed to pages."""
ALLOWED_HEADERS = ("Authorization", "Content-Type", "X-OpenAI-Agents-SDK")
"""Headers that the provider's own browser client sends."""
EXPOSED_HEADERS = ("Location", "Retry-After", "X-Request-Id")


class EphemeralCors:
    """ASGI middleware: preflights and answers of the route that takes ephemeral keys tell of CORS."""

    def __init__(self, app: ASGIApp, keys: Keys) -> None:
        self._closed = app
        self._keys = keys
        self._open = CORSMiddleware(
            app,
            allow_origins=("*",),
            allow_methods=("POST",),
            allow_headers=ALLOWED_HEADERS,
            expose_headers=EXPOSED_HEADERS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request or socket."""
        await (self._open if self._is_open(scope) else self._closed)(scope, receive, send)

    def _is_open(self, scope: Scope) -> bool:
        """Whether it is a request of that route, and not one with the server key."""
        if scope["type"] != "http" or scope["path"].removeprefix(scope.get("root_path", "")) != OPEN_PATH:
            return False
        return not self._keys.is_server_key(bearer_key(Headers(scope=scope)))
