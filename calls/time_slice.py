"""How long one piece of work may keep the event loop before everybody else has a turn."""

import asyncio
import time
from collections.abc import Callable

SLICE_S = 0.004
"""In seconds. A request needs some ten turns of the loop: it waits for ten slices of a long piece of work."""

Clock = Callable[[], float]
"""Monotonic time in seconds."""


class TimeSlice:
    """A share of the event loop's time: measured, so that a slow machine does less work in it."""

    def __init__(self, clock: Clock = time.perf_counter) -> None:
        """Begin a slice."""
        self._clock = clock
        self._ends_at = clock() + SLICE_S

    @property
    def is_over(self) -> bool:
        """Whether the work has to let others have their turn."""
        return self._clock() >= self._ends_at

    async def pause_when_over(self) -> None:
        """Let the others have their turn when this slice is over, and begin the next one."""
        if self.is_over:
            await asyncio.sleep(0)
            self._ends_at = self._clock() + SLICE_S
