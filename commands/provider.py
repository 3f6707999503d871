"""Whom the commands talk to: the provider of the settings, or our own engine, started for them."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import uvicorn

from realtime.dictation import SILENT_PROVIDER_S
from realtime.socket import RealtimeSocket
from settings import Settings

if TYPE_CHECKING:
    from engine.stt.speech_to_text import SpeechToText


SILENT_ENGINE_S = 30 * 60.0
"""A large model on a slow processor says nothing for minutes, and is at work."""
NO_RECOGNIZER = (
    "there is no speech recogniser here: set OPENAI_API_KEY or OPENAI_BASE_URL, or install the local "
    "one, which fetches its model on first use: uv run --extra whisper main.py transcribe …"
)


class NothingListens(Exception):
    """No speech recogniser is to be had; the text says what to do about it."""


@dataclass(frozen=True, slots=True)
class Provider:
    """Where sessions are opened."""

    url: str
    key: str = field(repr=False)
    silent_s: float = SILENT_PROVIDER_S
    """How long it may say nothing while it owes something."""

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
    """Have the model before the first session: fetching it takes longer than any session is waited for.

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
    """Leaves Ctrl-C to the command."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """None."""
        yield
