import asyncio
import logging
import sqlite3
import stat
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select, text

from store.database import Database, StoreFailure
from store.models import ItemRecord, SessionRecord, UsageRecord
from tests.fakes.kept import NOW, a_session, database_at, database_in
from tests.fakes.postgres import Postgres


async def test_sqlite_is_set_up_for_concurrent_writers_and_real_deletion(tmp_path: Path) -> None:
    async with database_in(tmp_path) as database, database.session() as session:
        answers = [
            await session.scalar(text(f"PRAGMA {pragma}"))
            for pragma in ("journal_mode", "foreign_keys", "secure_delete", "busy_timeout")
        ]
    assert answers == ["wal", 1, 1, 10_000]


async def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    async with database_in(tmp_path / "new"):
        modes = {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "new").iterdir()}
    assert modes == {0o600}


async def test_what_was_kept_is_there_when_it_opens_again(database_url: str) -> None:
    async with database_at(database_url) as database, database.transaction() as transaction:
        transaction.add(a_session())
    async with database_at(database_url) as database, database.session() as session:
        assert await session.get(SessionRecord, "s1")


async def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as transaction:
            transaction.add(a_session())
            await transaction.flush()
            1 / 0  # noqa: B018
    async with database.session() as session:
        assert await session.get(SessionRecord, "s1") is None


async def test_a_writer_that_reads_first_waits_for_the_one_before_it(tmp_path: Path) -> None:
    """With a lock taken at the first write only, SQLite refuses the second writer without a wait."""
    async with database_in(tmp_path) as database, database_in(tmp_path) as other:
        async with database.transaction() as transaction:
            await transaction.scalar(select(SessionRecord.id))
            with (
                pytest.raises(sqlite3.OperationalError, match="locked"),
                sqlite3.connect(tmp_path / "guftagu.db", timeout=0) as impatient,
            ):
                impatient.execute("BEGIN IMMEDIATE")
            transaction.add(a_session())
        async with other.transaction() as transaction:
            assert await transaction.get(SessionRecord, "s1")


async def test_money_and_moments_come_back_as_they_went_in(database: Database) -> None:
    cost = Decimal("0.000000375001")
    there = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=timezone(timedelta(hours=5)))
    usage = UsageRecord(
        session_id="s1",
        source="response",
        reference="r",
        model="m",
        usage={"a": {"b": 1}},
        cost_usd=cost,
        at=there,
    )
    async with database.transaction() as transaction:
        transaction.add(a_session())
        await transaction.flush()
        transaction.add(usage)
    async with database.session() as session:
        row = (await session.scalars(select(UsageRecord))).one()
    assert (row.cost_usd, row.at, row.at.tzinfo, row.usage) == (cost, there, UTC, {"a": {"b": 1}})


async def test_a_failure_and_its_traceback_say_nothing_of_what_was_to_be_written(database: Database) -> None:
    orphan = ItemRecord(
        session_id="nobody",
        item_id="i",
        position=0,
        role="user",
        kind="message",
        source="browser",
        text="mango",
    )
    with pytest.raises(StoreFailure) as raised:
        async with database.transaction() as transaction:
            transaction.add(orphan)
    assert str(raised.value) in ("IntegrityError SQLITE_CONSTRAINT_FOREIGNKEY", "IntegrityError 23503")
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__
    assert "mango" not in repr(orphan)


async def test_no_word_reaches_the_log_even_at_debug(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with database_at(database_url) as database:
        async with database.transaction() as transaction:
            transaction.add(a_session(summary="mango"))
        async with database.session() as session:
            assert (await session.get_one(SessionRecord, "s1")).summary == "mango"
    assert "mango" not in caplog.text


async def test_a_place_that_cannot_be_written_is_a_store_failure(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreFailure):
        await Database(f"sqlite+aiosqlite:///{tmp_path}/file/guftagu.db").open()


async def test_moments_compare_in_the_database(database: Database) -> None:
    earlier = (NOW - timedelta(minutes=1)).astimezone(timezone(timedelta(hours=5)))
    async with database.transaction() as transaction:
        transaction.add(a_session())
    async with database.session() as session:
        later = select(SessionRecord.id).where(SessionRecord.opened_at > earlier)
        assert await session.scalar(later) == "s1"


@pytest.mark.parametrize(
    ("given", "url", "reason"),
    [
        ("", "postgresql://postgres@/none?host={}", "the server has no database of that name"),
        ("", "postgresql://nobody@/postgres?host={}", "it refuses this user"),
        ("CREATE ROLE guest LOGIN", "postgresql://guest@/postgres?host={}", "this user may not change it"),
        ("", "postgresql://postgres@/postgres?host=/none", "No such file or directory"),
    ],
)
async def test_why_a_postgresql_cannot_be_opened_is_said(
    postgres: Postgres, given: str, url: str, reason: str
) -> None:
    if given:
        postgres.run(given)
    database = Database(url.format(postgres.folder))
    with pytest.raises(StoreFailure) as failure:
        await database.open()
    assert str(failure.value) == reason
    await database.close()


async def test_an_encrypted_connection_is_demanded_where_the_address_says_so() -> None:
    asked: list[bytes] = []

    async def refuse_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readexactly(8))
        writer.write(b"N")
        await reader.read()
        writer.close()

    server = await asyncio.start_server(refuse_tls, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        database = Database(f"postgres://u:p@127.0.0.1:{port}/name?sslmode=require")
        with pytest.raises(StoreFailure, match="takes no encrypted connection"):
            await database.open()
    assert asked == [(8).to_bytes(4) + (80877103).to_bytes(4)], "PostgreSQL's SSLRequest, and nothing else"


async def test_a_postgresql_that_was_started_anew_is_found_again(
    postgres: Postgres,
) -> None:
    async with database_at(postgres.new_database()) as database:
        async with database.transaction() as transaction:
            transaction.add(a_session())
        postgres.end_connections()
        async with database.session() as session:
            assert await session.get(SessionRecord, "s1")
