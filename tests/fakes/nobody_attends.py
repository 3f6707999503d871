"""Attendance without meter, leash, tools and record, for tests of what a call does by itself."""

from typing import Any


class NoCallServices:
    """Takes every call, and does nothing for it."""

    has_money = True

    def has_share(self, *_: Any) -> bool:
        return True

    def start(self, *_: Any, **__: Any) -> None:
        return None

    hold = record = of = start
