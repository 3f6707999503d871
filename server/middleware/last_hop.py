"""The client's address where every proxy is trusted (`FORWARDED_ALLOW_IPS=*`)."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send


class LastHop:
    """ASGI middleware: the client is the last entry of `X-Forwarded-For`.

    That entry was written by the proxy that connects here; those before it may be the visitor's invention.
    Uvicorn, told to trust `*`, believes the first one.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request or socket."""
        if scope["type"] in ("http", "websocket") and (hop := _last_hop(Headers(scope=scope))):
            scope["client"] = (hop, 0)
        await self._app(scope, receive, send)


def _last_hop(headers: Headers) -> str:
    values = headers.getlist("x-forwarded-for")
    last = values[-1].rpartition(",")[2].strip() if values else ""
    if last.startswith("["):
        return last[1:].partition("]")[0]
    return last.partition(":")[0] if last.count(":") == 1 else last
