"""Ids that were seen, on SQLite and on PostgreSQL."""

import asyncio
from datetime import timedelta

from sqlalchemy import func, select

from state.database_dedupe import REMEMBERED, DatabaseDedupe
from state.dedupe import Dedupe
from store.database import Database
from store.models import SeenRecord
from tests.fakes.kept import NOW, database_at


async def test_an_id_is_new_once_for_its_kind(database: Database) -> None:
    deliveries: Dedupe = DatabaseDedupe(database, "delivery")
    assert [await deliveries.add(each) for each in ("a", "b", "a")] == [True, True, False]
    assert await DatabaseDedupe(database, "ring").add("a")


async def test_an_id_is_remembered_over_a_restart(database_url: str) -> None:
    for is_new in (True, False):
        async with database_at(database_url) as database:
            assert await DatabaseDedupe(database, "delivery").add("a") == is_new


async def test_of_two_servers_that_get_a_delivery_at_once_one_handles_it(database_url: str) -> None:
    async with database_at(database_url) as one, database_at(database_url) as other:
        servers = [DatabaseDedupe(each, "delivery") for each in (one, other) * 4]
        assert sorted(await asyncio.gather(*(server.add("a") for server in servers))) == [False] * 7 + [True]


async def test_an_id_is_forgotten_after_three_days(database: Database) -> None:
    now = NOW
    deliveries = DatabaseDedupe(database, "delivery", now=lambda: now)
    await deliveries.add("a")
    now = NOW + REMEMBERED - timedelta(seconds=1)
    assert not await deliveries.add("a")
    now = NOW + REMEMBERED
    assert await deliveries.add("b")
    async with database.session() as session:
        assert await session.scalar(select(func.count()).select_from(SeenRecord)) == 1
    assert await deliveries.add("a")
