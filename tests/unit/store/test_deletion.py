"""A deleted record stays deleted, in every place that held a copy."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from access.passwords import hash_password
from store.models import ProfileRecord, ToolCallRecord, UsageRecord
from store.records import SessionUnknown
from tests.fakes.api_house import CONTROLLED, ApiHouse
from tests.fakes.house import OFFER, PERSONA
from tests.fakes.kept import NOW

WORDS = "the parcel stands behind the blue gate"
PASSWORD = "a password of the admin"


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[ApiHouse]:
    async with ApiHouse.in_(tmp_path, admin_password_hash=hash_password(PASSWORD)) as api:
        yield api


def admin(api: ApiHouse) -> httpx.AsyncClient:
    client = api.http(None)
    client.auth = httpx.BasicAuth("admin", PASSWORD)
    return client


def said(text: str) -> dict[str, object]:
    item = {
        "id": "item_1",
        "type": "message",
        "role": "user",
        "content": [{"type": "input_text", "text": text}],
    }
    return {"type": "conversation.item.added", "item": item}


async def a_call_in_which_something_was_said(api: ApiHouse) -> str:
    call = api.house.registry.open(PERSONA, "visitor")
    await call.connect(OFFER)
    call.receive(said(WORDS), 0)
    api.house.timer.advance(1)
    await until_recorded(api, call.id)
    return call.id


async def until_recorded(api: ApiHouse, session_id: str) -> None:
    async with asyncio.timeout(30):
        while True:
            if any(WORDS in item.text for item in await api.records.items(session_id)):
                return


def assert_no_trace(folder: Path) -> None:
    for file in folder.rglob("*"):
        assert not file.is_file() or WORDS.encode() not in file.read_bytes(), file


async def test_a_call_whose_page_went_away_cannot_be_carried_on_once_its_record_is_deleted(
    api: ApiHouse, tmp_path: Path
) -> None:
    call_id = await a_call_in_which_something_was_said(api)
    registry = api.house.registry
    call = registry.live_call(call_id)
    assert call
    await call.close("page_left")
    assert registry.left_call(PERSONA, "visitor") is call
    offers: list[bool] = []
    registry.watch_left(lambda: offers.append(registry.left_call(PERSONA, "visitor") is not None))
    assert (await admin(api).delete(f"/sessions/{call_id}")).status_code == 204
    assert offers == [False]
    assert registry.services.of(call_id) is None
    await api.finish()
    assert await api.records.get_session(call_id) is None
    assert_no_trace(tmp_path)


async def test_a_live_call_is_ended_and_its_record_does_not_come_back(api: ApiHouse, tmp_path: Path) -> None:
    call_id = await a_call_in_which_something_was_said(api)
    call = api.house.registry.live_call(call_id)
    assert call
    assert (await admin(api).delete(f"/sessions/{call_id}")).status_code == 204
    assert call.closed and call.closed.reason == "deleted"
    call.receive(said(WORDS), 1)
    await api.finish()
    assert await api.records.get_session(call_id) is None
    assert api.house.registry.left_call(PERSONA, "visitor") is None
    assert_no_trace(tmp_path)


async def test_a_call_that_was_just_carried_on_does_not_bring_its_record_back(api: ApiHouse) -> None:
    """The carried-on call's own writer has not begun yet when the record is deleted."""
    call_id = await a_call_in_which_something_was_said(api)
    registry = api.house.registry
    left = registry.live_call(call_id)
    assert left
    await left.close("page_left")
    registry.resume(left, PERSONA)
    assert (await admin(api).delete(f"/sessions/{call_id}")).status_code == 204
    api.house.timer.advance(1)
    await api.finish()
    assert await api.records.get_session(call_id) is None


@pytest.mark.parametrize(("reason", "asked"), [("stopped", 1), ("deleted", 0)])
async def test_nothing_is_asked_about_a_controlled_call_that_is_deleted(
    api: ApiHouse, reason: str, asked: int
) -> None:
    call = api.house.registry.open(CONTROLLED, "visitor")
    call.conversation.apply(said(WORDS), 0)
    await call.close(reason)
    assert api.house.provider.paths.count("/v1/responses") == asked


async def test_all_that_belongs_to_a_record_goes_with_it(api: ApiHouse, tmp_path: Path) -> None:
    call_id = await a_call_in_which_something_was_said(api)
    await api.records.save_usage(
        UsageRecord(
            session_id=call_id,
            source="response",
            reference="resp_1",
            model="gpt-realtime",
            usage={"total_tokens": 5},
            cost_usd=Decimal(0),
            at=NOW,
        )
    )
    await api.records.save_profile(ProfileRecord(session_id=call_id, schema={}, data={"note": WORDS}, at=NOW))
    await api.records.save_tool_call(
        ToolCallRecord(
            session_id=call_id,
            call_id="tool_1",
            name="look_up",
            status="completed",
            started_at=NOW,
            arguments=WORDS,
            output=WORDS,
        )
    )
    http = admin(api)
    assert (await http.delete(f"/sessions/{call_id}")).status_code == 204
    await api.finish()
    assert (await http.get(f"/sessions/{call_id}")).status_code == 404
    assert (await http.get(f"/sessions/{call_id}/transcript.txt")).status_code == 404
    assert (await http.get("/sessions")).json()["sessions"] == []
    records = api.records
    for kept in (records.items, records.usage, records.tool_calls):
        assert await kept(call_id) == []
    assert await records.profile(call_id) is None
    assert_no_trace(tmp_path)


async def test_a_deleted_session_cannot_be_begun_again(api: ApiHouse) -> None:
    call_id = await a_call_in_which_something_was_said(api)
    record = await api.records.get_session(call_id)
    assert record
    await api.records.delete_session(call_id)
    with pytest.raises(SessionUnknown):
        await api.records.open_session(record)
