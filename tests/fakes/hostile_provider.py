"""Provider on loopback that misbehaves as a test says and counts the bytes that are read from it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

CHUNK = b"x" * 65536

Script = Callable[["HostileProvider", asyncio.StreamWriter], Awaitable[None]]


@dataclass
class HostileProvider:
    """Server that answers every request by `script`, and a hang-up correctly or never."""

    script: Script
    ignores_hang_up: bool = False
    url: str = ""
    requests: list[str] = field(default_factory=list)
    """Methods and paths of the requests, in order."""
    sent: int = 0
    """Bytes that the other side read, or that are in the buffers between."""
    asked: asyncio.Condition = field(default_factory=asyncio.Condition)
    """Condition that is notified of every request."""
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    """Event that is set when the other side has left a scripted answer."""
    head: bytes = b""
    """Headers of the latest request."""

    async def send(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        """Send bytes.

        :raises ConnectionError: the other side is gone
        """
        writer.write(data)
        await writer.drain()
        self.sent += len(data)

    async def until_asked(self, request: str) -> None:
        """Wait until a request came.

        :param request: method and path
        """
        async with self.asked:
            await self.asked.wait_for(lambda: request in self.requests)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                self.head = await reader.readuntil(b"\r\n\r\n")
                self.requests.append(" ".join(self.head.decode().split(" ")[:2]))
                await reader.readexactly(_length(self.head))
                async with self.asked:
                    self.asked.notify_all()
                hangs_up = b"/hangup " in self.head
                if hangs_up and not self.ignores_hang_up:
                    await self.send(writer, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                    continue
                await self._misbehave(is_silent if hangs_up else self.script, reader, writer)
        writer.close()

    async def _misbehave(
        self, script: Script, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        acting = asyncio.ensure_future(script(self, writer))
        leaving = asyncio.create_task(reader.read())
        try:
            await asyncio.wait({acting, leaving}, return_when=asyncio.FIRST_COMPLETED)
            await leaving
        finally:
            acting.cancel()
            await asyncio.gather(acting, return_exceptions=True)
            self.gone.set()


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


HEAD = b"HTTP/1.1 201 Created\r\nLocation: /v1/realtime/calls/rtc_1\r\nContent-Type: application/sdp\r\n"


async def is_silent(provider: HostileProvider, writer: asyncio.StreamWriter) -> None:
    """Accept and never answer."""
    await asyncio.Event().wait()


async def sends_much(provider: HostileProvider, writer: asyncio.StreamWriter) -> None:
    """Announce 400 MB and send them."""
    await provider.send(writer, HEAD + b"Content-Length: 419430400\r\n\r\n")
    for _ in range(6400):
        await provider.send(writer, CHUNK)


async def never_ends(provider: HostileProvider, writer: asyncio.StreamWriter) -> None:
    """Send chunks for ever."""
    await provider.send(writer, HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        await provider.send(writer, b"10000\r\n" + CHUNK + b"\r\n")


async def drips_body(provider: HostileProvider, writer: asyncio.StreamWriter) -> None:
    """Send a byte now and then, more often than any timeout between two reads."""
    await provider.send(writer, HEAD + b"Content-Length: 5000\r\n\r\nv=0")
    await _drip(provider, writer)


async def drips_headers(provider: HostileProvider, writer: asyncio.StreamWriter) -> None:
    """Send a header's value byte by byte."""
    await provider.send(writer, b"HTTP/1.1 201 Created\r\nX-A: ")
    await _drip(provider, writer)


async def _drip(provider: HostileProvider, writer: asyncio.StreamWriter) -> None:
    while True:
        await provider.send(writer, b"a")
        await asyncio.sleep(0.005)


def answers(body: bytes, headers: bytes = b"") -> Script:
    """Answer with this body and these further headers, each ending with CRLF."""

    async def answer(provider: HostileProvider, writer: asyncio.StreamWriter) -> None:
        length = f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
        await provider.send(writer, HEAD + headers + length + body)

    return answer


@asynccontextmanager
async def hostile_provider(
    script: Script, *, ignores_hang_up: bool = False
) -> AsyncIterator[HostileProvider]:
    """Serve on loopback for as long as the block lasts."""
    provider = HostileProvider(script, ignores_hang_up)
    connections: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections[writer] = asyncio.current_task()
        await provider.serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    provider.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield provider
    finally:
        server.close()
        for writer in connections:
            writer.transport.abort()
        await asyncio.gather(*filter(None, connections.values()), return_exceptions=True)
