"""How often calls may be started: by one visitor, and by all of them together."""

import time

from limits import RateLimitItemPerMinute
from limits.strategies import MovingWindowRateLimiter

from state.expiring_storage import ExpiringStorage

VISITORS_WORTH = 10
"""All together start as often as so many busy ones: a visitor is a cookie, and cookies are thrown away."""
ALL = "all visitors"


class Starts:
    """Counts starts over the last minute."""

    def __init__(self, per_minute: int) -> None:
        """:param per_minute: of one visitor"""
        self._starts = MovingWindowRateLimiter(ExpiringStorage())
        self._of_one = RateLimitItemPerMinute(per_minute)
        self._of_all = RateLimitItemPerMinute(per_minute * VISITORS_WORTH)

    def count(self, visitor_id: str) -> float | None:
        """Count a start; if it is one too many, the seconds until another try makes sense."""
        for limit, who in ((self._of_one, f"visitor {visitor_id}"), (self._of_all, ALL)):
            if not self._starts.hit(limit, who):
                return max(1.0, self._starts.get_window_stats(limit, who).reset_time - time.time())
        return None
