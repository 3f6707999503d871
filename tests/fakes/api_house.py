"""The whole API over a house with scripted edges and a database of its own, asked over HTTP."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import httpx
from starlette.types import ASGIApp

from agents.limits import Limits
from agents.persona import Persona
from calls.channels.api_session_registry import ApiSessionRegistry
from calls.services.call_services import CallServices
from calls.services.metering import DaySpending
from calls.services.profile_extraction import Extraction
from realtime.client import RealtimeClient
from realtime.prices import Prices
from server.api.app import Parts, create_api
from server.routes.health import Readiness
from settings import Settings
from state.database_leases import DatabaseLeases
from store.database import Database
from store.records import Records
from tests.fakes.house import PERSONA, House
from tests.fakes.kept import NOW, database_in
from tests.fakes.settings import given

KEY, OTHER_KEY = "key-of-the-first-client", "key-of-the-second-client"
OUTSIDE = "203.0.113.7"
CONTROLLED = Persona(
    name="vault", title="Vault", heading="Vault", instructions="Be careful.", control="sideband"
)


@dataclass
class ApiHouse:
    """What a test of the API needs at hand."""

    house: House
    database: Database
    records: Records
    book: ApiSessionRegistry
    api: ASGIApp
    _clients: list[httpx.AsyncClient] = field(default_factory=list)

    @classmethod
    @asynccontextmanager
    async def in_(
        cls, folder: Path, *, today: Callable[[], date] = NOW.date, **settings: Any
    ) -> AsyncIterator["ApiHouse"]:
        """Everything in `folder`; settings besides an OpenAI key, a persona and `KEY`, `OTHER_KEY`."""
        defaults = {"openai_api_key": "sk-test", "api_keys": f"{KEY},{OTHER_KEY}", "persona": PERSONA.name}
        async with database_in(folder) as database:
            house = cls._built(database, given(**{**defaults, **settings}), today)
            try:
                yield house
            finally:
                await house.close()

    @classmethod
    def _built(cls, database: Database, settings: Settings, today: Callable[[], date]) -> "ApiHouse":
        house = House(settings)
        client = RealtimeClient(settings.provider_url, "sk-test", house.provider)
        records = Records(database, keep_text=settings.store_transcripts)
        personas = {each.name: each for each in (PERSONA, CONTROLLED)}
        book = ApiSessionRegistry(house.registry, house.gateway, personas, settings, today)
        house.registry.services = CallServices(
            database,
            records,
            Prices(),
            Limits(day_usd=settings.max_day_usd),
            house.registry.tasks,
            day=DaySpending(NOW.date),
            timer=house.timer,
            clock=lambda: house.timer.now,
            now=lambda: NOW,
        )
        extraction = Extraction(client, "gpt-6-luna", lambda: NOW)
        readiness = Readiness(DatabaseLeases(database).renew, client.is_reachable, lambda: house.timer.now)
        parts = Parts(book, house.registry, records, extraction, readiness, personas)
        return cls(house, database, records, book, create_api(parts, settings))

    def http(
        self, key: str | None = KEY, *, address: str = OUTSIDE, host: str = "guftagu.example"
    ) -> httpx.AsyncClient:
        """Make a client at `address` that sends `key`."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.api, client=(address, 50000)),
            base_url=f"http://{host}",
            headers=headers,
        )
        self._clients.append(client)
        return client

    async def open(self, http: httpx.AsyncClient, **wanted: Any) -> str:
        """Create a session and return its id once its record has begun."""
        answer = await http.post("/session", json=wanted)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["sessionId"])

    async def say(self, http: httpx.AsyncClient, session_id: str, *words: str) -> None:
        """Report messages of the customer."""
        items = [{"role": "user", "text": text} for text in words]
        answer = await http.post(f"/session/{session_id}/events", json={"items": items})
        assert answer.status_code == 200, answer.text

    def write_next(self, profile: dict[str, Any], **usage: int) -> None:
        """Let the provider answer the next request with this profile."""
        part = {"type": "output_text", "text": json.dumps(profile)}
        body = {"output": [{"type": "message", "content": [part]}], "usage": usage}
        self.house.provider.next.append(lambda _: httpx.Response(200, json=body))

    async def finish(self) -> None:
        """End everything and wait until it is written down."""
        self.book.close()
        await self.house.finish()

    async def close(self) -> None:
        self.book.close()
        await self.house.registry.close()
        for client in self._clients:
            await client.aclose()
