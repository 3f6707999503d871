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
from engine.http.phone import RingingPhone
from engine.session.calls import Calls

SERVER_KEY = "sk-engine-test"


@dataclass(frozen=True, slots=True)
class EngineServer:
    """A running engine."""

    url: str
    calls: Calls
    phone: RingingPhone
    http: httpx.AsyncClient
    """A client with the server key."""


@asynccontextmanager
async def running_engine(**options: Any) -> AsyncIterator[EngineServer]:
    """:param options: for `create_engine`"""
    app = create_engine(SERVER_KEY, **options)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with (
            _served(app, listening),
            httpx.AsyncClient(base_url=url, headers=authorization(), verify=False) as http,
        ):
            yield EngineServer(url, app.state.engine.calls, app.state.engine.phone, http)


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
