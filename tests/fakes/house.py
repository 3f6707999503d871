"""A registry with scripted edges: provider, clock, persona. What a test of a call needs around it."""

from dataclasses import dataclass, field
from typing import Any

from calls.call import Call
from calls.changes import CallChange
from calls.dialer import Dialer
from calls.persona import Persona
from calls.registry import Registry
from realtime.client import RealtimeClient
from settings import Settings
from tests.fakes.rest_provider import RestProvider
from tests.fakes.timer import FakeTimer

PERSONA = Persona(name="shop", title="Shop", heading="Shop", instructions="Be kind.")
OFFER = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"
)


@dataclass
class House:
    """One registry and its edges."""

    settings: Settings = field(default_factory=lambda: Settings(_env_file=None, openai_api_key="sk-test"))
    provider: RestProvider = field(default_factory=RestProvider)
    timer: FakeTimer = field(default_factory=FakeTimer)

    def __post_init__(self) -> None:
        client = RealtimeClient("http://provider/v1", "sk-test", self.provider)
        self.registry = Registry(Dialer(client, self.settings), self.settings, self.timer)

    def open(self, visitor_id: str = "visitor") -> Call:
        return self.registry.open(PERSONA, visitor_id)


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
