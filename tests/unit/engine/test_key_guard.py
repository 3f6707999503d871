from collections.abc import AsyncIterator

import httpx
import pytest

from access.brute_force_guard import FREE_TRIES, BruteForceGuard
from engine.http.app import create_engine
from server.middleware.engine_key_guard import EngineKeyGuard

KEY = "the engine's own key"


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    app = EngineKeyGuard(create_engine(KEY), BruteForceGuard("engine key", b"salt"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as http:
        yield http


async def mint(http: httpx.AsyncClient, key: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {key}"}
    return await http.post("/realtime/client_secrets", headers=headers, json={})


async def test_wrong_keys_of_the_engine_have_to_wait_and_the_right_one_passes(
    http: httpx.AsyncClient,
) -> None:
    answers = [await mint(http, "a guess") for _ in range(FREE_TRIES + 1)]
    assert [answer.status_code for answer in answers] == [401] * FREE_TRIES + [429]
    assert answers[-1].json()["error"]["code"] == "rate_limit_exceeded"
    assert int(answers[-1].headers["retry-after"]) > 0
    assert (await mint(http, KEY)).status_code == 200


async def test_a_page_can_read_how_long_it_has_to_wait(http: httpx.AsyncClient) -> None:
    headers = {"Authorization": "Bearer ek_a_guess", "Origin": "https://app.example"}
    for _ in range(FREE_TRIES + 1):
        answer = await http.post("/realtime/calls", headers=headers)
    assert answer.status_code == 429
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "Retry-After" in answer.headers["access-control-expose-headers"]
