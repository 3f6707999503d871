"""Tries of a secret: so many a minute for each address, so that nobody finds it by trying."""

import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

TRIES_PER_MINUTE = 10


class Attempts:
    """Counts tries; a right one clears the count of its address."""

    def __init__(self, per_minute: int = TRIES_PER_MINUTE) -> None:
        self._limit = RateLimitItemPerMinute(per_minute)
        self._tries = MovingWindowRateLimiter(MemoryStorage())

    def try_once(self, address: str) -> bool:
        """Count a try before its secret is looked at; False: it must not be looked at."""
        return self._tries.hit(self._limit, address)

    def succeeded(self, address: str) -> None:
        """The try was right."""
        self._tries.clear(self._limit, address)

    def retry_after_s(self, address: str) -> float:
        """Seconds until the next try is looked at."""
        return max(1.0, self._tries.get_window_stats(self._limit, address).reset_time - time.time())
