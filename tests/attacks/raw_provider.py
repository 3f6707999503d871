"""Provider that answers with raw bytes, as a broken or hostile server may."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

Answerer = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class RawProvider:
    """Server that answers every POST by `answer`, and a GET with an empty list."""

    answer: Answerer
    port: int = 0
    requests: list[str] = field(default_factory=list)
    """First lines of the requests."""

    @property
    def settings(self) -> dict[str, str]:
        return {
            "OPENAI_API_KEY": "sk-raw-provider-0123456789",
            "OPENAI_BASE_URL": f"http://127.0.0.1:{self.port}/v1",
            "MAX_CALLS_PER_ADDRESS": "0",
        }

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.requests.append(head.split("\r\n")[0])
            await reader.readexactly(_length(head))
            if head.startswith("GET"):
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
            else:
                await self.answer(writer)
            await writer.drain()
        writer.close()


def _length(head: str) -> int:
    lines = head.lower().split("\r\n")
    return next((int(line.split(":")[1]) for line in lines if line.startswith("content-length:")), 0)


@asynccontextmanager
async def raw_provider(answer: Answerer) -> AsyncIterator[RawProvider]:
    """Serve on a free port of loopback."""
    provider = RawProvider(answer)
    server = await asyncio.start_server(provider.serve, "127.0.0.1", 0)
    provider.port = server.sockets[0].getsockname()[1]
    try:
        yield provider
    finally:
        server.close()
