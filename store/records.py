"""Writing and reading what is kept. Whatever comes in here is masked before it is written."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from sqlalchemy import (
    ColumnElement,
    Delete,
    Float,
    Select,
    and_,
    case,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from store.database import Database
from store.masking import Masked, mask_in_pieces
from store.models import (
    PICODOLLARS,
    Dollars,
    ItemRecord,
    ProfileRecord,
    Record,
    SessionRecord,
    ToolCallRecord,
    UsageRecord,
)
from store.upsert import execute, insert, row_of, upsert

MAX_USD = Decimal(2**63 - 1) / PICODOLLARS
"""What a column of dollars holds; a sum beyond it stays there."""
LONGEST_CALL = timedelta(hours=8)
"""The most that `MAX_CALL_MINUTES` takes."""
REPORTED_SOURCES = ("response", "transcription")
"""The sources of usage that come with the session's events."""
MAX_REMEMBERED = 10_000
"""Ids of deleted sessions. A writer that still has one of them ends within two minutes."""
Row = TypeVar("Row", bound=Record)


class SessionUnknown(Exception):
    """There is no such session, or it was deleted."""


class Records:
    """Sessions and what belongs to them. Every method raises `StoreFailure` when the database fails."""

    def __init__(self, database: Database, *, keep_text: bool, server_id: str | None = None) -> None:
        """Create the records.

        :param keep_text: False keeps metadata only: no words, no tool's data, no profile, no summary
        :param server_id: who holds the calls that are recorded here
        """
        self._database = database
        self._keep_text = keep_text
        self._server_id = server_id
        self._deleted: dict[str, None] = {}
        """The latest ids of deleted sessions: what is still being written of one begins it no more."""

    # -- writing -------------------------------------------------------------------------------------------

    async def open_session(self, session: SessionRecord) -> None:
        """Begin a record; one that exists goes on, on this server.

        :raises SessionUnknown: it was deleted
        """
        goes_on = {"closed_at": None, "reason": None, "server_id": self._server_id}
        async with self._database.transaction() as transaction:
            if session.id in self._deleted:
                raise SessionUnknown(session.id)
            begun = insert(transaction, SessionRecord).values(row_of(session, server_id=self._server_id))
            await execute(transaction, begun.on_conflict_do_update(index_elements=["id"], set_=goes_on))

    async def set_provider_call_id(self, session_id: str, provider_call_id: str) -> None:
        """Keep the provider's id of a session's call."""
        await self._update(session_id, provider_call_id=provider_call_id)

    async def set_cost(self, session_id: str, usd: Decimal) -> None:
        """Over the sum of its usage so far."""
        await self._update(session_id, cost_usd=usd)

    async def set_summary(self, session_id: str, *, topic: str | None, summary: str | None) -> None:
        """Keep topic and summary of a session."""
        kept_topic, kept_summary = await self._kept(topic), await self._kept(summary)
        await self._update(session_id, topic=kept_topic, summary=kept_summary)

    async def close_session(self, session_id: str, reason: str, at: datetime) -> None:
        """Note why and when a session ended."""
        await self._update(session_id, closed_at=at, reason=reason)

    async def servers_of_open_sessions(self) -> set[str]:
        """Return the ids of all servers that hold a call, or held one when they were killed."""
        query = select(SessionRecord.server_id).where(SessionRecord.closed_at.is_(None)).distinct()
        async with self._database.session() as session:
            return {server_id for server_id in await session.scalars(query) if server_id}

    async def close_abandoned(self, server_ids: Collection[str], at: datetime) -> list[str]:
        """Close what servers that live no more left open.

        A record of version 0.1 names no server. It is closed once no call of that version can go on.

        :param server_ids: whose leases ran out
        :return: the provider's ids of those calls, which may still be going on there
        """
        nobody = and_(SessionRecord.server_id.is_(None), SessionRecord.opened_at < at - LONGEST_CALL)
        left = and_(SessionRecord.closed_at.is_(None), or_(SessionRecord.server_id.in_(server_ids), nobody))
        # One statement: of two servers that close the same record, one is told of its call.
        closed = update(SessionRecord).where(left).values(closed_at=at, reason="server_killed")
        async with self._database.transaction() as transaction:
            call_ids = await transaction.scalars(closed.returning(SessionRecord.provider_call_id))
            return [call_id for call_id in call_ids if call_id]

    async def save_items(self, session_id: str, items: Sequence[ItemRecord]) -> None:
        """Write items, over what is known of them.

        :raises SessionUnknown: none was written
        """
        texts = [await self._kept(item.text) or "" for item in items]
        rows = [row_of(item, text=text) for item, text in zip(items, texts, strict=True)]
        async with self._within(session_id) as transaction:
            if rows:
                await upsert(transaction, ItemRecord, rows)

    async def save_tool_call(self, tool_call: ToolCallRecord) -> None:
        """Check that a session has a record.

        :raises SessionUnknown: it has none
        """
        arguments, output = await self._kept(tool_call.arguments), await self._kept(tool_call.output)
        kept = {"arguments": arguments, "output": output}
        async with self._within(tool_call.session_id) as transaction:
            await upsert(transaction, ToolCallRecord, [row_of(tool_call, **kept)])

    async def save_profile(self, profile: ProfileRecord) -> None:
        """Keep the profile as it is: its schema says what may be in it.

        :raises SessionUnknown:
        """
        async with self._within(profile.session_id) as transaction:
            kept = {} if self._keep_text else {"schema": None, "data": None}
            await upsert(transaction, ProfileRecord, [row_of(profile, **kept)])

    async def save_usage(self, usage: UsageRecord) -> None:
        """Write it and add its cost to the session's, once however often it is called.

        :raises SessionUnknown:
        """
        async with self._within(usage.session_id) as transaction:
            added = insert(transaction, UsageRecord).values(row_of(usage)).on_conflict_do_nothing()
            written = await execute(transaction, added)
            if written:
                session = SessionRecord.id == usage.session_id
                room = SessionRecord.cost_usd <= MAX_USD - min(usage.cost_usd, MAX_USD)
                cost = case((room, SessionRecord.cost_usd + usage.cost_usd), else_=literal(MAX_USD, Dollars))
                await execute(transaction, update(SessionRecord).where(session).values(cost_usd=cost))

    async def _kept(self, text: str | None) -> str | None:
        """Return what is written of a text; it is masked before the transaction begins."""
        if text is None or not self._keep_text:
            return None
        return str(text) if isinstance(text, Masked) else await mask_in_pieces(text)

    async def _update(self, session_id: str, **values: object) -> None:
        async with self._within(session_id) as transaction:
            await execute(
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
        """Return the newest first.

        :param before: id of a session; only those opened before it
        :param owner: only what this key's hash opened; None: anybody's
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
        """Return the record of a session; None where there is none."""
        async with self._database.session() as session:
            return await session.get(SessionRecord, session_id)

    async def items(self, session_id: str) -> list[ItemRecord]:
        """Return the items in conversation order."""
        query = select(ItemRecord).where(ItemRecord.session_id == session_id)
        return await self._all(query.order_by(ItemRecord.position, ItemRecord.item_id))

    async def tool_calls(self, session_id: str) -> list[ToolCallRecord]:
        """Return a session's tool calls, in order."""
        query = select(ToolCallRecord).where(ToolCallRecord.session_id == session_id)
        return await self._all(query.order_by(ToolCallRecord.started_at, ToolCallRecord.call_id))

    async def usage(self, session_id: str) -> list[UsageRecord]:
        """Return a session's usage, in order."""
        query = select(UsageRecord).where(UsageRecord.session_id == session_id)
        return await self._all(query.order_by(UsageRecord.at, UsageRecord.reference))

    async def profile(self, session_id: str) -> ProfileRecord | None:
        """Return the profile that was written of a session; None where there is none."""
        async with self._database.session() as session:
            return await session.get(ProfileRecord, session_id)

    async def spent_since(self, at: datetime, *, believed_usd: Decimal) -> dict[str | None, Decimal]:
        """US dollars from `at` on, by visitor (the owner of an API session; None where nobody is known).

        A bridged session that began since counts at least what its record says it cost: what a browser hid.

        :param believed_usd: what browsers and clients report of one session counts up to here
        """
        # Grouped by the primary key, which determines the other columns; only by it would PostgreSQL agree.
        query = (
            select(
                SessionRecord.visitor,
                SessionRecord.control == "bridged",
                case((SessionRecord.opened_at >= at, SessionRecord.cost_usd), else_=Decimal(0)),
                _dollars(UsageRecord.source.in_(REPORTED_SOURCES)),
                _dollars(UsageRecord.source.not_in(REPORTED_SOURCES)),
            )
            .join(
                UsageRecord,
                and_(UsageRecord.session_id == SessionRecord.id, UsageRecord.at >= at),
                isouter=True,
            )
            .where(or_(SessionRecord.opened_at >= at, UsageRecord.at >= at))
            .group_by(SessionRecord.id)
        )
        spent: dict[str | None, Decimal] = {}
        async with self._database.session() as session:
            for visitor, bridged, cost, told_sum, beside_sum in await session.execute(query):
                told, beside = Decimal(told_sum) / PICODOLLARS, Decimal(beside_sum) / PICODOLLARS
                if bridged:
                    told = min(max(told, cost - beside), believed_usd)
                spent[visitor] = spent.get(visitor, Decimal(0)) + told + beside
        return spent

    async def _all(self, query: Select[Row]) -> list[Row]:
        async with self._database.session() as session:
            return list(await session.scalars(query))

    # -- deleting ------------------------------------------------------------------------------------------

    async def delete_session(self, session_id: str) -> bool:
        """Delete it with all that belongs to it, and every trace in the files; whether there was one."""
        self._deleted[session_id] = None
        if len(self._deleted) > MAX_REMEMBERED:
            del self._deleted[next(iter(self._deleted))]
        return bool(await self._delete(delete(SessionRecord).where(SessionRecord.id == session_id)))

    async def purge(self, older_than: timedelta, now: datetime) -> int:
        """Delete what ended (or, if it never did, began) longer ago; how many sessions."""
        last = func.coalesce(SessionRecord.closed_at, SessionRecord.opened_at)
        return await self._delete(delete(SessionRecord).where(last < now - older_than))

    async def _delete(self, statement: Delete) -> int:
        async with self._database.transaction() as transaction:
            deleted = await execute(transaction, statement)
            if deleted:
                await self._database.owe_scrub(transaction)
        # Owed until it succeeded: a later delete or the next start makes up for one whose scrub failed.
        if deleted or await self._database.owes_scrub():
            await self._database.scrub()
        return deleted


def _dollars(of: ColumnElement[bool]) -> ColumnElement[float]:
    """Return the sum of such usage in picodollars.

    A sum of integers may overflow, and then SQLite refuses; one of floats is exact up to $9,000.
    """
    return func.coalesce(func.sum(case((of, cast(UsageRecord.cost_usd, Float)), else_=0.0)), 0.0)
