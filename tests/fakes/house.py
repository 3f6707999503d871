"""A registry with scripted edges: provider, clock, persona. What a test of a call needs around it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from agents.persona import Persona
from calls.call import Call
from calls.events import CallChange
from calls.owned_tasks import OwnedTasks
from calls.provider_gateway import ProviderGateway
from calls.registry import Registry
from calls.services.call_services import CallServices
from realtime.client import RealtimeClient
from realtime.sideband import Sideband, SidebandLost
from settings import Settings
from tests.fakes.no_call_services import NoCallServices
from tests.fakes.rest_provider import RestProvider
from tests.fakes.settings import given
from tests.fakes.timer import FakeTimer

PERSONA = Persona(name="shop", title="Shop", heading="Shop", instructions="Be kind.")
OFFER = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"
)


class WithoutSideband(ProviderGateway):
    """Places calls at a provider that nobody can attach to."""

    async def attach(self, provider_call_id: str | None) -> Sideband:
        raise SidebandLost("no sideband in this test")


@dataclass
class House:
    """One registry and its edges."""

    settings: Settings = field(default_factory=lambda: given(openai_api_key="sk-test"))
    provider: RestProvider = field(default_factory=RestProvider)
    timer: FakeTimer = field(default_factory=FakeTimer)

    def __post_init__(self) -> None:
        client = RealtimeClient(self.settings.provider_url, "sk-test", self.provider)
        # A sideband is a real WebSocket: it needs a provider that listens.
        new = ProviderGateway if self.settings.openai_base_url else WithoutSideband
        self.gateway = new(client, self.settings)
        services = cast(CallServices, NoCallServices())
        self.registry = Registry(self.gateway, self.settings, services, OwnedTasks(), self.timer)

    def open(self, visitor_id: str = "visitor") -> Call:
        return self.registry.open(PERSONA, visitor_id)

    async def finish(self) -> None:
        """End every call and wait for what is under way; unlike after `Registry.close`, others may follow."""
        for call in list(self.registry._calls.values()):
            call.end("stopped")
        await self.registry.tasks.finish()

    def answer_with(self, sdp: str) -> None:
        """Answer every offer with this SDP."""
        self.provider.answer_sdp = sdp

    @asynccontextmanager
    async def next_change(self, call: Call) -> AsyncIterator[None]:
        """Leave the block once the call has told of something that happened in it."""
        told = asyncio.Event()
        unwatch = call.watch(lambda _: told.set())
        yield
        await told.wait()
        unwatch()


@dataclass
class Page:
    """Someone who watches a call and carries its client events."""

    call: Call
    changes: list[CallChange] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.call.watch(self.changes.extend)
        self.call.attach(self.sent.extend)

    @property
    def sent_types(self) -> list[str]:
        return [event["type"] for event in self.sent]
