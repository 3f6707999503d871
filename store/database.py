"""The database: SQLite by default, PostgreSQL by URL."""

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, DateTime, event, func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

from store.address import AddressRefused, address_of
from store.failure_reason import reason_of
from store.schema import bring_up_to_date

log = logging.getLogger("guftagu.records")

BUSY_SECONDS = 10
"""How long a writer of SQLite waits for another one."""
CONNECT_SECONDS, STATEMENT_SECONDS = 10, 60
"""How long PostgreSQL may take to answer; a change of the schema waits for the one before it."""
SCHEMA_LOCK = 0x67756674
"""Key of the advisory lock that PostgreSQL's schema is changed under."""
OWNER_ONLY = 0o600
MOST_DELETIONS = 2**31 - 1
"""SQLite's `user_version`, which counts deletions until the next scrub, holds no more."""
_PRAGMAS = (
    "journal_mode = WAL",
    "synchronous = NORMAL",
    "foreign_keys = ON",
    "secure_delete = ON",
    f"busy_timeout = {BUSY_SECONDS * 1000}",
)
_BEGIN = "guftagu_begin"


class StoreFailure(Exception):
    """The database did not do its part. The text says why, never what was to be written."""


class Database:
    """One engine. `session()` reads, `transaction()` writes and commits at its end."""

    def __init__(self, url: str) -> None:
        """Create the database.

        :param url: such as `sqlite:///data/guftagu.db` or `postgresql://user:password@host/name`
        :raises AddressRefused: it names no database that this server can use
        """
        self._url = address_of(url)
        self._is_sqlite = self._url.get_backend_name() == "sqlite"
        self._engine = _engine_at(self._url)
        for name in ("sqlalchemy", "aiosqlite", "asyncpg", "alembic"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self._writing = self._engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
        if self._is_sqlite:
            event.listen(self._engine.sync_engine, "connect", _set_up)
            event.listen(self._engine.sync_engine, "begin", _begin)

    async def open(self) -> None:
        """Make what is missing: the file (readable by its owner only) and the tables, in today's form.

        :raises StoreFailure: the database cannot be reached or written
        """
        with _failures():
            if self._is_sqlite and self._url.database:
                _make_file(Path(self._url.database))
        async with self.schema_change() as connection:
            await connection.run_sync(bring_up_to_date)
        if await self.owes_scrub():
            await self._scrub_late()

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """Open a session for reading; what is read stays usable afterwards.

        :raises StoreFailure: the database did not answer
        """
        with _failures():
            async with AsyncSession(self._engine, expire_on_commit=False) as session:
                yield session

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction for writing: all of it or, after an error, nothing.

        :raises StoreFailure: nothing was written
        """
        with _failures():
            async with AsyncSession(self._writing) as session, session.begin():
                yield session

    @asynccontextmanager
    async def schema_change(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction for making or changing tables, which waits for every other one of this kind.

        :raises StoreFailure: nothing was changed
        """
        with _failures():
            async with self._writing.begin() as connection:
                if not self._is_sqlite:  # SQLite's writers wait for each other anyway.
                    await connection.execute(text(f"SELECT pg_advisory_xact_lock({SCHEMA_LOCK})"))
                yield connection

    async def now(self, session: AsyncSession) -> datetime:
        """Return the time by the one clock of all servers: the database's; SQLite's is this machine's."""
        if self._is_sqlite:
            return datetime.now(UTC)
        return (await session.scalars(select(func.clock_timestamp(type_=DateTime(timezone=True))))).one()

    async def _scrub_late(self) -> None:
        try:
            await self.scrub()
        except StoreFailure as failure:
            log.warning("traces of deleted records may be left until the next delete: %s", failure)

    async def owe_scrub(self, transaction: AsyncSession) -> None:
        """Note, together with what a transaction deletes, that traces of it are to be scrubbed off."""
        if self._is_sqlite:
            owed = await _deletions(transaction) % MOST_DELETIONS + 1
            await transaction.execute(text(f"PRAGMA user_version = {owed}"))

    async def owes_scrub(self) -> bool:
        """Whether something was deleted since the last scrub, by any server, now or in an earlier run.

        :raises StoreFailure: the database does not answer
        """
        if not self._is_sqlite:
            return False
        async with self.session() as session:
            return await _deletions(session) > 0

    async def scrub(self) -> None:
        """Leave no trace of deleted rows in SQLite's files: neither in free pages nor in the log.

        :raises StoreFailure: something else kept the database busy; traces may be left
        """
        if not self._is_sqlite:
            return
        async with self.session() as session:
            owed = await _deletions(session)
        with _failures():
            async with self._engine.execution_options(**{_BEGIN: None}).connect() as connection:
                await connection.execute(text("VACUUM"))
                checkpoint = await connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
                if checkpoint.scalar_one():
                    raise StoreFailure("the log is being read")
        await self._mark_scrubbed(owed)

    async def _mark_scrubbed(self, owed: int) -> None:
        async with self.transaction() as transaction:
            # Another server may have deleted meanwhile, and may be killed before its own scrub.
            if await _deletions(transaction) == owed:
                await transaction.execute(text("PRAGMA user_version = 0"))

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


async def _deletions(session: AsyncSession) -> int:
    """Return how often something was deleted since the last scrub of an SQLite file."""
    return int(await session.scalar(text("PRAGMA user_version")) or 0)


def _engine_at(url: URL) -> AsyncEngine:
    # Errors and logs would otherwise show what people said.
    if url.get_backend_name() == "sqlite":
        return create_async_engine(url, hide_parameters=True)
    patience = {"timeout": CONNECT_SECONDS, "command_timeout": STATEMENT_SECONDS}
    try:
        # A server that was started anew has forgotten our connections, so each is tried before it is used.
        return create_async_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=patience)
    except ModuleNotFoundError:
        raise AddressRefused("needs PostgreSQL's driver: `uv run --extra postgres main.py`") from None


def _make_file(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(mode=OWNER_ONLY)


def _set_up(connection: Any, _: object) -> None:
    # Transactions begin where `_begin` says, not where the driver guesses.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A writer takes its lock at once: one that first reads and then writes may be refused without a wait.
    begin = connection.get_execution_options().get(_BEGIN, "BEGIN")
    if begin:
        connection.exec_driver_sql(begin)


@contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        # Not chained: a driver's own text may hold the row.
        raise StoreFailure(reason_of(error)) from None
