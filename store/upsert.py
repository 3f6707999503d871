"""Writing a row whether or not there is one, in the dialect of the database."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy import CursorResult, Executable
from sqlalchemy.ext.asyncio import AsyncSession

from store.models import Record

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite


def row_of(record: Record, **instead: object) -> dict[str, Any]:
    """Return the record's values by column.

    :param instead: values that are written instead of the record's own
    """
    own = {column.key: getattr(record, column.key) for column in record.__table__.columns}
    return {**own, **instead}


def insert(transaction: AsyncSession, table: type[Record]) -> "sqlite.Insert | postgresql.Insert":
    """Return the statement that writes rows, to which `on_conflict_…` can be added."""
    return _insert_of(transaction.get_bind().dialect.name)(table.__table__)


async def upsert(transaction: AsyncSession, table: type[Record], rows: list[dict[str, Any]]) -> None:
    """Write each row over the one with the same key.

    All rows take one statement, because building one costs more than writing a row.
    """
    statement = insert(transaction, table)
    columns = table.__table__.columns
    key = [column.key for column in columns if column.primary_key]
    changed = {column.key: statement.excluded[column.key] for column in columns if not column.primary_key}
    await transaction.execute(statement.on_conflict_do_update(index_elements=key, set_=changed), rows)


async def execute(transaction: AsyncSession, statement: Executable) -> int:
    """Execute a statement and return how many rows it wrote."""
    result = await transaction.execute(statement)
    return result.rowcount if isinstance(result, CursorResult) else 0


def _insert_of(dialect: str) -> "Callable[[Any], sqlite.Insert | postgresql.Insert]":
    # Imported only where it is used: the other one would take 50 ms of every start.
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert
    from sqlalchemy.dialects import sqlite

    return sqlite.insert
