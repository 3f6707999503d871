"""The engine alone, on a random loopback port, in the test's own event loop."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from engine.http.app import create_engine
from engine.session.calls import Calls
from tests.fakes.ring_webhook import Webhook
from tests.fakes.ringing_phone import RingingPhone, add_phone

SERVER_KEY = "sk-engine-test"


@dataclass(frozen=True, slots=True)
class EngineServer:
    """A running engine."""

    url: str
    calls: Calls
    http: httpx.AsyncClient
    """A client with the server key."""
    phone: RingingPhone | None = None
    """Only where a webhook is told of its ringing."""

    @property
    def ringing(self) -> RingingPhone:
        """The phone of an engine that has one."""
        assert self.phone
        return self.phone


@asynccontextmanager
async def running_engine(webhook: Webhook | None = None, **options: Any) -> AsyncIterator[EngineServer]:
    """Run an engine.

    :param webhook: where to tell that a phone rings; None for an engine without a phone
    :param options: for `create_engine`
    """
    app = create_engine(SERVER_KEY, **options)
    phone = add_phone(app, webhook) if webhook else None
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with (
            _served(app, listening),
            httpx.AsyncClient(base_url=url, headers=authorization(), verify=False) as http,
        ):
            yield EngineServer(url, app.state.engine.calls, http, phone)
            if phone:
                phone.close()


def authorization(key: str = SERVER_KEY) -> dict[str, str]:
    """Return the header that carries a key."""
    return {"Authorization": f"Bearer {key}"}


@asynccontextmanager
async def _served(app: FastAPI, listening: socket.socket) -> AsyncIterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    serving = asyncio.create_task(server.serve([listening]))
    while not server.started:  # noqa: ASYNC110 (uvicorn has no event for it)
        await asyncio.sleep(0.005)
    try:
        yield
    finally:
        await app.state.engine.close()
        server.should_exit = True
        await serving
