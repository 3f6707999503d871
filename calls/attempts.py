"""Tries of a secret: so many a minute for each address, and so many wrong ones for all together.

An address is cheap: whoever has many, or is believed to by a careless proxy, still finds nothing by trying.
"""

import time

from limits import RateLimitItemPerMinute
from limits.strategies import MovingWindowRateLimiter

from state.expiring_storage import ExpiringStorage

TRIES_PER_MINUTE = 10
WRONG_PER_MINUTE = 100
ALL = "all addresses"


class Attempts:
    """Counts tries; a right one clears the count of its address."""

    def __init__(
        self, per_minute: int = TRIES_PER_MINUTE, wrong_per_minute: int | None = WRONG_PER_MINUTE
    ) -> None:
        """:param wrong_per_minute: of all addresses; None for what is too long to be found by trying"""
        self._limit = RateLimitItemPerMinute(per_minute)
        self._wrong_limit = RateLimitItemPerMinute(wrong_per_minute) if wrong_per_minute else None
        self._tries = MovingWindowRateLimiter(ExpiringStorage())

    def try_once(self, address: str) -> bool:
        """Count a try before its secret is looked at; False: it must not be looked at."""
        if self._wrong_limit and not self._tries.test(self._wrong_limit, ALL):
            return False
        return self._tries.hit(self._limit, f"from {address}")

    def succeeded(self, address: str) -> None:
        """The try was right."""
        self._tries.clear(self._limit, f"from {address}")

    def failed(self) -> None:
        """The try was wrong."""
        if self._wrong_limit:
            self._tries.hit(self._wrong_limit, ALL)

    def retry_after_s(self, address: str) -> float:
        """Seconds until the next try is looked at."""
        resets = [self._tries.get_window_stats(self._limit, f"from {address}").reset_time]
        if self._wrong_limit and not self._tries.test(self._wrong_limit, ALL):
            resets.append(self._tries.get_window_stats(self._wrong_limit, ALL).reset_time)
        return max(1.0, max(resets) - time.time())
