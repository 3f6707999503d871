"""Requests that leave something behind in memory."""

import asyncio
import secrets
from collections.abc import Iterable

from tests.attacks.stranger import visiting
from tests.attacks.target import Target


async def files_by_other_names(target: Target) -> None:
    """Request one file of the pages by a thousand addresses that lead to it."""
    await raw_gets(target, (f"/static/{secrets.token_hex(4)}/../app.css" for _ in range(1000)))


async def missing_files(target: Target) -> None:
    """Request a thousand files that do not exist."""
    await raw_gets(target, (f"/static/{secrets.token_hex(8)}.css" for _ in range(1000)))


async def unknown_pages(target: Target) -> None:
    """Request three hundred addresses that are not served."""
    await raw_gets(target, (f"/{secrets.token_hex(8)}" for _ in range(300)))


async def pages_without_sockets(target: Target) -> None:
    """Fetch sixty pages and never open them."""
    await raw_gets(target, ("/" for _ in range(60)))


async def javascript_responses(target: Target) -> None:
    """Send 2,000 answers of 10 KB to questions that the server never asked."""
    async with visiting(target.url) as page:
        for _answer in range(2000):
            message = {
                "client_id": page.client_id,
                "request_id": secrets.token_hex(8),
                "result": "x" * 10_000,
            }
            await page.emit("javascript_response", message)
        await asyncio.sleep(0.5)


async def raw_gets(target: Target, paths: Iterable[str]) -> list[int]:
    """Get paths exactly as they are written; a client library would tidy them up.

    :return: the statuses
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", target.app.port, limit=2**22)
    statuses = []
    for path in paths:
        if writer.is_closing() or reader.at_eof():
            reader, writer = await asyncio.open_connection("127.0.0.1", target.app.port, limit=2**22)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost:{target.app.port}\r\n\r\n".encode())
        statuses.append(await _read_answer(reader))
    writer.close()
    return statuses


async def _read_answer(reader: asyncio.StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    status = int(head.split()[1])
    lines = head.split("\r\n")
    length = next((int(line.split(":")[1]) for line in lines if line.startswith("content-length:")), None)
    if length is not None:
        await reader.readexactly(length)
    elif "transfer-encoding: chunked" in head:
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    return status
