"""A clock that stands still until a test moves it."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Due:
    """One callback that waits for its time."""

    at: float
    callback: Callable[[], None]
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


@dataclass
class FakeTimer:
    """`timer(seconds, callback)` as `loop.call_later`, in a time of the test's own."""

    now: float = 0.0
    _due: list[Due] = field(default_factory=list)

    def __call__(self, seconds: float, callback: Callable[[], None]) -> Due:
        due = Due(self.now + seconds, callback)
        self._due.append(due)
        return due

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass; what falls due is called in order of its time."""
        self.now += seconds
        while ready := [d for d in self._due if d.at <= self.now]:
            first = min(ready, key=lambda d: d.at)
            self._due.remove(first)
            if not first.cancelled:
                first.callback()
