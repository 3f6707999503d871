"""Writing a row whether or not there is one, in the dialect of the database."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlalchemy import CursorResult, Executable
from sqlalchemy.ext.asyncio import AsyncSession

from store.models import Record

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite


async def upsert(transaction: AsyncSession, record: Record, **instead: object) -> None:
    """Write a row over the one with the same key.

    :param instead: values that are written instead of the record's own
    """
    statement = insert(transaction, record, **instead)
    columns = record.__table__.columns
    key = [column.key for column in columns if column.primary_key]
    changed = {column.key: statement.excluded[column.key] for column in columns if not column.primary_key}
    await execute(transaction, statement.on_conflict_do_update(index_elements=key, set_=changed))


def insert(
    transaction: AsyncSession, record: Record, **instead: object
) -> "sqlite.Insert | postgresql.Insert":
    """Return the statement that writes a row, to which `on_conflict_…` can be added.

    :param instead: values that are written instead of the record's own
    """
    insert_into = _insert_of(transaction.get_bind().dialect.name)
    return insert_into(type(record)).values({**_values(record), **instead})


async def execute(transaction: AsyncSession, statement: Executable) -> int:
    """Execute a statement and return how many rows it wrote."""
    result = await transaction.execute(statement)
    return result.rowcount if isinstance(result, CursorResult) else 0


def _values(record: Record) -> dict[str, Any]:
    return {column.key: getattr(record, column.key) for column in record.__table__.columns}


def _insert_of(dialect: str) -> "Callable[[Any], sqlite.Insert | postgresql.Insert]":
    # Imported only where it is used: the other one would take 50 ms of every start.
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert
    from sqlalchemy.dialects import sqlite

    return sqlite.insert
