"""The servers that live, and which of them holds a call."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the table of servers, and to sessions the id of theirs."""
    op.create_table(
        "servers",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.add_column("sessions", sa.Column("server_id", sa.Text()))
    is_open = sa.text("closed_at IS NULL")
    op.create_index(
        "ix_sessions_open", "sessions", ["server_id"], sqlite_where=is_open, postgresql_where=is_open
    )
