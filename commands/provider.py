"""Provider of the commands: that of the settings, or our own engine, started for them."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import uvicorn

from realtime.dictation import SILENT_PROVIDER_S
from realtime.refused_fields import RefusedFields
from realtime.socket import RealtimeSocket, SessionRefused
from settings import Settings

if TYPE_CHECKING:
    from engine.stt.speech_to_text import SpeechToText


SILENT_ENGINE_S = 30 * 60.0
"""Silence after which the engine counts as broken: a large model on a slow processor takes minutes."""
NO_RECOGNIZER = (
    "there is no speech recogniser here: set OPENAI_API_KEY or OPENAI_BASE_URL, or install the local "
    "one, which fetches its model on first use: uv run --extra whisper main.py …"
)


class NothingListens(Exception):
    """Missing speech recogniser; the text says how to get one."""


@dataclass(frozen=True, slots=True)
class Provider:
    """Address and key with which sessions are opened."""

    url: str
    key: str = field(repr=False)
    silent_s: float = SILENT_PROVIDER_S
    """Seconds that it may be silent while an answer is awaited."""
    refused: RefusedFields = field(default_factory=RefusedFields, repr=False)
    """Optional fields of sessions that it refused."""

    async def open(self, session: dict[str, Any], **query: str) -> RealtimeSocket:
        """Open a session and configure it.

        :param query: as for `RealtimeSocket.open`
        :raises SocketLost: it was not opened; another attempt may succeed
        :raises ProviderFailure: the key or the address is refused
        :raises SessionRefused: the session object is refused
        """
        opened = await RealtimeSocket.open(self.url, self.key, **query)
        try:
            await self.configure(opened, session)
        except BaseException:
            await opened.close()
            raise
        return opened

    async def configure(self, socket: RealtimeSocket, session: dict[str, Any]) -> dict[str, Any]:
        """Configure a session without the optional fields that are refused, and return what is in effect.

        :raises SessionRefused: the session object is refused for another reason
        :raises SocketLost: the connection is closed, or no answer comes
        """
        while True:
            asked = self.refused.without(session)
            try:
                return await socket.configure(asked)
            except SessionRefused as refused:
                if not self.refused.learn(asked, refused.named):
                    raise


@asynccontextmanager
async def provider_of(settings: Settings, *, listens: bool) -> AsyncIterator[Provider]:
    """Provide the provider of the settings; our own engine runs until the context ends.

    :param listens: whether a speech recogniser is required
    :raises NothingListens: it is, and there is none
    """
    if settings.provider_kind != "engine":
        yield Provider(settings.provider_url, settings.provider_key)
        return
    async with _own_engine(settings, listens) as provider:
        yield provider


@asynccontextmanager
async def _own_engine(settings: Settings, listens: bool) -> AsyncIterator[Provider]:
    from engine.http.app import create_engine
    from engine.stt.whisper import speech_to_text_here

    speech_to_text = speech_to_text_here(settings.whisper_model)
    try:
        await _prepare(speech_to_text, settings.whisper_model)
    except NothingListens:
        if listens:
            raise
    engine = create_engine(settings.engine_api_key, speech_to_text=speech_to_text)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = _Server(uvicorn.Config(engine, log_level="warning", lifespan="off"))
        serving = asyncio.create_task(server.serve([listening]))
        try:
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            yield Provider(url, settings.engine_api_key, SILENT_ENGINE_S)
        finally:
            await engine.state.engine.close()
            server.should_exit = True
            await serving


async def _prepare(speech_to_text: "SpeechToText", model: str) -> None:
    """Load the speech model before the first session: a download takes longer than a session may.

    :raises NothingListens: there is none
    """
    from engine.stt.speech_to_text import NoSpeechToText, RecognitionFailed
    from engine.stt.whisper import WhisperSpeechToText

    if isinstance(speech_to_text, NoSpeechToText):
        raise NothingListens(NO_RECOGNIZER)
    if isinstance(speech_to_text, WhisperSpeechToText):
        print(
            f"loading the speech model {model}; the first time it is fetched …", file=sys.stderr, flush=True
        )
        try:
            await speech_to_text.load()
        except RecognitionFailed as failed:
            raise NothingListens(failed.message) from None


class _Server(uvicorn.Server):
    """Server that leaves Ctrl-C to the command."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture no signals."""
        yield
