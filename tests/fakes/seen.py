"""Ids that a test remembers, in memory."""


class SeenInMemory:
    """A `Dedupe` of one process."""

    def __init__(self) -> None:
        self._ids: set[str] = set()

    async def add(self, item_id: str) -> bool:
        is_new = item_id not in self._ids
        self._ids.add(item_id)
        return is_new
