"""Leases in the database that the servers share."""

import secrets
from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import delete, select

from state.leases import LEASE_SECONDS
from store.database import Database
from store.models import ServerRecord
from store.upsert import upsert


class DatabaseLeases:
    """Implement `Leases`: a row for each server that lives, timed by the database's clock."""

    def __init__(self, database: Database, lease_s: float = LEASE_SECONDS) -> None:
        """Create the database leases.

        :param lease_s: seconds from a renewal to the end of the lease
        """
        self._database = database
        self._lease = timedelta(seconds=lease_s)
        self.server_id = f"server_{secrets.token_hex(8)}"

    async def take(self) -> None:
        """Take the first lease, and forget those that ran out.

        :raises StoreFailure: nothing can be written
        """
        async with self._database.transaction() as transaction:
            now = await self._database.now(transaction)
            await transaction.execute(delete(ServerRecord).where(ServerRecord.expires_at <= now))
        await self.renew()

    async def renew(self) -> None:
        """Hold the lease for its whole time from now on."""
        async with self._database.transaction() as transaction:
            expires_at = await self._database.now(transaction) + self._lease
            await upsert(transaction, ServerRecord, [{"id": self.server_id, "expires_at": expires_at}])

    async def release(self) -> None:
        """Give the lease up."""
        async with self._database.transaction() as transaction:
            await transaction.execute(delete(ServerRecord).where(ServerRecord.id == self.server_id))

    async def lapsed(self, server_ids: Collection[str]) -> set[str]:
        """Return those that hold no lease, or one that ran out."""
        async with self._database.session() as session:
            now = await self._database.now(session)
            holders = select(ServerRecord.id).where(
                ServerRecord.id.in_(server_ids), ServerRecord.expires_at > now
            )
            return set(server_ids) - set(await session.scalars(holders))
