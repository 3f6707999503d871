"""What was handled before, so that what is delivered again is not handled again."""

from typing import Protocol


class Dedupe(Protocol):
    """The ids of one kind of thing, remembered for all servers and over their restarts."""

    async def add(self, item_id: str) -> bool:
        """Remember an id and return whether it is new; of several that ask at once, one is told so.

        :raises StoreFailure: it is not remembered
        """
