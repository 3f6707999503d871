"""WebSocket side of a provider on loopback, whose sessions and refusals a test controls."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response


class SidebandProvider:
    """Server that refuses `refusals` times, then accepts; it records requests and client events."""

    def __init__(self) -> None:
        self.refusals = 0
        self.refused = asyncio.Event()
        self.answers_questions = True
        self.refuse_with = HTTPStatus.NOT_FOUND
        self.requests: list[Request] = []
        self.received: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.connections: asyncio.Queue[ServerConnection] = asyncio.Queue()
        self._server: Server

    @classmethod
    @asynccontextmanager
    async def running(cls) -> AsyncIterator["SidebandProvider"]:
        provider = cls()
        async with serve(provider._serve, "127.0.0.1", 0, process_request=provider._check) as server:
            provider._server = server
            yield provider

    @property
    def url(self) -> str:
        """Base URL, as a setting takes it."""
        return f"http://127.0.0.1:{next(iter(self._server.sockets)).getsockname()[1]}/v1"

    def _check(self, _: ServerConnection, request: Request) -> Response | None:
        self.requests.append(request)
        if self.refusals > 0:
            self.refusals -= 1
            self.refused.set()
            return Response(self.refuse_with, self.refuse_with.phrase, request.headers)
        return None

    async def _serve(self, connection: ServerConnection) -> None:
        self.connections.put_nowait(connection)
        async for frame in connection:
            event = json.loads(frame)
            self.received.put_nowait(event)
            if self.answers_questions and event.get("response", {}).get("conversation") == "none":
                await answer(connection, event, "An answer")


async def answer(connection: ServerConnection, question: dict[str, Any], text: str) -> None:
    """Answer an out-of-band response as a provider does."""
    asked = question["response"]
    response = {"id": f"resp_{uuid4().hex}", "conversation_id": None, "metadata": asked["metadata"]}
    message = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]}
    for kind, rest in (
        ("created", {"status": "in_progress"}),
        ("done", {"status": "completed", "output": [message]}),
    ):
        await connection.send(json.dumps({"type": f"response.{kind}", "response": {**response, **rest}}))
