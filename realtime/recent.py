"""Collections that hold the entries added last, in bounded memory."""

from collections import OrderedDict
from typing import TypeVar

Value = TypeVar("Value")


class RecentDict(OrderedDict[str, Value]):
    """Dictionary of the last `limit` keys that were added."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._limit = limit

    def __setitem__(self, key: str, value: Value) -> None:
        super().__setitem__(key, value)
        if len(self) > self._limit:
            self.popitem(last=False)


class RecentIds:
    """Set of the last `limit` ids that were added."""

    def __init__(self, limit: int) -> None:
        self._ids: RecentDict[None] = RecentDict(limit)

    def add(self, new_id: str) -> bool:
        """Add `new_id`; return whether it was new."""
        if new_id in self._ids:
            return False
        self._ids[new_id] = None
        return True

    def discard(self, an_id: str) -> None:
        """Remove `an_id` if it is there."""
        self._ids.pop(an_id, None)

    def clear(self) -> None:
        """Remove all ids."""
        self._ids.clear()

    def __contains__(self, an_id: str) -> bool:
        return an_id in self._ids

    def __len__(self) -> int:
        return len(self._ids)
