import asyncio
import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from access.brute_force_guard import FREE_TRIES
from access.passwords import hash_password
from server.api.authentication import owner_of
from tests.fakes.api_house import KEY, OTHER_KEY, OUTSIDE, ApiHouse

PASSWORD = "correct horse"
HASH = hash_password(PASSWORD)


def basic(password: str, user: str = "admin") -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"}


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[ApiHouse]:
    async with ApiHouse.in_(tmp_path, admin_password_hash=HASH) as api:
        yield api


@pytest.fixture
async def keyless(tmp_path: Path) -> AsyncIterator[ApiHouse]:
    async with ApiHouse.in_(tmp_path, api_keys="") as api:
        yield api


ROUTES = [
    ("POST", "/token"),
    ("POST", "/session"),
    ("POST", "/session/renew"),
    ("POST", "/session/x/call"),
    ("POST", "/session/x/events"),
    ("POST", "/session/x/end"),
    ("POST", "/extract-profile"),
    ("GET", "/sessions"),
    ("GET", "/sessions/x"),
    ("GET", "/sessions/x/transcript.txt"),
    ("DELETE", "/sessions/x"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("key", [None, "a-key-that-nobody-has", ""])
async def test_no_route_answers_without_a_right_key(
    api: ApiHouse, method: str, path: str, key: str | None
) -> None:
    answer = await api.http(key).request(method, path, json={"sessionId": "x"} if method == "POST" else None)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"]
    assert api.house.provider.requests == []


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_without_keys_no_route_answers_another_machine(
    keyless: ApiHouse, method: str, path: str
) -> None:
    body = {"sessionId": "x"} if method == "POST" else None
    answer = await keyless.http(None).request(method, path, json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "local_only")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8080", "[::1]:8080"])
async def test_without_keys_this_machine_itself_is_answered(keyless: ApiHouse, host: str) -> None:
    http = keyless.http(None, address="127.0.0.1", host=host)
    assert (await http.post("/token", json={})).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"X-Real-IP": "127.0.0.1"},
        {"Via": "1.1 proxy"},
        {"X-Forwarded-Proto": "https"},
        {"X-Forwarded-Anything": "x"},
        {"CF-Connecting-IP": "127.0.0.1"},
        {"True-Client-IP": "127.0.0.1"},
        {"X-Client-IP": "127.0.0.1"},
        {"X-Cluster-Client-IP": "127.0.0.1"},
        {"Fly-Client-IP": "127.0.0.1"},
        {"Fastly-Client-IP": "127.0.0.1"},
        {"X-Original-Host": "localhost"},
        {"Host": "rebound.example"},
        {"Host": "localhost.example"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
    ],
)
async def test_a_proxy_or_a_page_of_elsewhere_is_not_this_machine(
    keyless: ApiHouse, headers: dict[str, str]
) -> None:
    http = keyless.http(None, address="127.0.0.1", host="localhost")
    assert (await http.post("/token", json={}, headers=headers)).status_code == 403


async def test_wrong_keys_have_to_wait_and_a_right_one_passes_from_the_same_address_too(
    api: ApiHouse,
) -> None:
    wrong = api.http("a-key-that-nobody-has")
    for _ in range(FREE_TRIES):
        assert (await wrong.get("/sessions")).status_code == 401
    answer = await wrong.get("/sessions")
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "too_many_tries")
    assert int(answer.headers["retry-after"]) > 0
    assert (await api.http(KEY).get("/sessions")).status_code == 200
    assert (await api.http(KEY, address="198.51.100.1").get("/sessions")).status_code == 200


async def test_a_right_key_is_never_too_many(api: ApiHouse) -> None:
    http = api.http()
    for _ in range(FREE_TRIES + 2):
        assert (await http.get("/sessions")).status_code == 200


async def test_the_admin_sees_every_record_and_a_key_its_own(api: ApiHouse) -> None:
    await api.open(api.http(KEY))
    await api.open(api.http(OTHER_KEY))
    api.house.open()
    await api.finish()
    own = (await api.http(KEY).get("/sessions")).json()["sessions"]
    everything = (await api.http(None).get("/sessions", headers=basic(PASSWORD))).json()["sessions"]
    assert (len(own), len(everything)) == (1, 3)


async def test_without_a_password_hash_there_is_no_admin(tmp_path: Path) -> None:
    async with ApiHouse.in_(tmp_path) as api:
        for password in ("", PASSWORD):
            answer = await api.http(None).get("/sessions", headers=basic(password))
            assert answer.status_code == 401


@pytest.mark.parametrize(
    "headers",
    [basic("wrong"), basic(PASSWORD, "root"), basic(""), {"Authorization": "Basic %%%"}],
)
async def test_a_wrong_admin_is_denied(api: ApiHouse, headers: dict[str, str]) -> None:
    assert (await api.http(None).get("/sessions", headers=headers)).status_code == 401


async def test_the_admins_password_is_tried_so_many_times_a_minute(api: ApiHouse) -> None:
    http = api.http(None)
    for _ in range(FREE_TRIES):
        await http.get("/sessions", headers=basic("wrong", "root"))
    assert (await http.get("/sessions", headers=basic(PASSWORD))).status_code == 429


async def test_the_admin_opens_no_sessions(api: ApiHouse) -> None:
    answer = await api.http(None).post("/session", json={}, headers=basic(PASSWORD))
    assert answer.status_code == 401


def test_records_name_a_key_by_its_hash() -> None:
    assert owner_of(KEY) == owner_of(KEY) != owner_of(OTHER_KEY)
    assert KEY not in owner_of(KEY) and OUTSIDE not in owner_of(KEY)


async def test_simultaneous_tries_of_the_password_are_counted_before_they_are_hashed(
    api: ApiHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []

    def hash_wrong(password: str, _: str) -> bool:
        hashed.append(password)
        return False

    monkeypatch.setattr("server.api.authentication.is_password", hash_wrong)
    http = api.http(None)
    answers = await asyncio.gather(
        *(http.get("/sessions", headers=basic(f"guess {n}")) for n in range(3 * FREE_TRIES))
    )
    assert len(hashed) == FREE_TRIES
    assert sorted({answer.status_code for answer in answers}) == [401, 429]


async def test_the_right_password_passes_while_other_addresses_guess(api: ApiHouse) -> None:
    for number in range(2 * FREE_TRIES):
        guesser = api.http(None, address=f"9.9.9.{number % 15 + 1}")
        await guesser.get("/sessions", headers=basic("wrong", "root"))
    assert (await api.http(None).get("/sessions", headers=basic(PASSWORD))).status_code == 200


async def test_a_right_password_is_never_too_many_at_once(api: ApiHouse) -> None:
    http = api.http(None)
    await http.get("/sessions", headers=basic(PASSWORD))
    answers = await asyncio.gather(
        *(http.get("/sessions", headers=basic(PASSWORD)) for _ in range(2 * FREE_TRIES))
    )
    assert {answer.status_code for answer in answers} == {200}
