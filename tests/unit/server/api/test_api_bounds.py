"""What a client of the API may send: bounded in size, depth and rate, with a clear answer beyond."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from calls.channels.api_session import ReportedEvent
from calls.channels.api_session_registry import UNITS_PER_MINUTE
from calls.registry import CallRefused
from calls.time_slice import TimeSlice
from tests.fakes import turns
from tests.fakes.api_house import ApiHouse

AS_JSON = {"Content-Type": "application/json"}
WORD = "a caller's own words"


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[ApiHouse]:
    async with ApiHouse.in_(tmp_path) as api:
        yield api


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": value}
    return value


def done(usage: Any, response_id: str = "resp_1") -> dict[str, Any]:
    response = {"id": response_id, "status": "completed", "output": [], "usage": usage}
    return {"type": "response.done", "response": response}


async def recorded(api: ApiHouse, *events: dict[str, Any]) -> dict[str, Any]:
    """Report these events as a client and return the record of the session."""
    http = api.http()
    session_id = await api.open(http)
    body = json.dumps({"events": events})
    answer = await http.post(f"/session/{session_id}/events", content=body, headers=AS_JSON)
    assert answer.status_code == 200, answer.text
    await api.finish()
    record = await http.get(f"/sessions/{session_id}")
    assert record.status_code == 200, record.text
    return dict(record.json())


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"events": [done(nested(300))]}),
        json.dumps({"events": [{"type": "x", "a": ["y"] * 30_000}]}),
        json.dumps({"events": [{"type": "x" * 200_000}]}),
        '{"events": ' + "[" * 100_000,
        '{"events": [' + "1" * 10_000 + "]}",
        '{"\\ud800": 1}',
        json.dumps({"a" * 100_000: 1}),
        json.dumps({"events": [{"type": "x"}], "half \ud800 a pair": 1}),
        json.dumps({f"field {number}": 1 for number in range(5000)}),
    ],
)
async def test_a_report_that_is_too_large_or_too_deep_is_refused_in_one_sentence(
    api: ApiHouse, body: str
) -> None:
    http = api.http()
    session_id = await api.open(http)
    answer = await http.post(f"/session/{session_id}/events", content=body, headers=AS_JSON)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_request")
    assert len(answer.text) < 3000


async def test_a_schema_that_is_nested_too_deep_is_refused(api: ApiHouse) -> None:
    http = api.http()
    session_id = await api.open(http)
    schema = {"type": "object", "properties": nested(200)}
    answer = await http.post("/extract-profile", json={"sessionId": session_id, "schema": schema})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_request")


async def test_usage_holds_known_numbers_and_nothing_else(api: ApiHouse) -> None:
    usage = {
        "input_tokens": 320,
        "output_tokens": -1,
        "total_tokens": "320",
        "note": WORD,
        WORD: 5,
        "input_token_details": {"audio_tokens": 3, "deeper": {"note": "\ud800"}},
        "output_token_details": WORD,
    }
    (row,) = (await recorded(api, done(usage)))["usage"]
    assert row["usage"] == {"input_tokens": 320, "input_token_details": {"audio_tokens": 3}}


async def test_half_a_surrogate_pair_in_what_was_said_can_be_read_again(api: ApiHouse) -> None:
    record = await recorded(api, *turns.typed("user_1", "one \ud800 two"), done({"note": "\ud800"}))
    assert [item["text"] for item in record["items"]] == ["one ? two"]


async def test_a_name_with_half_a_surrogate_pair_is_repaired(api: ApiHouse) -> None:
    await recorded(api, {"type": "response.done", "half \ud800 a pair": 1})


async def test_a_profile_with_half_a_surrogate_pair_can_be_read_again(api: ApiHouse) -> None:
    http = api.http()
    session_id = await api.open(http)
    await api.say(http, session_id, "Lahore")
    api.write_next({"city": "\ud800", **dict.fromkeys(("name", "phone", "account_type", "need"))})
    answer = await http.post("/extract-profile", json={"sessionId": session_id})
    assert (answer.status_code, answer.json()["profile"]["city"]) == (200, "?")
    assert (await http.get(f"/sessions/{session_id}")).status_code == 200


async def test_a_tool_that_the_persona_does_not_have_is_kept_without_its_name(api: ApiHouse) -> None:
    call = {"id": "tool_1", "type": "function_call", "name": "my_card_4111", "call_id": "c1"}
    item = {**call, "status": "completed", "arguments": "{}"}
    event = {"type": "response.output_item.done", "response_id": "r1", "output_index": 0, "item": item}
    (row,) = (await recorded(api, event))["toolCalls"]
    assert row["name"] == "unknown"


async def test_the_event_loop_does_other_things_between_slices_of_a_report(
    api: ApiHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TimeSlice, "is_over", True)
    http = api.http()
    session = api.book.get(await api.open(http), None)
    assert session
    turns_of_loop = 0

    async def count() -> None:
        nonlocal turns_of_loop
        while True:
            turns_of_loop += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    typed = [each for number in range(100) for each in turns.typed(f"user_{number}", "x")]
    events = [ReportedEvent(each) for each in typed]
    await session.report(events)
    counting.cancel()
    assert turns_of_loop >= len(events)


async def test_two_reports_at_once_are_taken_in_one_after_the_other(api: ApiHouse) -> None:
    http = api.http()
    session = api.book.get(await api.open(http), None)
    assert session
    first, second = (
        [ReportedEvent(e) for n in range(50) for e in turns.typed(f"{who}_{n}", "x" * 2000)] for who in "ab"
    )
    await asyncio.gather(session.report(first), session.report(second))
    assert [item.id[0] for item in session.call.conversation.items] == ["a"] * 50 + ["b"] * 50


async def test_a_key_that_reports_too_much_in_a_minute_is_told_to_wait(api: ApiHouse) -> None:
    http = api.http()
    session_id = await api.open(http)
    session = api.book.get(session_id, None)
    assert session
    api.book.check_report(session.owner, UNITS_PER_MINUTE)
    answer = await http.post(f"/session/{session_id}/events", json={"items": [{"role": "user", "text": "x"}]})
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "too_fast")
    assert answer.headers["retry-after"] == "60"
    api.book.check_report("another key", 1)
    with pytest.raises(CallRefused):
        api.book.check_report(session.owner, 1)
