"""How many client events a session takes in a second."""

import time
from collections.abc import Callable

EVENTS_PER_SECOND = 200
BURST_EVENTS = 2_000
"""At once: a session that carries another one on is told its whole history."""
BYTES_PER_SECOND = 4 * 1024 * 1024
BURST_BYTES = 64 * 1024 * 1024
"""At once: a recording that is written down comes faster than it is spoken."""


class EventRate:
    """Two token buckets of one session, for events and for their bytes."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """Create the event rate.

        :param now: seconds
        """
        self._now = now
        self._at = now()
        self._events, self._bytes = float(BURST_EVENTS), float(BURST_BYTES)

    def takes(self, size: int) -> bool:
        """Count an event.

        :param size: bytes
        :return: whether there is room for it; what is refused is not counted
        """
        now = self._now()
        passed, self._at = now - self._at, now
        self._events = min(BURST_EVENTS, self._events + passed * EVENTS_PER_SECOND)
        self._bytes = min(BURST_BYTES, self._bytes + passed * BYTES_PER_SECOND)
        if self._events < 1 or self._bytes < size:
            return False
        self._events -= 1
        self._bytes -= size
        return True
