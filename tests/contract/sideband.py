"""A call made and followed with the official SDK; every event is checked against its types."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from openai import AsyncOpenAI
from openai.resources.realtime.realtime import AsyncRealtimeConnection
from openai.types.realtime import RealtimeServerEvent
from pydantic import TypeAdapter

from tests.fakes.webrtc_caller import calling

SERVER_EVENT: TypeAdapter[Any] = TypeAdapter(RealtimeServerEvent)


@dataclass
class Sideband:
    """A server's connection to its call."""

    call_id: str
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

    async def type(self, text: str) -> None:
        """Typed words."""
        content: Any = [{"type": "input_text", "text": text}]
        await self.connection.conversation.item.create(
            item={"type": "message", "role": "user", "content": content}
        )


def checked(event: dict[str, Any]) -> dict[str, Any]:
    """Check an event by the types of the SDK.

    :raises pydantic.ValidationError: the SDK has no such event
    """
    SERVER_EVENT.validate_python(event)
    return event


@asynccontextmanager
async def in_call(client: AsyncOpenAI, **session: Any) -> AsyncIterator[Sideband]:
    """Create a call with one audio section and attach to it from the server's side."""
    wanted: Any = {"type": "realtime", **session}
    async with calling(channel=False) as caller:
        answer = await client.realtime.calls.create(sdp=await caller.offer(), session=wanted)
        call_id = answer.response.headers["location"].rsplit("/", 1)[-1]
        await caller.accept(answer.text)
        async with client.realtime.connect(call_id=call_id) as connection:
            yield Sideband(call_id, connection)
