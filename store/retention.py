"""Deleting records that are older than they may be, while the server runs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from store.database import StoreFailure
from store.records import Records

log = logging.getLogger("guftagu.records")

CHECK_SECONDS = 3600.0


class Retention:
    """Purges now and every hour, until closed."""

    def __init__(
        self,
        records: Records,
        days: float,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Create the retention.

        :param days: how long a record is kept after the end of its call
        """
        self._records = records
        self._kept = timedelta(days=days)
        self._now = now
        self._sleep = sleep
        self._task = asyncio.create_task(self._run(), name="retention")

    async def _run(self) -> None:
        while True:
            try:
                if purged := await self._records.purge(self._kept, self._now()):
                    log.info("%s records were older than they may be and are deleted", purged)
            except StoreFailure as failure:
                log.warning("old records are not deleted: %s", failure)
            await self._sleep(CHECK_SECONDS)

    async def close(self) -> None:
        """Stop purging."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
