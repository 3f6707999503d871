"""Ids that were seen, in the database that the servers share."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import delete

from store.database import Database
from store.models import SeenRecord
from store.upsert import execute, insert

REMEMBERED = timedelta(hours=72)
"""For that long the provider delivers again what it believes was not taken."""


class DatabaseDedupe:
    """Implement `Dedupe`: a row for each id, deleted once it is too old to come again."""

    def __init__(
        self,
        database: Database,
        kind: Literal["delivery", "ring"],
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Create the database dedupe.

        :param kind: of what; ids of another kind are other ids
        """
        self._database = database
        self._kind = kind
        self._now = now

    async def add(self, item_id: str) -> bool:
        """Remember an id and return whether it is new."""
        now = self._now()
        async with self._database.transaction() as transaction:
            await transaction.execute(delete(SeenRecord).where(SeenRecord.at <= now - REMEMBERED))
            seen = insert(transaction, SeenRecord).values(kind=self._kind, id=item_id, at=now)
            return await execute(transaction, seen.on_conflict_do_nothing()) > 0
