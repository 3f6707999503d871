"""Writing and reading what is kept. Whatever comes in here is masked before it is written."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import (
    CursorResult,
    Delete,
    Executable,
    Float,
    Select,
    and_,
    case,
    cast,
    delete,
    func,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from store.database import Database
from store.masking import Masked, mask_in_pieces
from store.models import (
    PICODOLLARS,
    ItemRecord,
    ProfileRecord,
    Record,
    SessionRecord,
    ToolCallRecord,
    UsageRecord,
)

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

REPORTED_SOURCES = ("response", "transcription")
"""Usage that whoever tells of the session's events tells of too."""
Row = TypeVar("Row", bound=Record)


class SessionUnknown(Exception):
    """There is no such session, or it was deleted."""


class Records:
    """Sessions and what belongs to them. Every method raises `StoreFailure` when the database fails."""

    def __init__(self, database: Database, *, keep_text: bool) -> None:
        """
        :param keep_text: False keeps metadata only: no words, no tool's data, no profile, no summary
        """
        self._database = database
        self._keep_text = keep_text

    # -- writing -------------------------------------------------------------------------------------------

    async def open_session(self, session: SessionRecord) -> None:
        """Begin a record; one that exists goes on."""
        goes_on = {"closed_at": None, "reason": None}
        async with self._database.transaction() as transaction:
            insert = _insert(transaction, session)
            await _execute(transaction, insert.on_conflict_do_update(index_elements=["id"], set_=goes_on))

    async def set_provider_call_id(self, session_id: str, provider_call_id: str) -> None:
        await self._update(session_id, provider_call_id=provider_call_id)

    async def set_cost(self, session_id: str, usd: Decimal) -> None:
        """Over the sum of its usage so far."""
        await self._update(session_id, cost_usd=usd)

    async def set_summary(self, session_id: str, *, topic: str | None, summary: str | None) -> None:
        kept_topic, kept_summary = await self._kept(topic), await self._kept(summary)
        await self._update(session_id, topic=kept_topic, summary=kept_summary)

    async def close_session(self, session_id: str, reason: str, at: datetime) -> None:
        await self._update(session_id, closed_at=at, reason=reason)

    async def close_abandoned(self, at: datetime) -> list[str]:
        """Close what an earlier run of this server left open when it was killed.

        :return: the provider's ids of those calls, which may still be going on there
        """
        still_open = SessionRecord.closed_at.is_(None)
        async with self._database.transaction() as transaction:
            left = await transaction.scalars(select(SessionRecord.provider_call_id).where(still_open))
            call_ids = [call_id for call_id in left if call_id]
            closed = update(SessionRecord).where(still_open).values(closed_at=at, reason="server_killed")
            await _execute(transaction, closed)
        return call_ids

    async def save_items(self, session_id: str, items: Sequence[ItemRecord]) -> None:
        """Write items, over what is known of them.

        :raises SessionUnknown: none was written
        """
        texts = [await self._kept(item.text) or "" for item in items]
        async with self._within(session_id) as transaction:
            for item, text in zip(items, texts, strict=True):
                await _upsert(transaction, item, text=text)

    async def save_tool_call(self, tool_call: ToolCallRecord) -> None:
        """:raises SessionUnknown:"""
        arguments, output = await self._kept(tool_call.arguments), await self._kept(tool_call.output)
        kept = {"arguments": arguments, "output": output}
        async with self._within(tool_call.session_id) as transaction:
            await _upsert(transaction, tool_call, **kept)

    async def save_profile(self, profile: ProfileRecord) -> None:
        """Keep the profile as it is: its schema says what may be in it.

        :raises SessionUnknown:
        """
        async with self._within(profile.session_id) as transaction:
            await _upsert(transaction, profile, **({} if self._keep_text else {"schema": None, "data": None}))

    async def save_usage(self, usage: UsageRecord) -> None:
        """Write it and add its cost to the session's, once however often it is called.

        :raises SessionUnknown:
        """
        async with self._within(usage.session_id) as transaction:
            written = await _execute(transaction, _insert(transaction, usage).on_conflict_do_nothing())
            if written:
                session = SessionRecord.id == usage.session_id
                cost = SessionRecord.cost_usd + usage.cost_usd
                await _execute(transaction, update(SessionRecord).where(session).values(cost_usd=cost))

    async def _kept(self, text: str | None) -> str | None:
        """Return what is written of a text; it is masked before the transaction begins."""
        if text is None or not self._keep_text:
            return None
        return str(text) if isinstance(text, Masked) else await mask_in_pieces(text)

    async def _update(self, session_id: str, **values: object) -> None:
        async with self._within(session_id) as transaction:
            await _execute(
                transaction, update(SessionRecord).where(SessionRecord.id == session_id).values(**values)
            )

    @asynccontextmanager
    async def _within(self, session_id: str) -> AsyncIterator[AsyncSession]:
        async with self._database.transaction() as transaction:
            if not await transaction.scalar(select(SessionRecord.id).where(SessionRecord.id == session_id)):
                raise SessionUnknown(session_id)
            yield transaction

    # -- reading -------------------------------------------------------------------------------------------

    async def list_sessions(
        self, limit: int = 50, before: str | None = None, owner: str | None = None
    ) -> list[SessionRecord]:
        """The newest first.

        :param before: id of a session; only those opened before it
        :param owner: only what this key's hash opened; None: whoever opened it
        """
        opened = tuple_(SessionRecord.opened_at, SessionRecord.id)
        query = select(SessionRecord).order_by(SessionRecord.opened_at.desc(), SessionRecord.id.desc())
        if owner is not None:
            query = query.where(SessionRecord.owner == owner)
        async with self._database.session() as session:
            if before is not None:
                edge = await session.get(SessionRecord, before)
                if edge is None:
                    return []
                query = query.where(opened < (edge.opened_at, edge.id))
            return list(await session.scalars(query.limit(limit)))

    async def get_session(self, session_id: str) -> SessionRecord | None:
        async with self._database.session() as session:
            return await session.get(SessionRecord, session_id)

    async def items(self, session_id: str) -> list[ItemRecord]:
        """In conversation order."""
        query = select(ItemRecord).where(ItemRecord.session_id == session_id)
        return await self._all(query.order_by(ItemRecord.position, ItemRecord.item_id))

    async def tool_calls(self, session_id: str) -> list[ToolCallRecord]:
        query = select(ToolCallRecord).where(ToolCallRecord.session_id == session_id)
        return await self._all(query.order_by(ToolCallRecord.started_at, ToolCallRecord.call_id))

    async def usage(self, session_id: str) -> list[UsageRecord]:
        query = select(UsageRecord).where(UsageRecord.session_id == session_id)
        return await self._all(query.order_by(UsageRecord.at, UsageRecord.reference))

    async def profile(self, session_id: str) -> ProfileRecord | None:
        async with self._database.session() as session:
            return await session.get(ProfileRecord, session_id)

    async def spent_since(self, at: datetime, *, believed_usd: Decimal) -> Decimal:
        """US dollars of all usage from `at` on.

        :param believed_usd: what browsers and clients report of one session counts up to here
        """
        told_by_caller = and_(SessionRecord.control == "bridged", UsageRecord.source.in_(REPORTED_SOURCES))
        # A sum of integers may overflow, and then SQLite refuses; one of floats is exact up to $9,000.
        picodollars = func.sum(cast(UsageRecord.cost_usd, Float))
        query = (
            select(case((told_by_caller, 1), else_=0), picodollars)
            .join(SessionRecord, SessionRecord.id == UsageRecord.session_id)
            .where(UsageRecord.at >= at)
            .group_by(UsageRecord.session_id, case((told_by_caller, 1), else_=0))
        )
        async with self._database.session() as session:
            sums = [(told, Decimal(spent) / PICODOLLARS) for told, spent in await session.execute(query)]
        return sum((min(spent, believed_usd) if told else spent for told, spent in sums), Decimal(0))

    async def _all(self, query: Select[Row]) -> list[Row]:
        async with self._database.session() as session:
            return list(await session.scalars(query))

    # -- deleting ------------------------------------------------------------------------------------------

    async def delete_session(self, session_id: str) -> bool:
        """Delete it with all that belongs to it, and every trace in the files; whether there was one."""
        return bool(await self._delete(delete(SessionRecord).where(SessionRecord.id == session_id)))

    async def purge(self, older_than: timedelta, now: datetime) -> int:
        """Delete what ended (or, if it never did, began) longer ago; how many sessions."""
        last = func.coalesce(SessionRecord.closed_at, SessionRecord.opened_at)
        return await self._delete(delete(SessionRecord).where(last < now - older_than))

    async def _delete(self, statement: Delete) -> int:
        async with self._database.transaction() as transaction:
            deleted = await _execute(transaction, statement)
            if deleted:
                await self._database.owe_scrub(transaction)
        # Owed until it succeeded: a later delete or the next start makes up for one whose scrub failed.
        if deleted or await self._database.owes_scrub():
            await self._database.scrub()
        return deleted


def _values(record: Record) -> dict[str, Any]:
    return {column.key: getattr(record, column.key) for column in record.__table__.columns}


def _storable(value: object) -> object:
    """Without what no database takes as text, and an event's JSON may hold."""
    return value.encode("utf-8", "replace").decode().replace("\0", "?") if isinstance(value, str) else value


def _insert_of(dialect: str) -> "Callable[[Any], sqlite.Insert | postgresql.Insert]":
    """Imported only where it is used: the other one would take 50 ms of every start."""
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert
    from sqlalchemy.dialects import sqlite

    return sqlite.insert


def _insert(
    transaction: AsyncSession, record: Record, **instead: object
) -> "sqlite.Insert | postgresql.Insert":
    """:param instead: values that are written instead of the record's own"""
    insert = _insert_of(transaction.get_bind().dialect.name)
    values = {**_values(record), **instead}
    return insert(type(record)).values({name: _storable(value) for name, value in values.items()})


async def _upsert(transaction: AsyncSession, record: Record, **instead: object) -> None:
    statement = _insert(transaction, record, **instead)
    columns = record.__table__.columns
    key = [column.key for column in columns if column.primary_key]
    changed = {column.key: statement.excluded[column.key] for column in columns if not column.primary_key}
    await _execute(transaction, statement.on_conflict_do_update(index_elements=key, set_=changed))


async def _execute(transaction: AsyncSession, statement: Executable) -> int:
    """How many rows it wrote."""
    result = await transaction.execute(statement)
    return result.rowcount if isinstance(result, CursorResult) else 0
