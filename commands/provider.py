"""Whom the commands talk to: the provider of the settings, or our own engine, started for them."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn

from realtime.socket import RealtimeSocket
from settings import Settings


class NothingListens(Exception):
    """No speech recogniser is to be had; the text says how to get one."""

    def __init__(self) -> None:
        super().__init__(
            "there is no speech recogniser here: set OPENAI_API_KEY or OPENAI_BASE_URL, or install the local "
            "one, which fetches its model on first use: uv run --extra whisper main.py transcribe …"
        )


@dataclass(frozen=True, slots=True)
class Provider:
    """Where sessions are opened."""

    url: str
    key: str = field(repr=False)

    async def open(self, session: dict[str, Any], **query: str) -> RealtimeSocket:
        """A session that is configured.

        :param query: as for `RealtimeSocket.open`
        :raises SocketLost: not this time
        :raises ProviderFailure: not with this key and address
        :raises SessionRefused: not with this session object
        """
        opened = await RealtimeSocket.open(self.url, self.key, **query)
        try:
            await opened.configure(session)
        except BaseException:
            await opened.close()
            raise
        return opened


@asynccontextmanager
async def provider_of(settings: Settings, *, listens: bool) -> AsyncIterator[Provider]:
    """The provider, for as long as it is needed.

    :param listens: nothing can be done without a speech recogniser
    :raises NothingListens: there is none
    """
    if settings.provider_kind != "engine":
        yield Provider(settings.provider_url, settings.provider_key)
        return
    async with _own_engine(settings, listens) as provider:
        yield provider


@asynccontextmanager
async def _own_engine(settings: Settings, listens: bool) -> AsyncIterator[Provider]:
    from engine.app import create_engine
    from engine.recognizer import NoRecognizer
    from engine.whisper import recognizer_here

    recognizer = recognizer_here(settings.whisper_model)
    if listens and isinstance(recognizer, NoRecognizer):
        raise NothingListens
    engine = create_engine(settings.engine_api_key, recognizer=recognizer)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = _Server(uvicorn.Config(engine, log_level="warning", lifespan="off"))
        serving = asyncio.create_task(server.serve([listening]))
        try:
            yield Provider(f"http://127.0.0.1:{listening.getsockname()[1]}", settings.engine_api_key)
        finally:
            await engine.state.engine.close()
            server.should_exit = True
            await serving


class _Server(uvicorn.Server):
    """Leaves Ctrl-C to the command."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """None."""
        yield
