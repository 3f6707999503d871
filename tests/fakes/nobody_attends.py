"""Attendance without meter, leash, tools and record, for tests of what a call does by itself."""

from typing import Any


class NobodyAttends:
    """Takes every call, and does nothing for it."""

    has_money = True

    def has_share(self, *_: Any) -> bool:
        return True

    def attend(self, *_: Any, **__: Any) -> None:
        return None

    hold = record = of = attend
