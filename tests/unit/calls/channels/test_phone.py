import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from websockets.asyncio.server import ServerConnection

from agents.limits import Limits, OwnLimits
from agents.persona import Persona, TurnDetection
from agents.tools import tool
from calls.call import Call
from calls.channels.phone import FAREWELL, LONGEST_MINUTES, STILL_THERE, PhoneChannel, lines_of
from calls.events import Closed
from calls.services.call_services import CallServices
from calls.services.metering import DaySpending
from realtime.client import RealtimeClient
from realtime.conversation.changes import ResponseFinished
from realtime.prices import Prices
from settings import SettingsError
from state.database_dedupe import DatabaseDedupe
from store.database import Database
from store.records import Records
from tests.fakes.house import OFFER, PERSONA, House
from tests.fakes.kept import bytes_of, database_in
from tests.fakes.settings import given
from tests.fakes.sideband_provider import SidebandProvider
from tests.fakes.webhooks import SECRET, ringing

CALLER = "923001234567"
LINE = "+92 21 32799000"


@tool()
async def balance() -> str:
    """Return the balance."""
    return "twelve rupees"


BANK = Persona(
    name="bank",
    title="Bank",
    heading="Bank",
    instructions="Be exact.",
    phone_numbers=[LINE],
    turn_detection=TurnDetection(threshold=0.5, prefix_padding_ms=300, silence_duration_ms=400),
    tools={"balance": balance},
)
HELPED_BANK = BANK.model_copy(update={"transfer_to": "tel:+922111222333"})


@dataclass
class PhoneHouse:
    """A house whose phone rings: the provider's two halves are scripted, what is kept is really kept."""

    line: SidebandProvider
    database: Database
    personas: dict[str, Persona] = field(default_factory=lambda: {"bank": BANK})
    settings: dict[str, Any] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    spent_usd: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        settings = given(**({"openai_base_url": self.line.url, "storage_secret": "salt" * 8} | self.settings))
        self.house = House(settings)
        self.provider, self.timer, self.registry = self.house.provider, self.house.timer, self.house.registry
        self.records = Records(self.database, keep_text=True)
        self.registry.services = CallServices(
            self.database,
            self.records,
            Prices({}),
            self.limits,
            self.registry.tasks,
            day=DaySpending(lambda: date(2026, 11, 21), self.spent_usd),
            timer=self.timer,
            clock=lambda: self.timer.now,
            now=lambda: datetime(2026, 11, 21, 9, 30, tzinfo=UTC),
        )
        client = RealtimeClient(settings.provider_url, "sk-test", self.provider)
        lines = lines_of(self.personas, settings)
        self.phone = PhoneChannel(
            self.registry, client, settings, lines, DatabaseDedupe(self.database, "ring"), PERSONA
        )

    @property
    def calls(self) -> list[Call]:
        return list(self.registry._calls.values())

    def posted(self, index: int = -1) -> tuple[str, dict[str, Any]]:
        """Path and body of one request to the provider."""
        return self.provider.paths[index], json.loads(self.provider.requests[index].content or b"{}")

    async def heard(self) -> dict[str, Any]:
        """Return the next client event that reaches the provider."""
        async with asyncio.timeout(10):
            return await self.line.received.get()

    async def connected(self, **ring: str) -> tuple[Call, ServerConnection]:
        """Ring, and return the call that was accepted and greeted."""
        await self.phone.take(ringing(**ring))
        (call,) = self.calls
        assert (await self.heard())["type"] == "response.create"
        session = await self.line.connections.get()
        await greet(call, session)
        return call, session


@pytest.fixture(autouse=True)
def nobody_sums_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("calls.out_of_band.ANSWER_SECONDS", 0)


@pytest.fixture
async def line() -> AsyncIterator[SidebandProvider]:
    async with SidebandProvider.running() as line:
        yield line


@asynccontextmanager
async def a_house(line: SidebandProvider, folder: Path, **options: Any) -> AsyncIterator[PhoneHouse]:
    async with database_in(folder) as database:
        house = PhoneHouse(line, database, **options)
        yield house
        await house.registry.close()


@pytest.fixture
async def house(line: SidebandProvider, tmp_path: Path) -> AsyncIterator[PhoneHouse]:
    async with a_house(line, tmp_path) as house:
        yield house


async def tell(session: ServerConnection, *events: dict[str, Any]) -> None:
    for event in events:
        await session.send(json.dumps(event))


async def greet(call: Call, session: ServerConnection) -> None:
    """Answer the request for a greeting, with one that has no words."""
    greeted = asyncio.Event()
    unwatch = call.watch(
        lambda changes: greeted.set() if any(isinstance(c, ResponseFinished) for c in changes) else None
    )
    response = {"id": "r0", "conversation_id": "conv_1", "output": []}
    await tell(
        session,
        {"type": "response.created", "response": response | {"status": "in_progress"}},
        {"type": "response.done", "response": response | {"status": "completed"}},
    )
    await greeted.wait()
    unwatch()


def said(item_id: str, role: str, text: str) -> dict[str, Any]:
    """Build the event of an item that came with its words."""
    kind = "output_audio" if role == "assistant" else "input_audio"
    content = [{"type": kind, "transcript": text}]
    item = {"id": item_id, "type": "message", "role": role, "status": "completed", "content": content}
    return {"type": "conversation.item.done", "item": item, "previous_item_id": None}


def calls_tool(name: str, arguments: str = "{}") -> list[dict[str, Any]]:
    """Build the events of a response that calls a function and does nothing else."""
    item = {
        "id": "f1",
        "type": "function_call",
        "status": "completed",
        "name": name,
        "call_id": "c1",
        "arguments": arguments,
    }
    response = {"id": "r1", "conversation_id": "conv_1", "status": "completed", "output": [item]}
    return [
        {"type": "response.created", "response": response | {"status": "in_progress", "output": []}},
        {"type": "response.output_item.done", "response_id": "r1", "output_index": 0, "item": item},
        {"type": "response.done", "response": response},
    ]


# -- picking up ------------------------------------------------------------------------------------


async def test_a_phone_that_rings_is_accepted_controlled_and_greeted(house: PhoneHouse) -> None:
    call, _ = await house.connected()
    assert house.provider.paths == ["/calls/rtc_1/accept"]
    assert [request.path for request in house.line.requests] == ["/v1/realtime?call_id=rtc_1"]
    assert (call.controlled, call.phase, call.closed) == (True, "live", None)


async def test_the_session_is_the_personas_without_what_a_phone_call_is_refused_for(
    house: PhoneHouse,
) -> None:
    await house.connected()
    _, session = house.posted()
    assert (session["type"], session["instructions"]) == ("realtime", "Be exact.")
    detection = {"type": "server_vad", "create_response": True, "interrupt_response": True}
    assert session["audio"]["input"]["turn_detection"] == detection
    assert [each["name"] for each in session["tools"]] == ["balance"]


async def test_the_dialled_line_picks_the_persona_and_the_setting_goes_before_it(
    line: SidebandProvider, tmp_path: Path
) -> None:
    numbers = {"tel:+92-300-1": "shop", LINE: "shop"}
    personas = {"bank": BANK, "shop": PERSONA}
    async with a_house(line, tmp_path, personas=personas, settings={"phone_numbers": numbers}) as house:
        for call_id, to in (("rtc_1", "sip:923001@x"), ("rtc_2", "sip:922132799000@x")):
            call, _ = await house.connected(call_id=call_id, to=to)
            assert call.persona.name == "shop"
            await call.close("stopped")


async def test_a_line_that_nobody_has_is_not_found(house: PhoneHouse) -> None:
    for call_id, to in (("rtc_1", "sip:111@trunk"), ("rtc_2", "sip:bank@trunk"), ("rtc_3", "")):
        await house.phone.take(ringing(call_id, to=to))
        assert house.posted() == (f"/calls/{call_id}/reject", {"status_code": 404})
    assert house.calls == []


async def test_where_no_line_is_named_the_default_persona_answers_and_the_log_says_so(
    line: SidebandProvider, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    nobody_named = {"bank": BANK.model_copy(update={"phone_numbers": []})}
    secret = {"openai_webhook_secret": SECRET}
    async with a_house(line, tmp_path, personas=nobody_named, settings=secret) as house:
        house.phone.warn()
        assert f"{PERSONA.name} answers every phone call" in caplog.text
        call, _ = await house.connected()
        assert call.persona.name == PERSONA.name


async def test_other_events_reach_no_provider(house: PhoneHouse) -> None:
    await house.phone.take({"type": "response.completed", "data": {"id": "resp_1"}})
    await house.phone.take(ringing("../hangup"))
    assert house.provider.requests == []


async def test_a_full_house_is_busy(line: SidebandProvider, tmp_path: Path) -> None:
    async with a_house(line, tmp_path, settings={"max_calls": 1}) as house:
        await house.connected()
        await house.phone.take(ringing("rtc_2"))
        assert house.posted() == ("/calls/rtc_2/reject", {"status_code": 486})
        assert len(house.calls) == 1


async def test_a_house_whose_money_of_the_day_is_spent_is_busy(
    line: SidebandProvider, tmp_path: Path
) -> None:
    async with a_house(line, tmp_path, limits=Limits(day_usd=Decimal(5)), spent_usd=Decimal(5)) as house:
        await house.phone.take(ringing())
        assert house.posted() == ("/calls/rtc_1/reject", {"status_code": 486})


async def test_a_caller_who_calls_too_often_finds_it_busy_and_others_do_not(
    line: SidebandProvider, tmp_path: Path
) -> None:
    async with a_house(line, tmp_path, settings={"starts_per_minute": 1}) as house:
        await house.phone.take(ringing("rtc_1", from_="sip:+1000@x"))
        await house.phone.take(ringing("rtc_2", from_="tel:00-1-000"))
        await house.phone.take(ringing("rtc_3", from_="sip:+2000@x"))
        assert house.provider.paths == ["/calls/rtc_1/accept", "/calls/rtc_2/reject", "/calls/rtc_3/accept"]


async def test_a_ring_that_is_delivered_again_does_not_turn_its_own_call_away(house: PhoneHouse) -> None:
    call, _ = await house.connected()
    house.provider.refuse(409)
    await house.phone.take(ringing())
    assert house.provider.paths == ["/calls/rtc_1/accept"]
    assert (house.calls, call.closed) == ([call], None)


async def test_a_ring_is_taken_once_over_a_restart_of_the_server(
    line: SidebandProvider, tmp_path: Path
) -> None:
    for paths in (["/calls/rtc_1/accept"], []):
        async with a_house(line, tmp_path) as house:
            await house.phone.take(ringing())
            assert house.provider.paths == paths


async def test_a_ring_that_cannot_be_remembered_is_not_picked_up(
    house: PhoneHouse, caplog: pytest.LogCaptureFixture
) -> None:
    async with house.database.schema_change() as connection:
        await connection.execute(text("DROP TABLE seen"))
    await house.phone.take(ringing())
    assert house.provider.paths == []
    assert "rtc_1: not picked up" in caplog.text


# -- what goes wrong -------------------------------------------------------------------------------


async def test_a_call_the_provider_does_not_let_us_accept_is_turned_away(house: PhoneHouse) -> None:
    house.provider.refuse(409)
    await house.phone.take(ringing())
    await house.registry.close()
    assert house.provider.paths == ["/calls/rtc_1/accept", "/calls/rtc_1/reject"]
    assert house.posted()[1] == {"status_code": 503}
    assert house.calls == []


@pytest.mark.parametrize("failure", [httpx.ReadTimeout, 502])
async def test_a_call_that_may_have_been_accepted_is_hung_up_too(
    house: PhoneHouse, failure: type[httpx.HTTPError] | int
) -> None:
    if isinstance(failure, int):
        house.provider.refuse(failure)
    else:
        house.provider.raise_next(failure)
    await house.phone.take(ringing())
    await house.registry.close()
    assert "/calls/rtc_1/hangup" in house.provider.paths


async def test_a_caller_who_left_while_being_turned_away_is_no_matter(house: PhoneHouse) -> None:
    house.provider.refuse(404)
    await house.phone.take(ringing(to="sip:111@trunk"))


async def test_a_call_that_cannot_be_controlled_is_hung_up(house: PhoneHouse) -> None:
    house.line.refusals, house.line.refuse_with = 1, HTTPStatus.UNAUTHORIZED
    await house.phone.take(ringing())
    await house.registry.close()
    assert house.provider.paths[-1] == "/calls/rtc_1/hangup"
    assert house.line.received.empty()


async def test_a_call_accepted_while_the_server_stops_is_hung_up(house: PhoneHouse) -> None:
    house.provider.gate.clear()
    taking = house.registry.tasks.start(house.phone.take(ringing()), "ring")
    await house.provider.asked.wait()
    (call,) = house.calls
    call.end("server_stopping")
    house.provider.gate.set()
    await taking
    await house.registry.close()
    assert house.provider.paths == ["/calls/rtc_1/accept", "/calls/rtc_1/hangup"]
    assert house.line.requests == []


# -- who calls -------------------------------------------------------------------------------------


async def test_the_callers_number_is_kept_nowhere_but_as_a_pseudonym(
    house: PhoneHouse, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="guftagu")
    call, _ = await house.connected()
    await call.close("stopped")
    await house.registry.close()
    kept = await house.records.get_session(call.id)
    assert kept and kept.visitor == call.visitor_id
    assert CALLER.encode() not in bytes_of(tmp_path)
    assert CALLER not in caplog.text


async def test_a_pseudonym_is_the_callers_own_and_of_this_deployment(
    line: SidebandProvider, tmp_path: Path
) -> None:
    names = []
    for secret in ("salt", "pepper"):
        (tmp_path / secret).mkdir()
        async with a_house(line, tmp_path / secret, settings={"storage_secret": secret * 8}) as house:
            for number, from_ in enumerate(("sip:+92-300@x", "tel:+92300", "sip:92301@x")):
                call, _ = await house.connected(call_id=f"rtc_{number}", from_=from_)
                names.append(call.visitor_id)
                await call.close("stopped")
    assert names[0] == names[1]
    assert len(set(names)) == 4


async def test_the_claimed_number_is_no_identity_to_any_tool(house: PhoneHouse) -> None:
    call, _ = await house.connected()
    running_services = house.registry.services.of(call.id)
    assert running_services and running_services.tools.identity is None
    assert CALLER not in repr(running_services.tools)


# -- in the call -----------------------------------------------------------------------------------


async def test_the_record_is_of_a_phone_call_and_holds_what_the_provider_says(house: PhoneHouse) -> None:
    call, session = await house.connected()
    async with house.house.next_change(call):
        await tell(session, said("u1", "user", "What is my balance?"))
    await house.registry.close()
    kept = await house.records.get_session(call.id)
    assert kept and (kept.kind, kept.control, kept.persona) == ("phone", "controlled", "bank")
    assert kept.provider_call_id == "rtc_1"
    items = await house.records.items(call.id)
    assert [(item.source, item.text) for item in items] == [("provider", "What is my balance?")]


async def test_a_private_tool_runs_and_the_agent_goes_on_with_what_it_says(house: PhoneHouse) -> None:
    _, session = await house.connected()
    await tell(session, *calls_tool("balance"))
    output = await house.heard()
    assert output["item"]["output"] == "twelve rupees"
    assert (await house.heard())["type"] == "response.create"


async def test_a_phone_call_is_said_goodbye_to_a_minute_before_its_limit_and_hung_up_at_it(
    line: SidebandProvider, tmp_path: Path
) -> None:
    limits = Limits(minutes=120, idle_seconds=1e6)
    async with a_house(line, tmp_path, limits=limits) as house:
        call, _ = await house.connected()
        house.timer.advance((LONGEST_MINUTES - 1) * 60 - 1)
        assert house.line.received.empty()
        house.timer.advance(1)
        item = (await house.heard())["item"]
        assert (item["role"], item["content"][0]["text"]) == ("system", FAREWELL)
        assert (await house.heard())["type"] == "response.create"
        house.timer.advance(60)
        assert call.closed == Closed("limit_minutes")


async def test_a_persona_that_waits_for_a_button_hears_turns_by_itself_on_the_phone(
    line: SidebandProvider, tmp_path: Path
) -> None:
    manual = BANK.model_copy(update={"turn_detection": TurnDetection(type="manual")})
    async with a_house(line, tmp_path, personas={"bank": manual}) as house:
        await house.connected()
        _, session = house.posted()
        assert session["audio"]["input"]["turn_detection"]["type"] == "server_vad"


async def test_a_silent_caller_is_asked_before_the_call_ends(line: SidebandProvider, tmp_path: Path) -> None:
    async with a_house(line, tmp_path, limits=Limits(idle_seconds=60)) as house:
        await house.connected()
        house.timer.advance(40)
        item = (await house.heard())["item"]
        assert item["content"][0]["text"] == STILL_THERE


async def test_a_personas_own_limits_hold_on_the_phone(line: SidebandProvider, tmp_path: Path) -> None:
    short = BANK.model_copy(update={"limits": OwnLimits(minutes=2)})
    async with a_house(line, tmp_path, personas={"bank": short}) as house:
        call, _ = await house.connected()
        house.timer.advance(120)
        assert call.closed == Closed("limit_minutes")


async def hangs_up_after(house: PhoneHouse, words: str) -> Call:
    """Call, say this and hang up."""
    call, session = await house.connected()
    async with house.house.next_change(call):
        await tell(session, said("u1", "user", words))
    house.line.refusals, house.line.refuse_with = 1, HTTPStatus.UNAUTHORIZED
    async with house.house.next_change(call):
        await session.close()
    assert call.closed == Closed("line_ended")
    return call


def writes(data: dict[str, Any], **usage: int) -> Callable[[httpx.Request], httpx.Response]:
    """Build an answer of `/responses`."""
    part = {"type": "output_text", "text": json.dumps(data)}
    body = {"output": [{"type": "message", "content": [part]}], "usage": usage}
    return lambda _: httpx.Response(200, json=body)


async def test_a_caller_who_hangs_up_leaves_topic_and_summary_all_the_same(house: PhoneHouse) -> None:
    answer = {"topic": "A lost card", "summary": "It was lost. It was blocked."}
    done = writes({})
    house.provider.next = [done, done, writes(answer, input_tokens=1_000_000)]
    call = await hangs_up_after(house, "My card is lost")
    await house.registry.close()
    assert house.provider.paths[1:] == ["/calls/rtc_1/hangup", "/v1/responses"]
    assert house.posted()[1]["input"].endswith("caller: My card is lost")
    kept = await house.records.get_session(call.id)
    assert kept and (kept.topic, kept.summary) == (answer["topic"], answer["summary"])
    (usage,) = await house.records.usage(call.id)
    assert (usage.source, usage.cost_usd, kept.cost_usd) == ("summary", Decimal("0.10"), Decimal("0.10"))
    assert house.registry.services.day.usd == Decimal("0.10")


@pytest.mark.parametrize("answer", [{}, {"topic": 1, "summary": "x"}, {"topic": "x", "summary": " "}])
async def test_a_summary_that_is_none_is_left_out(house: PhoneHouse, answer: dict[str, Any]) -> None:
    done = writes({})
    house.provider.next = [done, done, writes(answer)]
    call = await hangs_up_after(house, "My card is lost")
    await house.registry.close()
    kept = await house.records.get_session(call.id)
    assert kept and (kept.topic, kept.summary, kept.reason) == (None, None, "line_ended")


async def test_a_provider_that_writes_no_summary_keeps_no_record_open(house: PhoneHouse) -> None:
    done = writes({})
    house.provider.next = [done, done]
    house.provider.raise_next(httpx.ConnectError)
    call = await hangs_up_after(house, "My card is lost")
    await house.registry.close()
    kept = await house.records.get_session(call.id)
    assert kept and (kept.summary, kept.reason) == (None, "line_ended")


async def test_a_server_that_stops_hangs_up(house: PhoneHouse) -> None:
    await house.connected()
    await house.registry.close()
    assert house.provider.paths[-1] == "/calls/rtc_1/hangup"


# -- a human ---------------------------------------------------------------------------------------


async def test_a_caller_is_handed_over_to_whom_the_persona_names(
    line: SidebandProvider, tmp_path: Path
) -> None:
    async with a_house(line, tmp_path, personas={"bank": HELPED_BANK}) as house:
        _, session = await house.connected()
        assert [each["name"] for each in house.posted()[1]["tools"]] == ["balance", "transfer_to_human"]
        await tell(session, *calls_tool("transfer_to_human"))
        assert "put through" in (await house.heard())["item"]["output"]
        assert house.posted() == ("/calls/rtc_1/refer", {"target_uri": "tel:+922111222333"})


async def test_the_agent_cannot_say_where_to(line: SidebandProvider, tmp_path: Path) -> None:
    async with a_house(line, tmp_path, personas={"bank": HELPED_BANK}) as house:
        _, session = await house.connected()
        await tell(session, *calls_tool("transfer_to_human", '{"target_uri": "tel:+1900"}'))
        assert json.loads((await house.heard())["item"]["output"])["code"] == "bad_arguments"
        assert house.provider.paths == ["/calls/rtc_1/accept"]


async def test_a_hand_over_that_fails_is_said_and_the_call_goes_on(
    line: SidebandProvider, tmp_path: Path
) -> None:
    async with a_house(line, tmp_path, personas={"bank": HELPED_BANK}) as house:
        call, session = await house.connected()
        house.provider.refuse(400)
        await tell(session, *calls_tool("transfer_to_human"))
        assert json.loads((await house.heard())["item"]["output"])["code"] == "failed"
        assert call.closed is None


async def test_nobody_is_handed_over_where_the_persona_names_nobody(house: PhoneHouse) -> None:
    _, session = await house.connected()
    await tell(session, *calls_tool("transfer_to_human"))
    assert json.loads((await house.heard())["item"]["output"])["code"] == "unknown_tool"


async def test_a_call_of_the_page_cannot_be_handed_over(line: SidebandProvider, tmp_path: Path) -> None:
    settings = {"control": "sideband"}
    async with a_house(line, tmp_path, personas={"bank": HELPED_BANK}, settings=settings) as house:
        house.provider.answer_sdp = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
        call = house.registry.open(HELPED_BANK, "visitor")
        await call.connect(OFFER)
        assert [each["name"] for each in house.provider.session()["tools"]] == ["balance"]
        assert "transfer_to_human" not in call.persona.tools


# -- whose line it is ------------------------------------------------------------------------------


def test_a_setting_that_names_no_persona_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"PHONE_NUMBERS.*'clinic'"):
        lines_of({"bank": BANK}, given(phone_numbers={"111": "clinic"}))


def test_two_personas_cannot_have_one_line() -> None:
    other = PERSONA.model_copy(update={"phone_numbers": ["tel:+92-21-32799000"]})
    with pytest.raises(SettingsError, match="bank and shop"):
        lines_of({"bank": BANK, "shop": other}, given())
