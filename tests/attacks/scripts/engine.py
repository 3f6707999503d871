"""Requests of a client to the built-in engine over a WebSocket, with a client secret of its own."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from tests.attacks.target import Target

LETTERS = "مجھے اپنے کھاتے کے بارے میں معلومات چاہئیں۔ "


@asynccontextmanager
async def session(target: Target) -> AsyncIterator[ClientConnection]:
    """Open a session of the engine as a client of the API does."""
    async with target.http() as http:
        answer = await http.post("/token", json={})
        assert answer.status_code == 200, answer.text
    key = answer.json()["clientSecret"]
    address = f"{target.url.replace('http', 'ws', 1)}/engine/v1/realtime?model=demo"
    headers = {"Authorization": f"Bearer {key}"}
    async with connect(address, additional_headers=headers, max_size=2**26, close_timeout=1) as socket:
        yield socket


async def send(socket: ClientConnection, event_type: str, **fields: Any) -> None:
    """Send a client event; nothing happens when the engine has closed the session."""
    with suppress(ConnectionClosed):
        await socket.send(json.dumps({"type": event_type, **fields}, ensure_ascii=False))


async def drain(socket: ClientConnection, until: str | None = None, within_s: float = 60) -> list[str]:
    """Read events until one of this type came, or none comes for two seconds.

    :return: the types of what came
    """
    types: list[str] = []
    with suppress(ConnectionClosed, TimeoutError):
        async with asyncio.timeout(within_s):
            while until is None or until not in types:
                async with asyncio.timeout(2 if until is None else within_s):
                    types.append(json.loads(await socket.recv())["type"])
    return types


def item(text: str) -> dict[str, Any]:
    return {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}


async def out_of_band_responses(target: Target) -> None:
    """Send sixty items of 50 KB, and then 400 out-of-band responses that each read all of them."""
    question = {"conversation": "none", "output_modalities": ["text"], "instructions": "Name the topic."}
    async with session(target) as socket:
        reading = asyncio.create_task(drain(socket))
        for _item in range(60):
            await send(socket, "conversation.item.create", item=item(LETTERS * 500))
        for _response in range(400):
            await send(socket, "response.create", response=question)
        await reading


async def long_response(target: Target) -> None:
    """Ask for an answer to 45,000 letters, five times."""
    async with session(target) as socket:
        for _time in range(5):
            await send(socket, "conversation.item.create", item=item(LETTERS * 1000))
            await send(socket, "response.create", response={"output_modalities": ["text"]})
            await drain(socket, "response.done", within_s=20)


async def many_items(target: Target) -> None:
    """Send five thousand items of a few letters as fast as the socket takes them."""
    async with session(target) as socket:
        reading = asyncio.create_task(drain(socket))
        for _item in range(5000):
            await send(socket, "conversation.item.create", item=item("سلام"))
        await reading


async def session_updates(target: Target) -> None:
    """Send two thousand updates of the session with 10 KB of instructions each."""
    async with session(target) as socket:
        reading = asyncio.create_task(drain(socket))
        for number in range(2000):
            told = {"type": "realtime", "instructions": f"{number} {LETTERS * 200}"}
            await send(socket, "session.update", session=told)
        await reading


async def many_sessions(target: Target) -> None:
    """Open sixty sessions at once and say nothing in any of them."""

    async def one() -> None:
        with suppress(AssertionError, OSError, WebSocketException, TimeoutError):
            async with session(target) as socket:
                await drain(socket, within_s=3)

    await asyncio.gather(*(one() for _session in range(60)))
