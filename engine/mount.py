"""Our own provider in this process, made when it is first asked: no page waits for its audio libraries."""

import asyncio
import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.types import Receive, Scope, Send

from engine.stt.speech_to_text import SpeechToText

if TYPE_CHECKING:
    from fastapi import FastAPI


class EngineMount:
    """An ASGI app that stands for the engine's, with the parameters of `engine.http.app.create_engine`."""

    def __init__(
        self,
        server_key: str,
        *,
        ice_servers: Callable[[], list[dict[str, Any]]],
        speech_to_text: SpeechToText,
    ) -> None:
        self._server_key = server_key
        self._ice_servers = ice_servers
        self._speech_to_text = speech_to_text
        self._making: asyncio.Task[FastAPI] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, once the engine is made."""
        self._making = self._making or asyncio.create_task(self._make(), name="make the engine")
        engine = await asyncio.shield(self._making)
        await engine(scope, receive, send)

    async def _make(self) -> "FastAPI":
        await asyncio.to_thread(importlib.import_module, "engine.http.app")
        from engine.http.app import create_engine

        return create_engine(
            self._server_key, ice_servers=self._ice_servers, speech_to_text=self._speech_to_text
        )

    async def close(self) -> None:
        """End its calls, if anybody ever asked it for one."""
        if self._making:
            engine = await self._making
            await engine.state.engine.close()
