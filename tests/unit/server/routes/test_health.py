import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from server.routes.health import REMEMBERED_SECONDS, WRITE_REMEMBERED_SECONDS, Readiness
from store.database import StoreFailure
from tests.fakes.api_house import ApiHouse


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[ApiHouse]:
    async with ApiHouse.in_(tmp_path) as api:
        yield api


async def test_a_running_server_is_healthy_whatever_its_provider_does(api: ApiHouse) -> None:
    answer = await api.http(None).get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert api.house.provider.requests == []


async def test_a_server_whose_database_and_provider_answer_is_ready(api: ApiHouse) -> None:
    assert (await api.http(None).get("/readyz")).status_code == 200


async def test_a_provider_that_refuses_the_key_is_there(api: ApiHouse) -> None:
    api.house.provider.refuse(401)
    assert (await api.http(None).get("/readyz")).status_code == 200


async def test_a_provider_out_of_reach_makes_it_unready_and_is_not_asked_each_time(api: ApiHouse) -> None:
    api.house.provider.raise_next(httpx.ConnectError)
    http = api.http(None)
    for _ in range(3):
        answer = await http.get("/readyz")
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "not_ready")
    assert len(api.house.provider.requests) == 1
    api.house.timer.advance(REMEMBERED_SECONDS)
    assert (await http.get("/readyz")).status_code == 200


async def test_a_database_that_does_not_answer_is_named() -> None:
    async def failing() -> None:
        raise StoreFailure("OperationalError")

    async def reached() -> bool:
        return True

    assert await Readiness(failing, reached).missing() == "database"


async def test_a_row_is_written_at_most_every_ten_seconds_however_often_and_many_ask() -> None:
    now, writes, may_write = 0.0, 0, True

    async def write() -> None:
        nonlocal writes
        writes += 1
        await asyncio.sleep(0)
        if not may_write:
            raise StoreFailure("the disk is full")

    async def reached() -> bool:
        return True

    readiness = Readiness(write, reached, lambda: now)
    assert await asyncio.gather(*(readiness.missing() for _ in range(20))) == [None] * 20
    may_write = False
    assert (await readiness.missing(), writes) == (None, 1)
    now = WRITE_REMEMBERED_SECONDS
    assert (await readiness.missing(), await readiness.missing(), writes) == ("database", "database", 2)
    may_write, now = True, 2 * WRITE_REMEMBERED_SECONDS
    assert (await readiness.missing(), writes) == (None, 3)
