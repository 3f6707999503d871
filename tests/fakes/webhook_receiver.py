"""A server that is told of phone calls, and keeps what it was told."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


@dataclass
class WebhookReceiver:
    """What came."""

    url: str
    status: int = 200
    """What it answers."""
    deliveries: list[tuple[bytes, dict[str, str]]] = field(default_factory=list)
    """Bodies and headers."""

    async def _take(self, request: Request) -> Response:
        self.deliveries.append((await request.body(), dict(request.headers)))
        return Response(status_code=self.status)


@asynccontextmanager
async def receiving() -> AsyncIterator[WebhookReceiver]:
    """One on a random loopback port, in the test's own event loop."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        receiver = WebhookReceiver(f"http://127.0.0.1:{listening.getsockname()[1]}/webhook")
        app = Starlette(routes=[Route("/webhook", receiver._take, methods=["POST"])])
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        serving = asyncio.create_task(server.serve([listening]))
        try:
            yield receiver
        finally:
            server.should_exit = True
            await serving
