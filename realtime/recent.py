"""Remembering what was seen lately, in bounded memory."""


class RecentIds:
    """The last `limit` ids that were added."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._ids: dict[str, None] = {}

    def add(self, new_id: str) -> bool:
        """Remember `new_id`; whether it was new."""
        if new_id in self._ids:
            return False
        self._ids[new_id] = None
        if len(self._ids) > self._limit:
            del self._ids[next(iter(self._ids))]
        return True

    def __contains__(self, an_id: str) -> bool:
        return an_id in self._ids
