from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from calls.channels.api_session import SECRET_SECONDS
from calls.channels.api_session_registry import STARTS_PER_MINUTE
from calls.services.recording import RETRY_S
from store.database import StoreFailure
from tests.fakes import turns
from tests.fakes.api_house import CONTROLLED, KEY, OTHER_KEY, ApiHouse
from tests.fakes.house import OFFER
from tests.fakes.rest_provider import ANSWER


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[ApiHouse]:
    async with ApiHouse.in_(tmp_path) as api:
        yield api


async def test_a_token_is_a_secret_that_lives_a_minute_with_what_the_provider_said(api: ApiHouse) -> None:
    answer = await api.http().post("/token", json={"model": "gpt-realtime-2.1", "voice": "coral"})
    token = answer.json()
    assert (token["clientSecret"], token["expiresAt"]) == ("ek_1", 1790000000)
    assert token["raw"] == {"value": "ek_1", "expires_at": 1790000000}
    minted = api.house.provider.requests[-1]
    assert b'"seconds":%d' % SECRET_SECONDS in minted.content.replace(b" ", b"")
    session = api.house.provider.session()
    assert (session["model"], session["audio"]["output"]["voice"]) == ("gpt-realtime-2.1", "coral")


async def test_a_session_is_a_secret_and_a_record_of_the_key_that_opened_it(api: ApiHouse) -> None:
    wanted = {"persona": "shop", "transcription": "whisper-1"}
    answer = await api.http().post("/session", json=wanted)
    assert answer.status_code == 201
    assert answer.json()["clientSecret"] == "ek_1"
    assert api.house.provider.session()["audio"]["input"]["transcription"]["model"] == "whisper-1"
    await api.finish()
    record = await api.records.get_session(answer.json()["sessionId"])
    assert record and (record.kind, record.reason) == ("api", "server_stopping")
    assert record.owner and KEY not in record.owner


@pytest.mark.parametrize("path", ["/v1/token", "/v1/session", "/token", "/session"])
async def test_a_body_is_optional(api: ApiHouse, path: str) -> None:
    answer = await api.http().post(path)
    assert answer.is_success, answer.text
    assert answer.json()["clientSecret"] == "ek_1"


async def test_the_answer_says_where_to_post_the_offer(api: ApiHouse) -> None:
    http = api.http()
    token = (await http.post("/v1/token")).json()
    opened = (await http.post("/v1/session")).json()
    assert token["callsUrl"] == opened["callsUrl"] == "https://api.openai.com/v1/realtime/calls"
    renewed = (await http.post("/v1/session/renew", json={"sessionId": opened["sessionId"]})).json()
    assert renewed["callsUrl"] == opened["callsUrl"]
    relayed = (await http.post("/v1/session", json={"relayed": True})).json()
    path = f"/v1/session/{relayed['sessionId']}/call"
    assert relayed["callsUrl"] == f"http://guftagu.example{path}"
    assert (await http.post(path, content=OFFER)).status_code == 201


@pytest.mark.parametrize(
    ("public_url", "origin"),
    [(None, "http://guftagu.example"), ("https://a.example", "https://a.example")],
)
async def test_the_engine_is_at_the_address_of_this_server(
    tmp_path: Path, public_url: str | None, origin: str
) -> None:
    async with ApiHouse.in_(tmp_path, openai_api_key=None, public_url=public_url) as api:
        token = (await api.http().post("/v1/token")).json()
    assert token["callsUrl"] == f"{origin}/engine/v1/realtime/calls"


async def test_a_model_that_is_still_served_may_be_chosen_and_one_that_was_shut_down_not(
    tmp_path: Path,
) -> None:
    wanted = {"model": "gpt-realtime", "voice": "marin"}
    async with ApiHouse.in_(tmp_path, today=lambda: date(2027, 1, 19)) as api:
        assert (await api.http().post("/v1/token", json=wanted)).status_code == 200
        assert api.house.provider.session()["model"] == "gpt-realtime"
    async with ApiHouse.in_(tmp_path, today=lambda: date(2027, 1, 20)) as api:
        answer = await api.http().post("/v1/token", json=wanted)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "not_allowed")


async def test_a_client_gets_the_secret_of_a_transcription_session(api: ApiHouse) -> None:
    http = api.http()
    wanted = {"type": "transcription", "transcription": "gpt-live-transcribe", "language": "en"}
    for path in ("/v1/token", "/v1/session"):
        answer = await http.post(path, json=wanted)
        assert answer.is_success, answer.text
        session = api.house.provider.session()
        assert session["type"] == "transcription" and "instructions" not in session
        heard = session["audio"]["input"]
        assert (heard["transcription"]["model"], heard["transcription"]["languages"]) == (
            "gpt-live-transcribe",
            ["en"],
        )
        assert heard["turn_detection"] is None, "it leaves the end of an utterance to the client"


async def test_a_transcription_session_is_recorded_renewed_and_told_nothing(api: ApiHouse) -> None:
    http = api.http()
    session_id = await api.open(http, type="transcription")
    events = [*turns.speech_heard("u1"), *turns.transcribed("u1", "Good morning")]
    await http.post(f"/v1/session/{session_id}/events", json={"events": events})
    api.write_next({"city": "Lahore"})
    profile = await http.post("/v1/extract-profile", json={"sessionId": session_id})
    assert profile.json()["pushed"] is False
    assert (await http.post("/v1/session/renew", json={"sessionId": session_id})).json()["history"] == []
    sent = (await http.post(f"/v1/session/{session_id}/events", json={})).json()["send"]
    assert sent == []
    await api.finish()
    assert [item.text for item in await api.records.items(session_id)] == ["Good morning"]


@pytest.mark.parametrize(
    "wanted",
    [
        {"type": "transcription", "model": "gpt-realtime-2.1"},
        {"type": "transcription", "transcription": "whisper-9"},
        {"language": "en"},
        {"type": "translation"},
    ],
)
async def test_what_does_not_fit_the_type_of_session_is_refused(
    api: ApiHouse, wanted: dict[str, Any]
) -> None:
    answer = await api.http().post("/v1/session", json=wanted)
    assert (answer.status_code, api.house.provider.requests) == (400, [])


async def test_items_may_carry_their_times(api: ApiHouse) -> None:
    http = api.http()
    session_id = await api.open(http)
    items = [
        {"role": "user", "text": "I lost my card", "startedAtMs": 1200, "endedAtMs": 2700},
        {"role": "assistant", "text": "I block it", "startedAtMs": 3000, "endedAtMs": 4100},
    ]
    answer = await http.post(f"/v1/session/{session_id}/events", json={"items": items})
    assert answer.json() == {"taken": 2, "send": []}
    wrong = {"role": "user", "text": "x", "startedAtMs": 10, "endedAtMs": 9}
    assert (await http.post(f"/v1/session/{session_id}/events", json={"items": [wrong]})).status_code == 400
    await api.finish()
    kept = [(item.started_at_ms, item.ended_at_ms) for item in await api.records.items(session_id)]
    assert kept == [(0, 1500), (1800, 2900)]


async def test_a_session_that_cannot_be_recorded_is_not_opened(
    api: ApiHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(*args: object) -> None:
        raise StoreFailure("OperationalError")

    monkeypatch.setattr(api.records, "open_session", failing)
    answer = await api.http().post("/session", json={})
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "store_unavailable")
    assert not api.house.provider.requests
    monkeypatch.undo()
    api.house.timer.advance(RETRY_S)


@pytest.mark.parametrize(
    "wanted",
    [
        {"model": "gpt-4o"},
        {"voice": "nobody"},
        {"persona": "../shop"},
        {"transcription": "gpt-live-transcribe"},
        {"instructions": "Obey."},
        {"model": 7},
    ],
)
async def test_what_is_not_on_the_list_is_refused_and_costs_nothing(
    api: ApiHouse, wanted: dict[str, Any]
) -> None:
    answer = await api.http().post("/session", json=wanted)
    assert answer.status_code == 400
    assert next(iter(wanted)) in answer.json()["error"]["message"]
    assert api.house.provider.requests == []


async def test_a_controlled_persona_hands_out_no_secret_however_it_is_asked(api: ApiHouse) -> None:
    http = api.http()
    answer = await http.post("/session", json={"persona": CONTROLLED.name})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "relay_needed")
    opened = await http.post("/session", json={"persona": CONTROLLED.name, "relayed": True})
    assert opened.json()["clientSecret"] is None
    renewed = await http.post("/session/renew", json={"sessionId": opened.json()["sessionId"]})
    assert renewed.json()["clientSecret"] is None
    assert api.house.provider.requests == []


async def test_where_all_calls_are_controlled_there_are_no_tokens(tmp_path: Path) -> None:
    async with ApiHouse.in_(tmp_path, control="sideband") as api:
        for wanted in ({}, {"type": "transcription"}):
            assert (await api.http().post("/token", json=wanted)).status_code == 403
        relayed = {"type": "transcription", "relayed": True}
        assert (await api.http().post("/session", json=relayed)).status_code == 201


async def test_what_the_client_reports_is_recorded_as_its_word(api: ApiHouse) -> None:
    http = api.http()
    session_id = await api.open(http)
    events = [*turns.speech_heard("u1"), *turns.transcribed("u1", "Do you have shoes?")]
    answer = await http.post(f"/session/{session_id}/events", json={"events": events})
    assert answer.json() == {"taken": len(events), "send": []}
    await http.post(
        f"/session/{session_id}/events", json={"items": [{"role": "assistant", "text": "We have two."}]}
    )
    await api.finish()
    items = await api.records.items(session_id)
    assert [(item.role, item.text, item.source) for item in items] == [
        ("user", "Do you have shoes?", "client"),
        ("assistant", "We have two.", "client"),
    ]


async def test_an_item_reported_twice_under_its_id_is_one_item(api: ApiHouse) -> None:
    http = api.http()
    session_id = await api.open(http)
    for _ in range(2):
        item = {"role": "user", "text": "Hello", "id": "m1"}
        await http.post(f"/session/{session_id}/events", json={"items": [item]})
    await api.finish()
    assert len(await api.records.items(session_id)) == 1


async def test_renewing_keeps_the_record_and_gives_the_history_unmasked(api: ApiHouse) -> None:
    http = api.http()
    session_id = await api.open(http)
    await api.say(http, session_id, "My card is 4111 1111 1111 1111")
    renewed = (await http.post("/session/renew", json={"sessionId": session_id})).json()
    assert (renewed["sessionId"], renewed["clientSecret"]) == (session_id, "ek_2")
    (seed,) = renewed["history"]
    assert seed["type"] == "conversation.item.create"
    assert seed["item"]["content"] == [{"type": "input_text", "text": "My card is 4111 1111 1111 1111"}]
    await api.say(http, session_id, "It is lost")
    await api.finish()
    texts = [item.text for item in await api.records.items(session_id)]
    assert texts == ["My card is •••• •••• •••• 1111", "It is lost"]


async def test_the_first_item_of_a_renewed_session_stands_behind_the_earlier_ones(api: ApiHouse) -> None:
    http = api.http()
    session_id = await api.open(http)
    second = [*turns.speech_heard("u2"), *turns.transcribed("u2", "Two")]
    await api.say(http, session_id, "Zero", "One")
    await http.post("/session/renew", json={"sessionId": session_id})
    await http.post(f"/session/{session_id}/events", json={"events": second})
    await api.finish()
    assert [item.text for item in await api.records.items(session_id)] == ["Zero", "One", "Two"]


async def test_an_offer_is_relayed_with_the_servers_key_and_holds_a_place(api: ApiHouse) -> None:
    http = api.http()
    session_id = await api.open(http, relayed=True, voice="coral")
    assert api.house.registry.live == 0
    answer = await http.post(f"/session/{session_id}/call", content=OFFER)
    assert (answer.status_code, answer.text) == (201, ANSWER)
    assert api.house.provider.requests[-1].headers["authorization"] == "Bearer sk-test"
    assert api.house.provider.session()["audio"]["output"]["voice"] == "coral"
    assert api.house.registry.live == 1


async def test_a_further_call_of_a_session_takes_the_place_of_the_one_before(api: ApiHouse) -> None:
    http = api.http()
    session_id = await api.open(http, relayed=True)
    for _ in range(2):
        assert (await http.post(f"/session/{session_id}/call", content=OFFER)).status_code == 201
    assert api.house.registry.live == 1
    await api.finish()
    assert sorted(api.house.provider.paths) == [
        "/calls",
        "/calls",
        "/calls/rtc_1/hangup",
        "/calls/rtc_2/hangup",
    ]


async def test_a_full_house_takes_no_offer(tmp_path: Path) -> None:
    async with ApiHouse.in_(tmp_path, max_calls=1) as api:
        http = api.http()
        await api.house.open().connect(OFFER)
        session_id = await api.open(http, relayed=True)
        answer = await http.post(f"/session/{session_id}/call", content=OFFER)
        assert (answer.status_code, answer.json()["error"]["code"]) == (429, "calls_full")
        assert int(answer.headers["retry-after"]) > 0


async def test_ending_hangs_up_and_closes_the_record(api: ApiHouse) -> None:
    http = api.http()
    session_id = await api.open(http, relayed=True)
    await http.post(f"/session/{session_id}/call", content=OFFER)
    assert (await http.post(f"/session/{session_id}/end")).status_code == 204
    assert (await http.post(f"/session/{session_id}/end")).status_code == 404
    await api.finish()
    record = await api.records.get_session(session_id)
    assert record and record.closed_at and record.reason == "stopped"
    assert api.house.provider.paths[-1] == "/calls/rtc_1/hangup"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/session/renew", {"sessionId": "{}"}),
        ("/session/{}/events", {"items": []}),
        ("/session/{}/end", {}),
        ("/session/{}/call", {}),
        ("/extract-profile", {"sessionId": "{}"}),
    ],
)
async def test_another_keys_session_is_as_unknown_as_one_that_never_was(
    api: ApiHouse, path: str, body: dict[str, Any]
) -> None:
    owned = await api.open(api.http())
    answers = []
    for session_id in (owned, "session_000000000000000000000000"):
        filled = {name: session_id if value == "{}" else value for name, value in body.items()}
        answers.append(await api.http(OTHER_KEY).post(path.format(session_id), json=filled))
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json() == answers[1].json()


async def test_a_key_that_starts_too_often_waits_and_others_do_not(api: ApiHouse) -> None:
    http = api.http()
    for _ in range(STARTS_PER_MINUTE):
        await http.post("/token", json={})
    answer = await http.post("/token", json={})
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "starts_exceeded")
    assert (await api.http(OTHER_KEY).post("/token", json={})).status_code == 200


async def test_calls_of_a_session_count_as_starts(api: ApiHouse) -> None:
    http = api.http()
    session_id = await api.open(http, relayed=True)
    for _ in range(STARTS_PER_MINUTE - 1):
        answer = await http.post(f"/session/{session_id}/call", content=OFFER)
        assert answer.status_code == 201
    answer = await http.post(f"/session/{session_id}/call", content=OFFER)
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "starts_exceeded")


async def test_when_the_days_money_is_spent_nothing_is_minted(api: ApiHouse) -> None:
    services = api.house.registry.services
    assert services
    services.day.add(Decimal(1000))
    answer = await api.http().post("/session", json={})
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "limit_day_money")
    assert api.house.provider.requests == []


async def test_a_providers_refusal_is_told_without_its_words(api: ApiHouse) -> None:
    api.house.provider.refuse(401, {"error": {"message": "bad sk-test"}})
    answer = await api.http().post("/session", json={})
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "provider_unauthorized")
    assert "sk-test" not in answer.text


async def test_a_controlled_session_takes_no_reports(api: ApiHouse) -> None:
    http = api.http()
    session_id = await api.open(http, persona=CONTROLLED.name, relayed=True)
    answer = await http.post(f"/session/{session_id}/events", json={"items": []})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "session_controlled")
