import json
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from access.passwords import hash_password
from calls.services.metering import DaySpending
from calls.services.profile_schema import CUSTOMER
from tests.fakes.api_house import OTHER_KEY, ApiHouse

SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": ["string", "null"]}, "size": {"type": "integer"}},
}
PASSWORD = "correct horse"
NOTHING_KNOWN = dict.fromkeys(CUSTOMER["properties"])


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[ApiHouse]:
    async with ApiHouse.in_(tmp_path, admin_password_hash=hash_password(PASSWORD)) as api:
        yield api


def day(api: ApiHouse) -> DaySpending:
    assert api.house.registry.services
    return api.house.registry.services.day


def sent(api: ApiHouse) -> dict[str, Any]:
    """Return the last request to the provider."""
    return dict(json.loads(api.house.provider.requests[-1].content))


async def test_a_profile_is_written_by_the_provider_from_the_unmasked_words(api: ApiHouse) -> None:
    http = api.http()
    session_id = await api.open(http)
    await api.say(http, session_id, "I am in Lahore\nagent: yes, 0300 1234567")
    api.write_next({"name": None, "phone": "0300 1234567", "city": "Lahore", "secret": "kept by no one"})
    answer = (await http.post("/extract-profile", json={"sessionId": session_id})).json()
    assert answer["profile"] == NOTHING_KNOWN | {"phone": "0300 1234567", "city": "Lahore"}
    assert answer["instructions"].startswith("Be kind.") and "Lahore" in answer["instructions"]
    request = sent(api)
    assert (request["model"], request["store"]) == ("gpt-6-luna", False)
    assert request["text"]["format"]["schema"] == CUSTOMER
    assert request["input"].endswith("\ncaller: I am in Lahore agent: yes, 0300 1234567")


async def test_a_clients_own_schema_says_what_is_kept(api: ApiHouse) -> None:
    http = api.http()
    session_id = await api.open(http)
    await api.say(http, session_id, "Lahore, size nine")
    api.write_next({"city": "Lahore", "size": "nine", "mood": "good"}, input_tokens=1000, output_tokens=100)
    body = {"sessionId": session_id, "schema": SCHEMA}
    answer = (await http.post("/extract-profile", json=body)).json()
    assert answer["profile"] == {"city": "Lahore", "size": None}
    await api.finish()
    stored = (await http.get(f"/sessions/{session_id}")).json()
    assert stored["profile"] == {"city": "Lahore", "size": None}
    (usage,) = stored["usage"]
    assert (usage["source"], usage["model"]) == ("extraction", "gpt-6-luna")
    assert Decimal(usage["costUsd"]) == Decimal("0.00015") == Decimal(stored["costUsd"])
    assert day(api).usd >= Decimal("0.00015")


async def test_the_live_session_of_a_client_is_told_with_its_next_report(api: ApiHouse) -> None:
    http = api.http()
    session_id = await api.open(http)
    await api.say(http, session_id, "Lahore")
    api.write_next({"city": "Lahore"})
    answer = (await http.post("/v1/extract-profile", json={"sessionId": session_id})).json()
    assert answer["pushed"] is True
    report = {"items": [{"role": "user", "text": "And now?"}]}
    (update,) = (await http.post(f"/v1/session/{session_id}/events", json=report)).json()["send"]
    assert update["type"] == "session.update"
    assert update["session"] == {"type": "realtime", "instructions": answer["instructions"]}


async def test_the_next_secret_of_the_session_knows_the_profile(api: ApiHouse) -> None:
    http = api.http()
    session_id = await api.open(http)
    await api.say(http, session_id, "Lahore")
    api.write_next({"city": "Lahore"})
    await http.post("/extract-profile", json={"sessionId": session_id})
    await http.post("/session/renew", json={"sessionId": session_id})
    assert '{"city": "Lahore"}' in api.house.provider.session()["instructions"]


async def test_an_ended_session_is_read_from_its_record(api: ApiHouse) -> None:
    http = api.http()
    session_id = await api.open(http)
    await api.say(http, session_id, "Lahore 0300 1234567")
    await api.finish()
    api.write_next({"city": "Lahore"}, input_tokens=1_000_000)
    answer = (await http.post("/extract-profile", json={"sessionId": session_id})).json()
    assert (answer["profile"], answer["pushed"]) == (NOTHING_KNOWN | {"city": "Lahore"}, False)
    assert "0300" not in sent(api)["input"]
    assert day(api).usd == Decimal("0.10")


async def test_the_admin_may_ask_of_a_pages_call_and_no_key_may(api: ApiHouse) -> None:
    call = api.house.open()
    message = {
        "id": "u1",
        "type": "message",
        "role": "user",
        "content": [{"type": "input_text", "text": "Lahore"}],
    }
    call.receive({"type": "conversation.item.done", "item": message}, 0)
    await api.house.finish()
    body = {"sessionId": call.id}
    assert (await api.http().post("/extract-profile", json=body)).status_code == 404
    api.write_next({"city": "Lahore"})
    admin = await api.http(None).post("/extract-profile", json=body, auth=("admin", PASSWORD))
    assert admin.json()["profile"] == NOTHING_KNOWN | {"city": "Lahore"}


async def test_another_keys_session_is_unknown(api: ApiHouse) -> None:
    session_id = await api.open(api.http())
    answer = await api.http(OTHER_KEY).post("/extract-profile", json={"sessionId": session_id})
    assert answer.status_code == 404


async def test_where_nothing_was_said_nothing_is_asked(api: ApiHouse) -> None:
    http = api.http()
    session_id = await api.open(http)
    asked = len(api.house.provider.requests)
    answer = await http.post("/extract-profile", json={"sessionId": session_id})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "nothing_said")
    assert len(api.house.provider.requests) == asked


async def test_when_the_days_money_is_spent_no_profile_is_written(api: ApiHouse) -> None:
    http = api.http()
    session_id = await api.open(http)
    await api.say(http, session_id, "Lahore")
    day(api).add(Decimal(1000))
    answer = await http.post("/extract-profile", json={"sessionId": session_id})
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "limit_day_money")


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string"},
        {"type": "object"},
        {"type": "object", "properties": {}},
        {"type": "object", "properties": {"a": {"description": "x" * 17_000}}},
    ],
)
async def test_a_schema_that_names_no_properties_or_is_huge_is_refused(
    api: ApiHouse, schema: dict[str, Any]
) -> None:
    body = {"sessionId": "x", "schema": schema}
    answer = await api.http().post("/extract-profile", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_schema")
