"""`idle_timeout_ms`: noticing a caller who stays silent after a reply was played."""

from collections.abc import Callable
from typing import Protocol


class Timer(Protocol):
    """What `loop.call_later` gives back."""

    def cancel(self) -> None:
        """Do not call after all."""


CallLater = Callable[[float, Callable[[], None]], Timer]


class IdleTimer:
    """Runs from the end of a reply until anything happens."""

    def __init__(self, call_later: CallLater, on_idle: Callable[[], None]) -> None:
        self._call_later = call_later
        self._on_idle = on_idle
        self._timer: Timer | None = None

    def arm(self, timeout_ms: int | None) -> None:
        """Begin to wait; None: never."""
        self.disarm()
        if timeout_ms is not None:
            self._timer = self._call_later(timeout_ms / 1000, self._on_idle)

    def disarm(self) -> None:
        """Something happened."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
