"""How often calls may be started: by one visitor, from one address, and by all of them together."""

import time

from limits import RateLimitItemPerMinute
from limits.strategies import MovingWindowRateLimiter

from state.expiring_storage import ExpiringStorage

ADDRESS_WORTH = 5
"""One address starts as often as so many visitors: a visitor is a cookie, and cookies are thrown away."""
VISITORS_WORTH = 10
"""All together start as often as so many busy visitors, so that one address alone cannot use it up."""
ALL = "all visitors"


class Starts:
    """Counts starts over the last minute."""

    def __init__(self, per_minute: int) -> None:
        """Create the limit.

        :param per_minute: of one visitor
        """
        self._starts = MovingWindowRateLimiter(ExpiringStorage())
        self._of_one = RateLimitItemPerMinute(per_minute)
        self._of_address = RateLimitItemPerMinute(per_minute * ADDRESS_WORTH)
        self._of_all = RateLimitItemPerMinute(per_minute * VISITORS_WORTH)

    def count(self, visitor_id: str, address: str | None = None) -> float | None:
        """Count a start; return the seconds to wait where it is one too many, which counts for nothing.

        :param address: network of the visitor; None: not counted
        """
        limits = [(self._of_one, f"visitor {visitor_id}"), (self._of_all, ALL)]
        if address:
            limits.append((self._of_address, f"address {address}"))
        for limit, who in limits:
            if not self._starts.test(limit, who):
                return max(1.0, self._starts.get_window_stats(limit, who).reset_time - time.time())
        for limit, who in limits:
            self._starts.hit(limit, who)
        return None
