"""The files of the pages from memory, compressed once: a first visit asks for 45 of them."""

import re

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

ROOTS = ("/static/", "/_nicegui/")
UNRESOLVED = re.compile(r"//|/\.{1,2}(/|$)|/$|[\\\0]")
"""In paths that file systems resolve to another one, so that one file would have any number of names."""
FILES = re.compile(r"/static/|/_nicegui/[^/]+/(static|libraries|components)/")
CONDITIONS = frozenset(
    {"range", "if-range", "if-none-match", "if-modified-since", "if-match", "if-unmodified-since"}
)
LARGEST_BYTES = 1024 * 1024
LARGEST_TOTAL_BYTES = 64 * 1024 * 1024
"""Of all bodies together; NiceGUI's files and ours take under 10 MB."""


class StaticCache(GZipMiddleware):
    """ASGI middleware that compresses. A file that changes is served as it was until the next start.

    It keeps files that exist, each under its one resolved path, and at most twice: compressed and not.
    """

    def __init__(self, app: ASGIApp, most_bytes: int = LARGEST_TOTAL_BYTES) -> None:
        """Create the static cache.

        :param most_bytes: of all that is kept
        """
        super().__init__(app)
        self._kept: dict[tuple[str, bool], list[Message]] = {}
        self._bytes_left = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request or socket."""
        if _is_unresolved(scope):
            await PlainTextResponse("Not Found", 404)(scope, receive, send)
            return
        if not _asks_for_a_file(scope):
            await super().__call__(scope, receive, send)
            return
        key = scope["path"], "gzip" in Headers(scope=scope).get("accept-encoding", "")
        if key in self._kept:
            for message in self._kept[key]:
                await send(message)
        else:
            answer = _CachingSend(send)
            await super().__call__(scope, receive, answer.send)
            if answer.can_be_kept:
                self._keep(key, answer)

    def _keep(self, key: tuple[str, bool], answer: "_CachingSend") -> None:
        if key not in self._kept and answer.size <= self._bytes_left:
            self._bytes_left -= answer.size
            self._kept[key] = answer.messages


def _is_unresolved(scope: Scope) -> bool:
    path: str = scope["path"] if scope["type"] == "http" else ""
    return path.startswith(ROOTS) and UNRESOLVED.search(path) is not None


def _asks_for_a_file(scope: Scope) -> bool:
    return (
        scope["type"] == "http"
        and scope["method"] == "GET"
        and FILES.match(scope["path"]) is not None
        and CONDITIONS.isdisjoint(Headers(scope=scope).keys())
    )


class _CachingSend:
    """One answer, sent on as it comes."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message = {}
        self._body = bytearray()
        self._is_whole = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        else:
            self._body += message.get("body", b"")
            self._is_whole = not message.get("more_body", False)
        await self._send(message)

    @property
    def size(self) -> int:
        """Bytes of the body."""
        return len(self._body)

    @property
    def can_be_kept(self) -> bool:
        return self._is_whole and self._start["status"] == 200 and len(self._body) <= LARGEST_BYTES

    @property
    def messages(self) -> list[Message]:
        return [self._start, {"type": "http.response.body", "body": bytes(self._body)}]
