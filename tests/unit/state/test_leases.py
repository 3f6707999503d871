"""Leases in the database, on SQLite and on PostgreSQL."""

import asyncio
import resource
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import func, select, text

from state.database_leases import DatabaseLeases
from state.leases import Leases
from store.database import Database, StoreFailure
from store.models import ServerRecord
from tests.fakes.kept import database_at


async def servers_in(database: Database) -> int:
    async with database.session() as session:
        return await session.scalar(select(func.count()).select_from(ServerRecord)) or 0


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process can be written, as the system says it of a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_server_that_renews_its_lease_lives_and_another_does_not(database: Database) -> None:
    leases: Leases = DatabaseLeases(database)
    other = DatabaseLeases(database)
    await leases.renew()
    await leases.renew()
    assert await leases.lapsed({leases.server_id, other.server_id, "gone"}) == {other.server_id, "gone"}
    assert await leases.lapsed(set()) == set()
    assert await servers_in(database) == 1


async def test_a_lease_that_is_not_renewed_runs_out_and_is_forgotten_at_the_next_start(
    database: Database,
) -> None:
    killed, living = DatabaseLeases(database, lease_s=0), DatabaseLeases(database)
    await killed.take()
    await living.take()
    assert await living.lapsed({killed.server_id, living.server_id}) == {killed.server_id}
    assert await servers_in(database) == 1
    await killed.renew()
    assert await servers_in(database) == 2


async def test_a_lease_that_is_given_up_has_lapsed(database: Database) -> None:
    leases = DatabaseLeases(database)
    await leases.take()
    await leases.release()
    assert await leases.lapsed({leases.server_id}) == {leases.server_id}
    assert await servers_in(database) == 0


async def test_servers_that_start_together_all_hold_a_lease(database_url: str) -> None:
    async with database_at(database_url) as one, database_at(database_url) as other:
        servers = [DatabaseLeases(each) for each in (one, other) * 4]
        await asyncio.gather(*(server.take() for server in servers))
        assert await servers[0].lapsed({server.server_id for server in servers}) == set()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_full_disk_is_noticed(database: Database) -> None:
    leases = DatabaseLeases(database)
    await leases.renew()
    with full_disk(), pytest.raises(StoreFailure):
        await leases.renew()
    await leases.renew()


@pytest.mark.stores
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_database_that_may_only_be_read_is_noticed(database: Database) -> None:
    leases = DatabaseLeases(database)
    async with database.schema_change() as connection:
        name = await connection.scalar(text("SELECT current_database()"))
        await connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    await database.close()  # What is set holds for new connections.
    with pytest.raises(StoreFailure, match="it may only be read"):
        await leases.renew()
    assert await servers_in(database) == 0
