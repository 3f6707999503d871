"""Limits on what a page's socket may bring, applied to each frame before anything is done with it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.errors import error
from server.middleware.origins import SOCKET_PATH
from server.middleware.page_frames import MalformedFrame, PageEvent, PageFrames, page_of

log = logging.getLogger("guftagu.http")

BYTES_PER_TOKEN = 1024
MAX_DROPPED = 500
"""Frames of one socket that are dropped before it is closed."""
MAX_PAGES = 10_000
"""Pages whose buckets are remembered, the latest; one that reconnects does not begin with a full bucket."""
POLICY_VIOLATION = 1008


class Bucket(Protocol):
    """A token bucket."""

    def take(self, tokens: float, /) -> bool:
        """Return whether there were so many tokens, and take them."""


CostOf = Callable[[PageEvent], float | None]
"""Tokens that an event takes besides those for its frame; None: nothing listens to it."""


@dataclass(slots=True)
class _Page:
    """What is remembered of a page over its sockets."""

    bucket: Bucket
    complained: bool = False

    def complain(self, why: str) -> None:
        if not self.complained:
            self.complained = True
            log.warning("a page's socket %s; its further frames of that kind are dropped unsaid", why)


class SocketLimits:
    """ASGI middleware: a page's socket speaks WebSocket only, and its frames go through one token bucket."""

    def __init__(
        self, app: ASGIApp, new_bucket: Callable[[], Bucket], cost_of: CostOf, max_frame_bytes: int
    ) -> None:
        """Create the socket limits.

        :param max_frame_bytes: a longer frame ends the socket
        :param new_bucket: makes the bucket of a page; a frame takes a token, and one for each KB
        :param cost_of: what an event takes on top
        """
        self._app = app
        self._new_bucket = new_bucket
        self._cost_of = cost_of
        self._max_frame_bytes = max_frame_bytes
        self._pages: dict[str, _Page] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request or socket."""
        if scope["type"] not in ("http", "websocket") or not scope["path"].startswith(SOCKET_PATH):
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            refused = error(404, "not_found", "A page's socket speaks WebSocket only.")
            await refused(scope, receive, send)
        else:
            await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        page_id = page_of(scope["query_string"])
        if page_id is None:
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
            return
        page, frames = self._page(page_id), PageFrames(page_id)
        socket = _Socket(page, frames, self._cost_of, self._max_frame_bytes, receive, send)
        await self._app(scope, socket.receive, socket.send)

    def _page(self, page_id: str) -> _Page:
        page = self._pages.pop(page_id, None) or _Page(self._new_bucket())
        self._pages[page_id] = page
        if len(self._pages) > MAX_PAGES:
            del self._pages[next(iter(self._pages))]
        return page


class _Socket:
    """One socket of a page."""

    def __init__(
        self,
        page: _Page,
        frames: PageFrames,
        cost_of: CostOf,
        max_frame_bytes: int,
        receive: Receive,
        send: Send,
    ) -> None:
        self._page = page
        self._frames = frames
        self._cost_of = cost_of
        self._max_frame_bytes = max_frame_bytes
        self._receive = receive
        self._send = send
        self._dropped = 0
        self._cut_off = False

    async def receive(self) -> Message:
        """Return the next message that may pass."""
        while self._dropped < MAX_DROPPED:
            message = await self._receive()
            if message["type"] != "websocket.receive" or self._admits(message):
                return message
        if not self._cut_off:
            self._cut_off = True
            await self._send({"type": "websocket.close", "code": POLICY_VIOLATION})
        return {"type": "websocket.disconnect", "code": POLICY_VIOLATION}

    async def send(self, message: Message) -> None:
        """Send, unless the socket was cut off."""
        if not self._cut_off:
            await self._send(message)

    def _admits(self, message: Message) -> bool:
        frame = message.get("text") or message.get("bytes") or b""
        if len(frame) > self._max_frame_bytes:
            self._dropped = MAX_DROPPED
            return self._drop("sent a frame that is too large")
        if not self._page.bucket.take(1 + len(frame) / BYTES_PER_TOKEN):
            return self._drop("sent more than it may")
        try:
            event = self._read(frame)
        except MalformedFrame:
            return self._drop("sent a malformed frame")
        return event is None or self._pays(event)

    def _read(self, frame: str | bytes) -> PageEvent | None:
        if isinstance(frame, bytes):
            raise MalformedFrame
        return self._frames.read(frame)

    def _pays(self, event: PageEvent) -> bool:
        cost = self._cost_of(event)
        if cost is None:  # A button that is gone by now, which is nobody's fault.
            return False
        return self._page.bucket.take(cost) or self._drop("sent more than it may")

    def _drop(self, why: str) -> bool:
        self._dropped += 1
        self._page.complain(why)
        return False
