"""A client that fetches a page once and speaks its socket by hand: Engine.IO 4, Socket.IO 5, NiceGUI."""

import asyncio
import html
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

ELEMENTS = re.compile(r"parseElements\(String\.raw`(.*?)`\)", re.DOTALL)
PAGE_ID = re.compile(r"'client_id': '([0-9a-f-]+)'")
SOCKET_PATH = "/_nicegui_ws/socket.io/"


@dataclass
class Page:
    """A page as its HTML describes it."""

    url: str
    id: str
    listeners: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Event → the element and the listener that it is meant for."""

    def socket_url(self, **instead: str) -> str:
        """Where the page's socket is; `instead` replaces or adds parameters."""
        asked = {
            "EIO": "4",
            "transport": "websocket",
            "client_id": self.id,
            "next_message_id": "0",
            "implicit_handshake": "true",
            "document_id": "a-document",
            "tab_id": "a-tab",
        }
        return f"{self.url.replace('http', 'ws')}{SOCKET_PATH}?{urlencode(asked | instead)}"

    def event(self, name: str, *args: Any) -> str:
        """Build the frame of an event, as NiceGUI's script does."""
        element, listener = self.listeners[name]
        message = {
            "id": element,
            "client_id": self.id,
            "listener_id": listener,
            "args": [json.dumps(arg) for arg in args],
        }
        return "42" + json.dumps(["event", message])

    def frame(self, name: str, **message: Any) -> str:
        """Build the frame of another message of the page."""
        return "42" + json.dumps([name, {"client_id": self.id, **message}])


async def fetch_page(url: str, path: str = "/") -> Page:
    """Open a page as a browser does, without running its scripts."""
    async with httpx.AsyncClient(verify=False) as client:
        text = (await client.get(url + path)).text
    found, page_id = ELEMENTS.search(text), PAGE_ID.search(text)
    assert found and page_id, "this is no page of NiceGUI"
    page = Page(url, page_id[1])
    for number, element in json.loads(html.unescape(found[1])).items():
        for listener in element.get("events", ()):
            page.listeners[listener["type"]] = int(number), listener["listener_id"]
    return page


@asynccontextmanager
async def page_socket(page: Page) -> AsyncIterator[ClientConnection]:
    """Open the page's socket and finish the handshake."""
    async with connect(page.socket_url(), max_size=None, max_queue=None) as socket:
        assert str(await socket.recv()).startswith("0")
        await socket.send("40")
        assert str(await socket.recv()).startswith("40"), "the page was refused"
        yield socket


async def wait_until_cut_off(socket: ClientConnection) -> int:
    """Read until the server closes the socket; the close code."""
    try:
        while True:
            await receive(socket)
    except ConnectionClosed as closed:
        assert closed.rcvd, "the connection was lost without a goodbye"
        return closed.rcvd.code


async def until_message(socket: ClientConnection, wanted: str) -> str:
    """Read until a frame holds `wanted`."""
    async with asyncio.timeout(30):
        while wanted not in (frame := await receive(socket)):
            pass
    return frame


async def receive(socket: ClientConnection) -> str:
    """Return the next frame, and answer pings."""
    async with asyncio.timeout(30):
        frame = str(await socket.recv())
    if frame == "2":
        await socket.send("3")
    return frame
