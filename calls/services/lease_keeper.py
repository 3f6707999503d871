"""Keeping this server's lease, and ending what servers that were killed left behind."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime

from calls.services.recording import utc_now
from state.leases import Leases
from store.database import StoreFailure
from store.records import Records

log = logging.getLogger("guftagu.records")


class LeaseKeeper:
    """Renew the lease, and close and hang up abandoned calls, now and again and again until closed."""

    def __init__(
        self,
        leases: Leases,
        records: Records,
        hang_up: Callable[[Iterable[str]], None],
        *,
        every_s: float,
        now: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Create the lease keeper.

        :param hang_up: gets the provider's ids of calls whose server was killed
        :param every_s: seconds from one renewal to the next, well below the time of a lease
        """
        self._leases = leases
        self._records = records
        self._hang_up = hang_up
        self._every_s = every_s
        self._now = now
        self._sleep = sleep
        self._task = asyncio.create_task(self._run(), name="lease")

    async def _run(self) -> None:
        while True:
            try:
                await self._leases.renew()
                await self._close_abandoned()
            except StoreFailure as failure:
                log.warning("the lease of this server is not renewed: %s", failure)
            await self._sleep(self._every_s)

    async def _close_abandoned(self) -> None:
        # The holders are read before their leases: a server takes its lease before it opens a record.
        holders = await self._records.servers_of_open_sessions() - {self._leases.server_id}
        killed = await self._leases.lapsed(holders)
        if left := await self._records.close_abandoned(killed, self._now()):
            log.info("hung up after a server was killed: %s calls", len(left))
            self._hang_up(left)

    async def close(self) -> None:
        """Stop renewing, and give the lease up."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        try:
            await self._leases.release()
        except StoreFailure as failure:
            log.warning("the lease of this server runs out by itself: %s", failure)
