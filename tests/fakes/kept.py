"""A database of a test's own, what goes into it, and what its files hold."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import text

from store.database import Database, StoreFailure
from store.models import ItemRecord, Record, SessionRecord
from store.records import Records

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@asynccontextmanager
async def database_in(folder: Path) -> AsyncIterator[Database]:
    async with database_at(f"sqlite:///{folder / 'guftagu.db'}") as database:
        yield database


@asynccontextmanager
async def database_at(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    await database.open()
    try:
        yield database
    finally:
        await database.close()


def a_session(session_id: str = "s1", **fields: Any) -> SessionRecord:
    given: dict[str, Any] = {
        "persona": "shop",
        "kind": "browser",
        "control": "bridged",
        "opened_at": NOW,
    } | fields
    return SessionRecord(id=session_id, **given)


def an_item(item_id: str, position: int, text: str = "", session_id: str = "s1", **fields: Any) -> ItemRecord:
    given: dict[str, Any] = {
        "role": "user",
        "kind": "message",
        "source": "browser",
        "finished": True,
    } | fields
    return ItemRecord(session_id=session_id, item_id=item_id, position=position, text=text, **given)


def bytes_of(folder: Path) -> bytes:
    """All that the database's files hold: the file itself, its log, its index of the log."""
    return b"".join(file.read_bytes() for file in sorted(folder.glob("guftagu.db*")))


async def everything_in(database: Database) -> bytes:
    """All that can be found in it: every byte of SQLite's files, every row of PostgreSQL's tables."""
    async with database.session() as session:
        bind = session.get_bind()
        if bind.dialect.name == "sqlite":
            assert bind.engine.url.database
            return bytes_of(Path(bind.engine.url.database).parent)
        tables = Record.metadata.sorted_tables
        rows = [
            await session.scalars(text(f'SELECT row_to_json(t)::text FROM "{table.name}" t'))
            for table in tables
        ]
    return "\n".join(row for scalars in rows for row in scalars).encode()


@dataclass
class FailingRecords:
    """Records on a database that fails while `failing` is set, and answers only while `gate` is."""

    records: Records
    failing: bool = True
    tries: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    _tried: asyncio.Condition = field(default_factory=asyncio.Condition)

    def __post_init__(self) -> None:
        self.gate.set()

    async def tried(self, times: int) -> None:
        """Wait until something was tried that often."""
        async with self._tried:
            await self._tried.wait_for(lambda: self.tries >= times)

    def __getattr__(self, name: str) -> Any:
        async def call(*args: Any, **named: Any) -> Any:
            async with self._tried:
                self.tries += 1
                self._tried.notify_all()
            await self.gate.wait()
            if self.failing:
                raise StoreFailure("OperationalError")
            return await getattr(self.records, name)(*args, **named)

        return call
