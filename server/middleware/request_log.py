"""One log line for each request: method, path, status, duration, request id. No query, no header, no body."""

import logging
import secrets
import time

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("guftagu.http")

LONGEST_PATH = 200
QUIET_PATHS = ("/_nicegui", "/static/", "/healthz", "/readyz")
"""What every open page asks for, and what watches us; a line each would bury the others."""
SECRET_PATHS = ("/captions/overlay/",)
"""Addresses that are secrets: anybody who knows the rest may look."""


class RequestLog:
    """ASGI middleware; WebSockets and lifespan pass through."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request or socket."""
        if scope["type"] != "http" or scope["path"].startswith(QUIET_PATHS):
            await self._app(scope, receive, send)
            return
        request_id = f"req_{secrets.token_hex(8)}"
        began = time.perf_counter()
        status = 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            took_ms = (time.perf_counter() - began) * 1000
            log.info("%s %s %s %.1f ms %s", scope["method"], _path(scope), status, took_ms, request_id)


def _path(scope: Scope) -> str:
    """Return the path as it was sent, not decoded: a line break in it stays in the line."""
    if secret := next((start for start in SECRET_PATHS if scope["path"].startswith(start)), None):
        return f"{secret}…"
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw.decode("ascii", "replace")[:LONGEST_PATH]
