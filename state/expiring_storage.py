"""Counts of `limits` in memory that are forgotten once they are over."""

import time

from limits.storage import MemoryStorage

SWEEP_SECONDS = 60.0


class ExpiringStorage(MemoryStorage):
    """`limits`' storage for moving windows, whose keys are visitors and addresses: anybody can make up more.

    `MemoryStorage` (limits 5.8) empties an old window but keeps its key for ever.
    """

    def __init__(self, sweep_seconds: float = SWEEP_SECONDS) -> None:
        """Create the expiring storage.

        :param sweep_seconds: between two looks for keys that are over
        """
        super().__init__()
        self._sweep_seconds = sweep_seconds
        self._swept_at_s = time.monotonic()

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count an entry, as `MemoryStorage` does; now and then forget the keys without any."""
        if time.monotonic() - self._swept_at_s >= self._sweep_seconds:
            self._sweep()
        return super().acquire_entry(key, limit, expiry, amount)

    def _sweep(self) -> None:
        self._swept_at_s = time.monotonic()
        now = time.time()
        for key, entries in list(self.events.items()):
            if not entries or entries[0].expiry <= now:  # The newest comes first.
                with self.locks[key]:  # `limits` empties windows in a thread of its own.
                    self.events.pop(key, None)
                self.locks.pop(key, None)
