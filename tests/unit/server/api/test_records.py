from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from store.records import Records
from tests.fakes.api_house import KEY, OTHER_KEY, ApiHouse
from tests.fakes.house import OFFER


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[ApiHouse]:
    async with ApiHouse.in_(tmp_path) as api:
        yield api


async def recorded(api: ApiHouse, *words: str) -> str:
    """Record a session in which this was said, and return its id."""
    http = api.http()
    session_id = await api.open(http)
    await api.say(http, session_id, *words)
    await api.finish()
    return session_id


async def test_sessions_come_in_pages_and_each_key_sees_its_own(api: ApiHouse) -> None:
    own = {await api.open(api.http(KEY)) for _ in range(3)}
    await api.open(api.http(OTHER_KEY))
    await api.finish()
    http = api.http(KEY)
    first = (await http.get("/sessions?limit=2")).json()
    second = (await http.get(f"/sessions?limit=2&before={first['next']}")).json()
    assert {each["id"] for each in first["sessions"] + second["sessions"]} == own
    assert (len(first["sessions"]), second["next"]) == (2, None)


async def test_one_session_comes_with_all_that_belongs_to_it(api: ApiHouse) -> None:
    session_id = await recorded(api, "My card is 4111 1111 1111 1111")
    session = (await api.http().get(f"/sessions/{session_id}")).json()
    assert (session["kind"], session["control"], session["persona"]) == ("api", "bridged", "shop")
    assert session["items"][0]["text"] == "My card is •••• •••• •••• 1111"
    assert session["closedAt"] and session["costUsd"] == "0"
    assert (session["toolCalls"], session["usage"], session["profile"]) == ([], [], None)
    assert "owner" not in session


@pytest.mark.parametrize(
    ("form", "kind", "begins"),
    [
        ("txt", "text/plain", "Shop\n"),
        ("json", "application/json", "{"),
        ("md", "text/markdown", "# Shop"),
        ("srt", "application/x-subrip", "1\n00:00:00,000 --> "),
        ("vtt", "text/vtt", "WEBVTT"),
    ],
)
async def test_a_transcript_comes_in_every_form(api: ApiHouse, form: str, kind: str, begins: str) -> None:
    session_id = await recorded(api, "Do you have shoes?")
    answer = await api.http().get(f"/sessions/{session_id}/transcript.{form}")
    assert answer.headers["content-type"].startswith(kind)
    assert f"{session_id}.{form}" in answer.headers["content-disposition"]
    assert answer.text.startswith(begins) and "shoes" in answer.text


async def test_deleting_leaves_nothing_and_ends_what_is_live(api: ApiHouse) -> None:
    http = api.http()
    session_id = await api.open(http, relayed=True)
    await api.say(http, session_id, "Forget me")
    await http.post(f"/session/{session_id}/call", content=OFFER)
    assert (await http.delete(f"/sessions/{session_id}")).status_code == 204
    await api.finish()
    assert await api.records.get_session(session_id) is None
    assert await api.records.items(session_id) == []
    assert api.house.provider.paths[-1] == "/calls/rtc_1/hangup"
    assert (await http.delete(f"/sessions/{session_id}")).status_code == 404


@pytest.mark.parametrize("path", ["", "/transcript.txt"])
async def test_another_keys_record_is_not_to_be_seen(api: ApiHouse, path: str) -> None:
    session_id = await recorded(api, "Private")
    answer = await api.http(OTHER_KEY).get(f"/sessions/{session_id}{path}")
    assert answer.status_code == 404
    assert "Private" not in answer.text


async def test_another_keys_record_is_not_to_be_deleted_or_paged_from(api: ApiHouse) -> None:
    session_id = await recorded(api, "Private")
    stranger = api.http(OTHER_KEY)
    assert (await stranger.delete(f"/sessions/{session_id}")).status_code == 404
    assert (await stranger.get(f"/sessions?before={session_id}")).status_code == 404
    assert await Records(api.database, keep_text=True).get_session(session_id)
