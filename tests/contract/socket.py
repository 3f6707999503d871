"""A plain WebSocket session with the official SDK; every event is checked against its types."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from openai import AsyncOpenAI
from openai.resources.realtime.realtime import AsyncRealtimeConnection

from tests.contract.sideband import checked


@dataclass
class Socket:
    """One session."""

    connection: AsyncRealtimeConnection
    events: list[dict[str, Any]] = field(default_factory=list)

    async def until(self, event_type: str) -> dict[str, Any]:
        """Return the next event of a type; those before it are kept too."""
        async with asyncio.timeout(10):
            while True:
                event = checked((await self.connection.recv()).to_dict())
                self.events.append(event)
                if event["type"] == event_type:
                    return event

    async def append(self, pcm: bytes) -> None:
        """24 kHz mono PCM16."""
        await self.connection.input_audio_buffer.append(audio=base64.b64encode(pcm).decode())


@asynccontextmanager
async def conversation(client: AsyncOpenAI, **session: Any) -> AsyncIterator[Socket]:
    """Open a conversation with this session and read its first two events."""
    async with client.realtime.connect(model="gpt-realtime-2.1") as connection:
        socket = Socket(connection)
        await socket.until("session.created")
        wanted: Any = {"type": "realtime", **session}
        await connection.session.update(session=wanted)
        await socket.until("session.updated")
        yield socket


@asynccontextmanager
async def transcription(client: AsyncOpenAI, **audio_input: Any) -> AsyncIterator[Socket]:
    """Open a transcription session and read its first two events."""
    async with client.realtime.connect(extra_query={"intent": "transcription"}) as connection:
        socket = Socket(connection)
        await socket.until("session.created")
        wanted: Any = {"type": "transcription", "audio": {"input": audio_input}}
        await connection.session.update(session=wanted)
        await socket.until("session.updated")
        yield socket
