"""What the provider's side sends is bounded in bytes and in time, and cannot keep the server from ending."""

import asyncio
import zlib

import httpx
import pytest

from tests.attacks.honest import OFFER
from tests.attacks.measure import measured, resident_mb
from tests.attacks.new_log import NewLog
from tests.attacks.raw_provider import Answerer, raw_provider
from tests.attacks.stranger import visiting
from tests.fakes.running_app import RunningApp

pytestmark = pytest.mark.attacks

HEAD = (
    b"HTTP/1.1 201 Created\r\nLocation: /v1/realtime/calls/rtc_1\r\nContent-Type: application/sdp\r\n"
    b"Connection: close\r\n"
)
MEGABYTE = b"a=x" * (2**20 // 3)
DEADLINE_S = 45
"""For one exchange with the provider, with what a loaded machine needs beside it."""


async def endless(writer: asyncio.StreamWriter) -> None:
    """Send 400 MB of a body."""
    writer.write(HEAD + b"\r\nv=0\r\n")
    for _piece in range(400):
        writer.write(MEGABYTE)
        await writer.drain()


async def gzip_bomb(writer: asyncio.StreamWriter) -> None:
    """Send 0.3 MB that are 300 MB when they are unpacked."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    packed = b"".join(packer.compress(b"v=0\r\n" + bytes(2**20)) for _piece in range(300)) + packer.flush()
    writer.write(HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed)


async def drip(writer: asyncio.StreamWriter) -> None:
    """Send one byte a second, for ever."""
    writer.write(HEAD + b"\r\nv=0")
    while True:
        writer.write(b"\n")
        await writer.drain()
        await asyncio.sleep(1)


async def silence(writer: asyncio.StreamWriter) -> None:
    """Send nothing at all."""
    await asyncio.sleep(600)


async def offer(app: RunningApp) -> httpx.Response:
    """Press Start on a page and post its offer."""
    async with visiting(app.url) as page:
        await page.phase("microphone")
        await page.wait_for("ticket")
        (ticket,) = page.last_run("ticket") or [{}]
        async with httpx.AsyncClient(base_url=app.url, timeout=DEADLINE_S, verify=False) as http:
            posted = {"Content-Type": "application/sdp"} | ticket["headers"]
            return await http.post(ticket["url"], content=OFFER, headers=posted)


async def started(env: dict[str, str]) -> RunningApp:
    """Start an app; this loop goes on serving the provider meanwhile."""
    return await asyncio.to_thread(RunningApp(env).start)


@pytest.mark.parametrize("answer", [endless, gzip_bomb, drip, silence])
async def test_a_provider_cannot_fill_the_memory_stop_the_loop_or_hold_a_call_for_ever(
    answer: Answerer,
) -> None:
    async with raw_provider(answer) as provider:
        app = await started(provider.settings)
        try:
            before = resident_mb(app.pid)
            async with measured(app) as cost:
                answered = await offer(app)
            assert answered.status_code == 502, answered.text
            assert resident_mb(app.pid) - before < 40, f"{cost}"
            cost.check(cpu_s=1.5)
            app.ask_to_end()
            await asyncio.to_thread(app.wait_until_ended)
            assert NewLog.of(app).tracebacks == []
        finally:
            await asyncio.to_thread(app.clean_up)


async def test_a_provider_is_never_asked_for_a_compressed_answer() -> None:
    asked: list[str] = []

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower())
        writer.close()

    server = await asyncio.start_server(note, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    app = await started(
        {"OPENAI_API_KEY": "sk-0123456789abcdef", "OPENAI_BASE_URL": f"http://127.0.0.1:{port}/v1"}
    )
    try:
        await offer(app)
    finally:
        await asyncio.to_thread(app.clean_up)
        server.close()
    assert asked, "the provider was asked nothing"
    coded = [head for head in asked if any(coding in head for coding in ("gzip", "deflate", "br\r", "zstd"))]
    assert coded == [], "a compressed answer is asked for"
