import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from agents.tools import tool
from calls.channels.api_session import UNUSED_SECONDS, ApiSession, LimitReached, ReportedEvent
from calls.events import CallChange, Closed, Finished
from calls.renewal import AHEAD_S, LONGEST_SESSION_S
from tests.fakes import turns
from tests.fakes.api_house import ApiHouse
from tests.fakes.house import OFFER, PERSONA, House
from tests.fakes.settings import given
from tests.fakes.sideband_provider import SidebandProvider

AUDIO_ANSWER = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"


def reported(*events: dict[str, Any]) -> list[ReportedEvent]:
    """Return the events as a client reports them."""
    return [ReportedEvent(event) for event in events]


STARTED = {"type": "input_audio_buffer.speech_started", "audio_start_ms": 0}
SAID = reported(*turns.speech_heard("u1"), *turns.transcribed("u1", "I lost my card"))


@tool(public=True)
async def opening_hours() -> str:
    """When the shop is open."""
    return "nine to five"


def session_in(house: House, **persona: Any) -> ApiSession:
    chosen = PERSONA.model_copy(update=persona)
    return ApiSession(chosen, "owner", house.gateway, house.registry, relayed=False)


@pytest.fixture
async def provider() -> AsyncIterator[SidebandProvider]:
    async with SidebandProvider.running() as provider:
        yield provider


@pytest.fixture
async def controlled(provider: SidebandProvider) -> AsyncIterator[ApiSession]:
    house = House(given(openai_base_url=provider.url, control="sideband"))
    house.answer_with(AUDIO_ANSWER)
    session = session_in(house)
    yield session
    session.end("stopped")
    await house.registry.close()


async def test_a_session_nobody_uses_for_an_hour_is_closed_and_use_puts_that_off() -> None:
    house = House()
    session = session_in(house)
    told: list[CallChange] = []
    session.call.watch(told.extend)
    house.timer.advance(UNUSED_SECONDS - 1)
    await session.report([])
    house.timer.advance(UNUSED_SECONDS - 1)
    assert session.call.closed is None
    house.timer.advance(1)
    assert session.call.closed == Closed("unused")
    assert told == [Closed("unused")]
    await house.registry.close()
    assert told[-1] == Finished(Closed("unused"))


async def test_times_of_a_client_are_kept_as_far_apart_as_it_says() -> None:
    house = House()
    session = session_in(house)
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hello"}]}
    said = [("a", 1_000.0, 2_500.0), ("b", 60_000.0, 61_000.0)]
    for item_id, begun_ms, ended_ms in said:
        begun = {**item, "id": item_id, "status": "in_progress", "content": []}
        added = {"type": "conversation.item.added", "item": begun}
        done = {"type": "conversation.item.done", "item": {**item, "id": item_id, "status": "completed"}}
        await session.report([ReportedEvent(added, begun_ms), ReportedEvent(done, ended_ms)])
    items = session.call.conversation.items
    times_ms = [each or 0.0 for item in items for each in (item.started_at_ms, item.ended_at_ms)]
    assert [each - times_ms[0] for each in times_ms] == pytest.approx([0, 1_500, 59_000, 60_000])
    await house.registry.close()


async def test_a_session_is_in_use_as_long_as_its_call_is_live() -> None:
    house = House()
    session = session_in(house)
    await session.connect(OFFER)
    house.timer.advance(UNUSED_SECONDS)
    assert session.call.closed is None
    session.call.end_leg("line_ended")
    house.timer.advance(UNUSED_SECONDS)
    assert session.call.closed == Closed("unused")
    await house.registry.close()


async def test_ending_tells_that_it_is_over_once_its_call_is_hung_up() -> None:
    house = House()
    session = session_in(house)
    told: list[CallChange] = []
    session.call.watch(told.extend)
    await session.connect(OFFER)
    session.end("stopped")
    session.end("unused")
    assert told[-1:] == [Closed("stopped")]
    await house.registry.close()
    assert told[-1:] == [Finished(Closed("stopped"))]
    assert house.provider.paths[-1] == "/calls/rtc_1/hangup"


async def test_the_end_of_one_call_is_not_the_end_of_the_session() -> None:
    house = House()
    session = session_in(house)
    told: list[CallChange] = []
    session.call.watch(told.extend)
    await session.connect(OFFER)
    session.call.on_leg_failed(Closed("control_lost"))
    await house.registry.tasks.finish()
    assert house.provider.paths[-1] == "/calls/rtc_1/hangup"
    assert session.call.closed is None
    assert not any(isinstance(each, Closed | Finished) for each in told)
    await house.registry.close()


async def test_a_limit_is_the_sessions_and_no_renewal_begins_it_anew(tmp_path: Any) -> None:
    async with ApiHouse.in_(tmp_path) as api:
        session = session_in(api.house)
        await session.secret()
        await session.report(SAID)
        for minute in range(14):
            api.house.timer.advance(60)
            await session.report(reported({**STARTED, "item_id": f"later{minute}"}))
        api.house.timer.advance(60)
        with pytest.raises(LimitReached, match="limit_minutes"):
            await session.report([])
        session.renew()
        with pytest.raises(LimitReached, match="limit_minutes"):
            await session.report([])
        with pytest.raises(LimitReached, match="limit_minutes"):
            await session.connect(OFFER)
        with pytest.raises(LimitReached, match="limit_minutes"):
            await session.secret()
        session.end("stopped")
        await api.finish()


async def test_minutes_and_money_go_on_from_one_call_of_a_session_to_the_next(tmp_path: Any) -> None:
    async with ApiHouse.in_(tmp_path) as api:
        session = session_in(api.house)
        try:
            for _ in range(2):
                await session.connect(OFFER)
                for minute in range(7):
                    api.house.timer.advance(60)
                    await session.report(reported({**STARTED, "item_id": f"u{minute}"}))
            assert session.meter
            usd = session.meter.usd
            await session.connect(OFFER)
            assert session.meter.usd == usd > 0
            api.house.timer.advance(60)
            with pytest.raises(LimitReached, match="limit_minutes"):
                await session.report([])
        finally:
            session.end("stopped")
            await api.finish()


async def test_a_placed_call_ends_between_two_turns_before_its_session_grows_too_old() -> None:
    house = House()
    session = session_in(house)
    await session.connect(OFFER)
    await session.report(reported({**STARTED, "item_id": "u1"}))
    house.timer.advance(LONGEST_SESSION_S - AHEAD_S)
    assert house.registry.live == 1
    await session.report(reported({"type": "input_audio_buffer.cleared"}))
    assert house.registry.live == 0
    assert session.call.closed is None
    session.renew()
    await session.connect(OFFER)
    assert house.registry.live == 1
    session.end("stopped")
    await house.registry.close()


async def test_a_public_tool_runs_here_and_its_output_is_the_clients_to_send(tmp_path: Any) -> None:
    async with ApiHouse.in_(tmp_path) as api:
        session = session_in(api.house, tools={"opening_hours": opening_hours})
        item = {
            "id": "f1",
            "type": "function_call",
            "status": "completed",
            "name": "opening_hours",
            "call_id": "c1",
            "arguments": "{}",
        }
        response = {"id": "r1", "status": "completed", "output": []}
        to_send = await session.report(
            reported(
                {"type": "response.created", "response": {"id": "r1", "status": "in_progress"}},
                {"type": "response.output_item.done", "response_id": "r1", "output_index": 0, "item": item},
                {"type": "response.done", "response": response},
            )
        )
        assert [event["type"] for event in to_send] == ["conversation.item.create", "response.create"]
        assert to_send[0]["item"]["output"] == "nine to five"
        assert await session.report([]) == []
        session.end("stopped")
        await api.finish()


async def test_a_controlled_session_is_seeded_with_its_history_by_the_server(
    controlled: ApiSession, provider: SidebandProvider
) -> None:
    for each in SAID:
        controlled.call.conversation.apply(each.event, 0)
    await controlled.connect(OFFER)
    seed = await provider.received.get()
    assert seed["type"] == "conversation.item.create"
    assert seed["item"]["content"] == [{"type": "input_text", "text": "I lost my card"}]


async def test_a_controlled_session_believes_the_provider_alone(
    controlled: ApiSession, provider: SidebandProvider
) -> None:
    await controlled.connect(OFFER)
    await controlled.report(SAID)
    assert controlled.call.conversation.items == []


async def test_what_is_known_is_pushed_into_a_controlled_call(
    controlled: ApiSession, provider: SidebandProvider
) -> None:
    assert controlled.know({"city": "Lahore"}) is False
    await controlled.connect(OFFER)
    assert controlled.know({"name": "Ayesha", "city": None}) is True
    update = await provider.received.get()
    assert update["type"] == "session.update"
    assert update["session"] == {"type": "realtime", "instructions": controlled.instructions}
    assert '{"name": "Ayesha"}' in controlled.instructions
    assert "Lahore" not in controlled.instructions


async def test_what_is_known_is_the_clients_to_send_where_the_server_has_no_line() -> None:
    house = House()
    session = session_in(house)
    await session.secret()
    assert session.know({"city": "Multan"}) is True
    assert session.know({"city": "Lahore"}) is True
    (update,) = await session.report([])
    assert update["type"] == "session.update"
    assert update["session"] == {"type": "realtime", "instructions": session.instructions}
    assert "Lahore" in session.instructions and "Multan" not in session.instructions
    assert await session.report([]) == []


async def test_what_is_known_is_in_the_instructions_of_the_next_secret() -> None:
    house = House()
    session = session_in(house)
    assert session.know({"city": "Lahore"}) is False
    await session.secret()
    instructions = house.provider.session()["instructions"]
    assert instructions.startswith("Be kind.") and json.dumps({"city": "Lahore"}) in instructions
