"""What is kept, as tables. The types exist on SQLite and on PostgreSQL alike."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, ForeignKey, Index, Text, TypeDecorator, text
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column

PICODOLLARS = Decimal(10) ** 12


class Dollars(TypeDecorator[Decimal]):
    """US dollars, exact: whole picodollars in the database, because SQLite has no decimals."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """Return the value as the column stores it."""
        return None if value is None else int((value * PICODOLLARS).to_integral_value())

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Decimal | None:
        """Return the stored value as the code uses it."""
        return None if value is None else Decimal(int(value)) / PICODOLLARS


class Moment(TypeDecorator[datetime]):
    """A point in time, in UTC; SQLite forgets the zone, so it is put back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the value as the column stores it."""
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the stored value as the code uses it."""
        return value and (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC))


class CleanText(TypeDecorator[str]):
    """Text, without what an event may hold and no database takes: NUL, and half a surrogate pair."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the value as the column stores it."""
        return value and value.encode("utf-8", "replace").decode().replace("\0", "?")


class Record(MappedAsDataclass, DeclarativeBase):
    """A row. What people said is left out of its `repr`, which may end up in a log."""

    type_annotation_map = {  # noqa: RUF012 SQLAlchemy's own way
        str: CleanText,
        datetime: Moment,
        Decimal: Dollars,
        dict[str, Any]: JSON(none_as_null=True),
    }


SessionKey = Annotated[str, mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True)]


class SessionRecord(Record, kw_only=True):
    """One conversation: a call, or what an outside client opened through the API."""

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(primary_key=True)
    persona: Mapped[str]
    kind: Mapped[str]
    """`browser`, `phone`, `api`, `captions` or `file`."""
    control: Mapped[str]
    """`bridged` or `controlled`."""
    opened_at: Mapped[datetime] = mapped_column(index=True)
    provider_call_id: Mapped[str | None] = mapped_column(default=None)
    visitor: Mapped[str | None] = mapped_column(default=None)
    owner: Mapped[str | None] = mapped_column(default=None, index=True)
    """Hash of the API key that opened it."""
    model: Mapped[str | None] = mapped_column(default=None)
    voice: Mapped[str | None] = mapped_column(default=None)
    language: Mapped[str | None] = mapped_column(default=None)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    reason: Mapped[str | None] = mapped_column(default=None)
    cost_usd: Mapped[Decimal] = mapped_column(default=Decimal(0))
    topic: Mapped[str | None] = mapped_column(default=None, repr=False)
    summary: Mapped[str | None] = mapped_column(default=None, repr=False)
    server_id: Mapped[str | None] = mapped_column(default=None)
    """The server that holds the call; None in records of version 0.1."""

    __table_args__ = (
        Index(
            "ix_sessions_open",
            "server_id",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )


class ItemRecord(Record, kw_only=True):
    """One item of the conversation."""

    __tablename__ = "items"

    session_id: Mapped[SessionKey]
    item_id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    """Where it stands in the conversation; greater is later."""
    role: Mapped[str]
    kind: Mapped[str]
    source: Mapped[str]
    """Who told of it: `provider`, `browser` or `client`."""
    text: Mapped[str] = mapped_column(default="", repr=False)
    heard: Mapped[int | None] = mapped_column(default=None)
    """Characters of `text` that were played before a barge-in; None: not cut, or nobody can tell."""
    started_at_ms: Mapped[int | None] = mapped_column(default=None)
    """Milliseconds since the session's first item began."""
    ended_at_ms: Mapped[int | None] = mapped_column(default=None)
    interrupted: Mapped[bool] = mapped_column(default=False)
    finished: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str | None] = mapped_column(default=None)


class UsageRecord(Record, kw_only=True):
    """What the provider reported for one response or one transcription, once."""

    __tablename__ = "usage"

    session_id: Mapped[SessionKey]
    source: Mapped[str] = mapped_column(primary_key=True)
    """`response`, `transcription`, or what else costs, such as `extraction`."""
    reference: Mapped[str] = mapped_column(primary_key=True)
    """Id of the response, or of the item that was transcribed."""
    model: Mapped[str]
    usage: Mapped[dict[str, Any]]
    cost_usd: Mapped[Decimal]
    at: Mapped[datetime] = mapped_column(index=True)


class ToolCallRecord(Record, kw_only=True):
    """A tool that the model called."""

    __tablename__ = "tool_calls"

    session_id: Mapped[SessionKey]
    call_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    status: Mapped[str]
    started_at: Mapped[datetime]
    took_ms: Mapped[int | None] = mapped_column(default=None)
    arguments: Mapped[str | None] = mapped_column(default=None, repr=False)
    output: Mapped[str | None] = mapped_column(default=None, repr=False)


class ProfileRecord(Record, kw_only=True):
    """What was extracted about the customer, by the schema that was asked for."""

    __tablename__ = "profiles"

    session_id: Mapped[SessionKey]
    schema: Mapped[dict[str, Any] | None] = mapped_column(repr=False)
    data: Mapped[dict[str, Any] | None] = mapped_column(repr=False)
    at: Mapped[datetime]


class ServerRecord(Record, kw_only=True):
    """A server that lives: it holds a lease, see `state/leases.py`."""

    __tablename__ = "servers"

    id: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime]


class SeenRecord(Record, kw_only=True):
    """Something that was handled, and is not to be handled again: see `state/dedupe.py`."""

    __tablename__ = "seen"

    kind: Mapped[str] = mapped_column(primary_key=True)
    """`delivery` of a webhook, or `ring` of a phone."""
    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
