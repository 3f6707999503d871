"""How much may come in over time: a bucket of tokens that refills."""

import time
from collections.abc import Callable


class TokenBucket:
    """Holds `size` tokens at most and gains `per_second`."""

    def __init__(self, size: float, per_second: float, now: Callable[[], float] = time.monotonic) -> None:
        self._size = self._tokens = size
        self._per_second = per_second
        self._now = now
        self._filled_at = now()

    def take(self, tokens: float = 1) -> bool:
        """Take this many tokens; False when there are fewer, and then none is taken."""
        now = self._now()
        self._tokens = min(self._size, self._tokens + (now - self._filled_at) * self._per_second)
        self._filled_at = now
        if self._tokens < tokens:
            return False
        self._tokens -= tokens
        return True
