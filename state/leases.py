"""Which servers live: each holds a lease that it renews as long as it runs."""

from collections.abc import Collection
from typing import Protocol

LEASE_SECONDS = 30.0
"""How long a server that was killed is taken to live. A running one renews three times in that time."""


class Leases(Protocol):
    """The lease of this server, and those of the others on the same database."""

    @property
    def server_id(self) -> str:
        """The name of this server, a new one at each start."""

    async def renew(self) -> None:
        """Hold the lease for its whole time from now on.

        :raises StoreFailure: it is not renewed; nothing can be written
        """

    async def release(self) -> None:
        """Give the lease up: this server is ending.

        :raises StoreFailure: it runs out by itself
        """

    async def lapsed(self, server_ids: Collection[str]) -> set[str]:
        """Return those of `server_ids` that hold no lease, or one that ran out.

        :raises StoreFailure: the database does not answer
        """
