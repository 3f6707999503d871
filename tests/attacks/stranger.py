"""Client without a cookie or a code, which fetches a page once and then speaks socket.io by hand.

It depends on page and frames of NiceGUI 3.18; `tests/attacks/test_harness.py` fails when these change.
"""

import asyncio
import json
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

SOCKET = "/_nicegui_ws/socket.io/"
CLIENT_ID = re.compile(r"'client_id': '([^']+)'")
ELEMENTS = re.compile(r"parseElements\(String\.raw`(.*?)`\)", re.DOTALL)
RUN_METHOD = re.compile(r'runMethod\((\d+), "([^"]+)", (\[.*\])\)$', re.DOTALL)
ESCAPED = {"&#36;": "$", "&#96;": "`", "&gt;": ">", "&lt;": "<", "&amp;": "&"}
MAX_FRAME_BYTES = 64 * 1024 * 1024
Event = dict[str, Any]


class Stranger:
    """Open page without a browser."""

    def __init__(
        self, socket: ClientConnection, client_id: str, elements: dict[str, Any], cookies: httpx.Cookies
    ) -> None:
        self._socket = socket
        self.client_id = client_id
        self.cookies = cookies
        """Cookies of the page; they identify the visitor to the other routes."""
        self.ran: list[tuple[str, list[Any]]] = []
        """Methods that the server ran in this page, with their arguments, in order."""
        self.closed = asyncio.Event()
        """Whether the server has closed the socket."""
        self._listeners = _listeners(elements)
        self._sequence = 0
        self._news = asyncio.Condition()

    async def serve(self) -> None:
        """Read frames until the socket is closed, and answer the server's pings."""
        try:
            async for frame in self._socket:
                await self._read(frame if isinstance(frame, str) else frame.decode("utf-8", "replace"))
        except ConnectionClosed:
            pass
        finally:
            self.closed.set()
            await self._tell()

    async def send_frame(self, text: str) -> None:
        """Send one engine.io frame; nothing happens when the server has closed the socket."""
        with suppress(ConnectionClosed):
            await self._socket.send(text)

    async def emit(self, name: str, message: object) -> None:
        """Emit a socket.io event of any name."""
        await self.send_frame(f"42{json.dumps([name, message], ensure_ascii=False)}")

    async def trigger(self, event_type: str, args: object = None) -> None:
        """Trigger a page event, such as `batch` or `copy`, as the browser's half of NiceGUI does."""
        element_id, listener_id = self._listeners[event_type]
        message = {
            "id": element_id,
            "client_id": self.client_id,
            "listener_id": listener_id,
            "args": [json.dumps(args, ensure_ascii=False)],
        }
        await self.emit("event", message)

    async def batch(self, *events: Event) -> None:
        """Send these events in one batch of the bridge, numbered."""
        entries = []
        for event in events:
            self._sequence += 1
            entries.append([self._sequence, self._sequence * 20.0, event])
        await self.trigger("batch", {"entries": entries})

    async def phase(self, phase: str, attempt: int = 1, **more: Any) -> None:
        """Say that the call is in this phase."""
        await self.batch({"type": "guftagu.phase", "phase": phase, "attempt": attempt, **more})

    def last_run(self, method: str) -> list[Any] | None:
        """Return the arguments of the newest run of a method."""
        return next((args for name, args in reversed(self.ran) if name == method), None)

    async def wait_for(self, *methods: str, within_s: float = 20) -> str:
        """Wait until the server ran one of these methods in the page.

        :return: which of them
        :raises TimeoutError: it ran none of them in time
        :raises ConnectionError: it has closed the socket instead
        """
        async with asyncio.timeout(within_s), self._news:
            while not (found := [name for name in methods if self.last_run(name) is not None]):
                if self.closed.is_set():
                    raise ConnectionError("the server has closed the socket")
                await self._news.wait()
        return found[0]

    async def wait_for_ack(self, within_s: float = 20) -> None:
        """Wait until the server acknowledged every entry sent so far."""
        async with asyncio.timeout(within_s), self._news:
            await self._news.wait_for(lambda: self.acknowledged >= self._sequence or self.closed.is_set())

    async def settle(self, quiet_s: float = 2, within_s: float = 60) -> None:
        """Wait until the server has acknowledged everything, has closed the socket, or goes no further.

        A server that is sent too much leaves some of it out, and never acknowledges that.
        """
        async with asyncio.timeout(within_s):
            while self.acknowledged < self._sequence and not self.closed.is_set():
                before = self.acknowledged
                with suppress(TimeoutError):
                    await self.wait_for_ack(quiet_s)
                if self.acknowledged == before:
                    return

    @property
    def acknowledged(self) -> int:
        """The number of the last entry that the server acknowledged."""
        return int((self.last_run("ack") or [0])[0])

    async def close(self) -> None:
        """Close the socket without a word."""
        await self._socket.close()

    async def _read(self, frame: str) -> None:
        if frame == "2":
            await self.send_frame("3")
        elif frame.startswith("42"):
            name, *payload = json.loads(frame[2:])
            code = payload[0].get("code", "") if payload and isinstance(payload[0], dict) else ""
            if name == "run_javascript" and (run := RUN_METHOD.search(code)):
                self.ran.append((run[2], json.loads(run[3])))
                await self._tell()

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()


def _listeners(elements: dict[str, Any]) -> dict[str, tuple[int, str]]:
    """Return element and listener by event type; a type that several elements have belongs to the last."""
    return {
        event["type"]: (int(element_id), event["listener_id"])
        for element_id, element in elements.items()
        for event in element.get("events", [])
    }


def _elements(page: str) -> dict[str, Any]:
    found = ELEMENTS.search(page)
    assert found, "the page holds no elements: NiceGUI's template has changed"
    text = found[1]
    for escaped, plain in ESCAPED.items():
        text = text.replace(escaped, plain)
    return dict(json.loads(text))


@asynccontextmanager
async def visiting(
    url: str, path: str = "/", *, cookies: httpx.Cookies | None = None, headers: dict[str, str] | None = None
) -> AsyncIterator[Stranger]:
    """Fetch a page and hold its socket open.

    :param cookies: of an earlier visit, to be the same visitor again
    """
    # A connection of its own: a kept one could be taken for the socket's.
    async with httpx.AsyncClient(base_url=url, timeout=60, verify=False, cookies=cookies) as http:
        page = await http.get(path, headers={"Connection": "close"} | (headers or {}))
        page.raise_for_status()
        kept = http.cookies
    found = CLIENT_ID.search(page.text)
    assert found, "the page names no client: NiceGUI's template has changed"
    async with joined(url, found[1], headers) as socket:
        stranger = Stranger(socket, found[1], _elements(page.text), kept)
        serving = asyncio.create_task(stranger.serve())
        try:
            yield stranger
        finally:
            await socket.close()
            await serving


@asynccontextmanager
async def joined(
    url: str, client_id: str, headers: dict[str, str] | None = None
) -> AsyncIterator[ClientConnection]:
    """Open the socket of a page and join its client, or nobody's when the server does not know the id."""
    query = (
        f"client_id={client_id}&next_message_id=0&implicit_handshake=true"
        f"&document_id={secrets.token_hex(8)}&tab_id={secrets.token_hex(8)}&EIO=4&transport=websocket"
    )
    address = f"{url.replace('http', 'ws', 1)}{SOCKET}?{query}"
    async with connect(
        address,
        max_size=MAX_FRAME_BYTES,
        ping_interval=None,
        additional_headers=headers or {},
        close_timeout=1,
    ) as socket:
        assert str(await socket.recv()).startswith("0")
        await socket.send("40")
        answer = str(await socket.recv())
        assert answer.startswith("40"), f"the server refuses the socket: {answer[:200]}"
        yield socket
