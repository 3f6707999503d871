"""Connections that are opened and then left idle or half sent."""

import asyncio
from contextlib import suppress

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from tests.attacks.target import Target

HALF_HEADERS = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
HALF_BODY = b"POST /calls/end HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc"


Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def opened(target: Target, begun: bytes, count: int) -> list[Connection]:
    """Open connections and send the beginning of a request on each; those that are refused are left out."""
    connections: list[Connection] = []
    for _connection in range(count):
        with suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", target.app.port)
            writer.write(begun)
            connections.append((reader, writer))
    return connections


async def until_closed(connections: list[Connection], within_s: float) -> int:
    """Wait until the server closed the connections.

    :return: how many it left open
    """

    async def closed(reader: asyncio.StreamReader) -> None:
        with suppress(OSError):
            await reader.read()

    waiting = [asyncio.create_task(closed(reader)) for reader, _writer in connections]
    _done, left = await asyncio.wait(waiting, timeout=within_s)
    for task in left:
        task.cancel()
    for _reader, writer in connections:
        writer.close()
    return len(left)


async def idle_connections(target: Target) -> None:
    """Open 600 connections, on half of them half a head, and leave them for three seconds."""
    connections = await opened(target, b"", 300) + await opened(target, HALF_HEADERS, 300)
    await until_closed(connections, within_s=3)


async def empty_sockets(target: Target) -> None:
    """Open 150 sockets of pages that do not exist, and leave them."""
    address = f"{target.url.replace('http', 'ws', 1)}/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
    sockets = []
    for _socket in range(150):
        with suppress(OSError, WebSocketException, TimeoutError):
            sockets.append(await connect(address, open_timeout=5))
    await asyncio.sleep(2)
    await asyncio.gather(*(socket.close() for socket in sockets), return_exceptions=True)
