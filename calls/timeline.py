"""One clock for a conversation whose events come from browsers that reload, each with a clock of its own."""

import time
from collections.abc import Callable


class Timeline:
    """Times of events in milliseconds, running on across reloads; between events by this server's clock."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Create the timeline.

        :param clock: seconds
        """
        self._clock = clock
        self._latest: tuple[float, float] | None = None
        self._offset_ms = 0.0
        self._changed = False

    @property
    def now_ms(self) -> float | None:
        """None before the first event: nobody knows what the clock says."""
        if self._latest is None:
            return None
        at_ms, noted_s = self._latest
        return at_ms + (self._clock() - noted_s) * 1000

    def place(self, at_ms: float) -> float:
        """Return where on the timeline an event stands that came at `at_ms` of its own clock."""
        if self._changed:
            self._offset_ms = (self.now_ms or 0.0) - at_ms
            self._changed = False
        placed = at_ms + self._offset_ms
        self._latest = placed, self._clock()
        return placed

    def change_clock(self) -> None:
        """Note that the events from here on are timed by another clock."""
        self._changed = self._latest is not None
