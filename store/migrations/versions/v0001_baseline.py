"""The tables of version 0.1, which made them without alembic: what is there already is left as it is."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables of sessions and of what belongs to them."""
    op.create_table(
        "sessions",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("persona", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("control", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provider_call_id", sa.Text()),
        sa.Column("visitor", sa.Text()),
        sa.Column("owner", sa.Text()),
        sa.Column("model", sa.Text()),
        sa.Column("voice", sa.Text()),
        sa.Column("language", sa.Text()),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.Text()),
        sa.Column("cost_usd", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.Text()),
        sa.Column("summary", sa.Text()),
        if_not_exists=True,
    )
    _index("sessions", "opened_at")
    _index("sessions", "owner")
    op.create_table(
        "items",
        _session_key(),
        sa.Column("item_id", sa.Text(), primary_key=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("heard", sa.Integer()),
        sa.Column("started_at_ms", sa.Integer()),
        sa.Column("ended_at_ms", sa.Integer()),
        sa.Column("interrupted", sa.Boolean(), nullable=False),
        sa.Column("finished", sa.Boolean(), nullable=False),
        sa.Column("language", sa.Text()),
        if_not_exists=True,
    )
    op.create_table(
        "usage",
        _session_key(),
        sa.Column("source", sa.Text(), primary_key=True),
        sa.Column("reference", sa.Text(), primary_key=True),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("usage", sa.JSON(), nullable=False),
        sa.Column("cost_usd", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        if_not_exists=True,
    )
    _index("usage", "at")
    op.create_table(
        "tool_calls",
        _session_key(),
        sa.Column("call_id", sa.Text(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("took_ms", sa.Integer()),
        sa.Column("arguments", sa.Text()),
        sa.Column("output", sa.Text()),
        if_not_exists=True,
    )
    op.create_table(
        "profiles",
        _session_key(),
        sa.Column("schema", sa.JSON()),
        sa.Column("data", sa.JSON()),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        if_not_exists=True,
    )


def _session_key() -> sa.Column[str]:
    key = sa.ForeignKey("sessions.id", ondelete="CASCADE")
    return sa.Column("session_id", sa.Text(), key, primary_key=True)


def _index(table: str, column: str) -> None:
    op.create_index(f"ix_{table}_{column}", table, [column], if_not_exists=True)
