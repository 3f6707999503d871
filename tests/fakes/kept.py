"""A database of a test's own, what goes into it, and what its files hold."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from store.database import Database, StoreFailure
from store.models import ItemRecord, SessionRecord
from store.records import Records

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@asynccontextmanager
async def database_in(folder: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{folder / 'guftagu.db'}")
    await database.open()
    try:
        yield database
    finally:
        await database.close()


def a_session(session_id: str = "s1", **fields: Any) -> SessionRecord:
    given = {"persona": "shop", "kind": "browser", "control": "bridged", "opened_at": NOW} | fields
    return SessionRecord(id=session_id, **given)


def an_item(item_id: str, position: int, text: str = "", session_id: str = "s1", **fields: Any) -> ItemRecord:
    given = {"role": "user", "kind": "message", "source": "browser", "finished": True} | fields
    return ItemRecord(session_id=session_id, item_id=item_id, position=position, text=text, **given)


def bytes_of(folder: Path) -> bytes:
    """All that the database's files hold: the file itself, its log, its index of the log."""
    return b"".join(file.read_bytes() for file in sorted(folder.glob("guftagu.db*")))


@dataclass
class FailingRecords:
    """Records on a database that fails while `failing` is set; counts the tries."""

    records: Records
    failing: bool = True
    tries: int = field(default=0)

    def __getattr__(self, name: str) -> Any:
        async def call(*args: Any) -> Any:
            self.tries += 1
            if self.failing:
                raise StoreFailure("OperationalError")
            return await getattr(self.records, name)(*args)

        return call
