"""Captions are kept, masked, limited and paid for as calls are."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from agents.limits import Limits
from calls.call import Call
from calls.channels.captions import Captions, CaptionsChoice
from calls.events import RenewalWished, Warned
from calls.renewal import AHEAD_S, LONGEST_SESSION_S
from calls.services.call_services import CallServices
from calls.services.metering import DaySpending
from realtime.client import RealtimeClient
from realtime.prices import Prices
from store.records import Records
from tests.fakes.house import OFFER, PERSONA, House, Page
from tests.fakes.kept import NOW, bytes_of, database_in
from tests.fakes.settings import given
from tests.fakes.turns import transcribed

MODEL = "gpt-live-transcribe"


@dataclass
class Room:
    """Where somebody is captioned; what is kept is really kept."""

    house: House
    records: Records
    call: Call
    page: Page

    @classmethod
    @asynccontextmanager
    async def in_(
        cls, folder: Path, *, keep_text: bool = True, limits: Limits | None = None
    ) -> AsyncIterator["Room"]:
        settings = given(openai_api_key="sk-test", captions_model=MODEL)
        async with database_in(folder) as database:
            house = House(settings)
            records = Records(database, keep_text=keep_text)
            house.registry.services = CallServices(
                database,
                records,
                Prices(),
                limits or Limits(),
                house.registry.tasks,
                day=DaySpending(lambda: date(2026, 11, 21)),
                timer=house.timer,
                clock=lambda: house.timer.now,
                now=lambda: NOW,
            )
            client = RealtimeClient(settings.provider_url, "sk-test", house.provider)
            captions = Captions(house.registry, client, settings, PERSONA)
            call = captions.open("visitor", CaptionsChoice("en"))
            room = cls(house, records, call, Page(call))
            await call.connect(OFFER)
            call.report("live")
            call.receive({"type": "session.created", "session": {"type": "transcription"}}, 0.0)
            try:
                yield room
            finally:
                await call.close("stopped")
                await house.registry.close()

    def hear(self, item_id: str, text: str) -> None:
        """Somebody says it, and it is written down."""
        committed = {"type": "input_audio_buffer.committed", "item_id": item_id, "previous_item_id": None}
        for event in (committed, *transcribed(item_id, text)):
            self.call.receive(event, self.house.timer.now * 1000)

    def speak_for(self, seconds: float) -> None:
        """Words come all the time."""
        for n in range(round(seconds / 10)):
            self.house.timer.advance(10)
            self.hear(f"i{n}", "And so on.")

    @property
    def ended(self) -> str | None:
        return self.call.closed.reason if self.call.closed else None

    def warned(self) -> set[str]:
        return {change.code for change in self.page.changes if isinstance(change, Warned)}

    async def kept(self) -> tuple[Any, list[Any]]:
        """Return the session's record and its items, when the call is over."""
        await self.call.close("stopped")
        await self.house.registry.close()
        (session,) = await self.records.list_sessions()
        return session, list(await self.records.items(session.id))


async def test_a_record_says_that_it_is_captions_and_by_which_recogniser(tmp_path: Path) -> None:
    async with Room.in_(tmp_path) as room:
        room.hear("a", "Good morning.")
        session, items = await room.kept()
    assert (session.kind, session.persona, session.model) == ("captions", "captions", MODEL)
    assert [(item.text, item.source) for item in items] == [("Good morning.", "browser")]


async def test_numbers_are_masked_before_they_are_kept(tmp_path: Path) -> None:
    async with Room.in_(tmp_path) as room:
        room.hear("a", "My card is 4111 1111 1111 1111, thanks.")
        _, (item,) = await room.kept()
    assert "thanks" in item.text
    assert b"4111 1111" not in bytes_of(tmp_path)


async def test_without_transcripts_no_word_is_kept(tmp_path: Path) -> None:
    async with Room.in_(tmp_path, keep_text=False) as room:
        room.hear("a", "Pomegranate.")
        session, _ = await room.kept()
    assert session.kind == "captions"
    assert b"Pomegranate" not in bytes_of(tmp_path)


async def test_old_captions_are_deleted_like_old_calls(tmp_path: Path) -> None:
    async with Room.in_(tmp_path) as room:
        room.hear("a", "Pomegranate.")
        await room.kept()
        assert await room.records.purge(timedelta(days=7), NOW + timedelta(days=6)) == 0
        assert await room.records.purge(timedelta(days=7), NOW + timedelta(days=8)) == 1
    assert b"Pomegranate" not in bytes_of(tmp_path)


async def test_captions_end_at_the_limit_of_minutes_though_somebody_speaks(tmp_path: Path) -> None:
    async with Room.in_(tmp_path, limits=Limits(minutes=2)) as room:
        room.speak_for(110)
        assert (room.ended, room.warned()) == (None, {"limit_minutes"})
        room.speak_for(20)
        assert room.ended == "limit_minutes"


async def test_captions_in_which_nobody_speaks_end(tmp_path: Path) -> None:
    async with Room.in_(tmp_path, limits=Limits(idle_seconds=60)) as room:
        room.speak_for(120)
        assert room.ended is None
        room.house.timer.advance(60)
        assert room.ended == "limit_idle"


async def test_a_minute_costs_the_recogniser_s_price_whatever_the_browser_reports(tmp_path: Path) -> None:
    async with Room.in_(tmp_path, limits=Limits(call_usd=Decimal("0.017") * 2)) as room:
        room.speak_for(110)
        assert room.ended is None
        room.speak_for(20)
        assert room.ended == "limit_money"


async def test_a_long_session_is_renewed_when_the_last_sentence_is_written_down(tmp_path: Path) -> None:
    async with Room.in_(tmp_path, limits=Limits(minutes=120, idle_seconds=10**6)) as room:
        last = {"type": "input_audio_buffer.committed", "item_id": "last", "previous_item_id": None}
        room.call.receive(last, 0.0)
        room.house.timer.advance(LONGEST_SESSION_S - AHEAD_S)
        assert "session_renewed" in room.warned()
        assert RenewalWished() not in room.page.changes
        for event in transcribed("last", "To be continued."):
            room.call.receive(event, 1.0)
        assert RenewalWished() in room.page.changes
