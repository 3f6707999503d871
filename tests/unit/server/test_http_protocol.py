"""Connections that send or read nothing end by themselves; honest ones go on. Raw sockets on loopback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import cast

import pytest
from starlette.types import Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.server import ServerState

from server.connection_limits import ConnectionLimits, SharedAddresses
from server.http_protocol import BoundedHttpProtocol

SOON = 0.15
NEVER = 3600.0
GUARD = 20.0
"""After which a test that waits for what does not come fails."""
PATIENT = ConnectionLimits(header_seconds=NEVER, body_seconds=NEVER, unread_seconds=NEVER)
GET = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 10\r\n\r\n"
UPGRADE = (
    b"GET /socket HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
LARGE = 64 * 1024 * 1024
"""More than all buffers between two programs of one machine hold."""


class Client:
    """One connection, and what came back."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    def send(self, data: bytes) -> None:
        self._writer.write(data)

    async def answer(self) -> bytes:
        """One answer with its length, its connection left open."""
        head = await self._reader.readuntil(b"\r\n\r\n")
        await self._reader.readexactly(int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]))
        return head

    async def until_closed(self) -> bytes:
        """Everything that comes before the server closes."""
        try:
            return await self._reader.read()
        except ConnectionResetError:
            return b""

    def close(self) -> None:
        self._writer.close()


@dataclass
class Site:
    """A server of one application that answers, refuses early, sends much or takes a socket."""

    port: int
    state: ServerState
    came: asyncio.Event
    """Set when the server has read something."""
    lost: asyncio.Event
    """Set when the server has lost or closed a connection."""

    async def connect(self) -> Client:
        return Client(*await asyncio.open_connection("127.0.0.1", self.port, limit=2**16))


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await receive()
        await send({"type": "websocket.send", "text": "still here"})
        return
    while scope["path"] != "/early" and (await receive()).get("more_body"):
        pass
    body = b"x" * (LARGE if scope["path"] == "/large" else 2)
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Watched(BoundedHttpProtocol):
    """Tells when something came over its connection, and when it is lost."""

    came: asyncio.Event
    lost: asyncio.Event

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self.came.set()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.lost.set()


class OneClient(SharedAddresses):
    """Take loopback for one public address, as no test has others."""

    def _client_of(self, host: str) -> str | None:
        return host


@asynccontextmanager
async def serving(
    limits: ConnectionLimits, *, keep_alive: float = NEVER, addresses: SharedAddresses | None = None
) -> AsyncIterator[Site]:
    config = Config(application, ws="wsproto", lifespan="off", timeout_keep_alive=cast(int, keep_alive))
    state, came, lost = ServerState(), asyncio.Event(), asyncio.Event()
    kind = type("WatchedHere", (Watched,), {"came": came, "lost": lost})
    protocol = partial(kind, config, state, {}, limits=limits, addresses=addresses or SharedAddresses())
    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    async with asyncio.timeout(GUARD):
        yield Site(server.sockets[0].getsockname()[1], state, came, lost)
    server.close()
    for connection in list(state.connections):
        connection.transport.abort()
    await asyncio.gather(*state.tasks)


async def test_a_connection_that_says_nothing_is_closed() -> None:
    async with serving(ConnectionLimits(header_seconds=SOON)) as site:
        assert await (await site.connect()).until_closed() == b""


@pytest.mark.parametrize("begun", [b"G", b"\r\n", b"GET / HTTP/1.1\r\nHost: here\r\nX-Slow: "])
async def test_headers_that_do_not_end_are_answered_408_and_closed(begun: bytes) -> None:
    async with serving(ConnectionLimits(header_seconds=SOON)) as site:
        client = await site.connect()
        client.send(begun)
        assert (await client.until_closed()).startswith(b"HTTP/1.1 408 Request Timeout\r\n")


async def test_headers_that_trickle_in_have_no_more_time_than_others() -> None:
    async with serving(ConnectionLimits(header_seconds=SOON)) as site:
        client = await site.connect()
        closed = asyncio.create_task(client.until_closed())
        client.send(b"GET / HTTP/1.1\r\n")
        while not closed.done():
            client.send(b"X: y\r\n")
            await asyncio.sleep(0)
        assert b" 200 " not in closed.result()


async def test_a_later_request_has_its_time_from_its_first_byte_on() -> None:
    async with serving(ConnectionLimits(header_seconds=SOON)) as site:
        client = await site.connect()
        client.send(GET)
        assert b" 200 " in await client.answer()
        client.send(b"\r\nGET")
        assert b" 408 " in await client.until_closed()


@pytest.mark.parametrize("part", [b"", b"12345"])
async def test_a_body_that_does_not_end_is_answered_408_and_closed(part: bytes) -> None:
    async with serving(ConnectionLimits(header_seconds=NEVER, body_seconds=SOON)) as site:
        client = await site.connect()
        client.send(POST + part)
        assert b" 408 " in await client.until_closed()
    assert not site.state.tasks


async def test_a_body_that_was_refused_before_its_end_is_not_awaited_for_ever() -> None:
    limits = ConnectionLimits(header_seconds=SOON, body_seconds=NEVER)
    async with serving(limits) as site:
        client = await site.connect()
        client.send(POST.replace(b"/", b"/early", 1))
        assert b" 200 " in await client.answer()
        client.send(b"1234567890")
        await client.until_closed()


async def test_an_answer_that_nobody_reads_is_given_up() -> None:
    async with serving(ConnectionLimits(unread_seconds=SOON)) as site:
        client = await site.connect()
        client.send(GET.replace(b"/", b"/large", 1))
        await site.lost.wait()
        assert len(await client.until_closed()) < LARGE


async def test_an_idle_connection_is_closed_even_if_its_last_answer_was_not_read() -> None:
    async with serving(PATIENT, keep_alive=SOON) as site:
        client = await site.connect()
        client.send(GET.replace(b"/", b"/large", 1))
        await site.lost.wait()


async def test_a_kept_alive_connection_serves_again_when_its_deadlines_are_over() -> None:
    async with serving(ConnectionLimits(header_seconds=SOON, body_seconds=SOON)) as site:
        client = await site.connect()
        client.send(POST + b"1234567890")
        await client.answer()
        silent = await site.connect()
        await silent.until_closed()  # As long as the first one was idle.
        client.send(POST + b"1234567890")
        assert b" 200 " in await client.answer()


@pytest.mark.parametrize("begun", [b"GET /", POST + b"12345"])
async def test_a_server_that_ends_does_not_await_what_is_half_sent(begun: bytes) -> None:
    async with serving(PATIENT) as site:
        client = await site.connect()
        client.send(begun)
        await site.came.wait()
        for connection in list(site.state.connections):
            connection.shutdown()
        await site.lost.wait()


async def test_a_web_socket_is_under_no_deadline() -> None:
    async with serving(ConnectionLimits(header_seconds=SOON, body_seconds=SOON)) as site:
        client = await site.connect()
        client.send(UPGRADE)
        await (await site.connect()).until_closed()
        client.send(b"\x81\x82\x00\x00\x00\x00hi")
        assert b"still here" in await client.until_closed()


async def test_headers_beyond_their_size_are_refused() -> None:
    async with serving(ConnectionLimits(max_head_bytes=1000)) as site:
        client = await site.connect()
        client.send(b"GET / HTTP/1.1\r\nX: " + b"x" * 1000)
        assert b" 431 " in await client.until_closed()


async def test_a_chunked_body_beyond_all_sizes_is_refused_trailers_included() -> None:
    async with serving(ConnectionLimits(max_request_bytes=1000)) as site:
        client = await site.connect()
        client.send(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: " + b"x" * 1000)
        assert b" 413 " in await client.until_closed()


async def test_more_connections_than_allowed_are_turned_away() -> None:
    async with serving(ConnectionLimits(max_connections=2)) as site:
        first, second = await site.connect(), await site.connect()
        first.send(GET[:-2])
        assert b" 503 " in await (await site.connect()).until_closed()
        second.send(GET)
        assert b" 200 " in await second.answer()


async def test_an_idle_connection_makes_room_for_a_new_one() -> None:
    async with serving(ConnectionLimits(max_connections=1)) as site:
        idle = await site.connect()
        idle.send(GET)
        await idle.answer()
        new = await site.connect()
        await idle.until_closed()
        new.send(GET)
        assert b" 200 " in await new.answer()


async def test_one_address_cannot_take_all_connections() -> None:
    limits = ConnectionLimits(max_per_address=1)
    async with serving(limits, addresses=OneClient()) as site:
        first = await site.connect()
        assert b" 503 " in await (await site.connect()).until_closed()
        first.send(GET)
        assert b" 200 " in await first.answer()
    async with serving(limits) as site:  # Many callers may stand behind a loopback address.
        await site.connect()
        second = await site.connect()
        second.send(GET)
        assert b" 200 " in await second.answer()
