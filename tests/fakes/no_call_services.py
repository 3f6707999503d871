"""Call services that do nothing, for tests of what a call does by itself."""

from typing import Any


class NothingRuns:
    """What runs beside such a call: a record that has begun, and no tools."""

    def __init__(self) -> None:
        self.recorder = self.runner = self

    async def begun(self) -> bool:
        """Say that the record has begun."""
        return True

    async def wait_for_tools(self) -> None:
        """Wait for no tool."""


class NoCallServices:
    """Takes every call, and does nothing for it."""

    has_money = True

    def has_share(self, *_: Any) -> bool:
        """Say that money is left."""
        return True

    def start(self, *_: Any, **__: Any) -> NothingRuns:
        """Begin nothing."""
        return NothingRuns()

    def resume(self, *_: Any, **__: Any) -> None:
        """Go on with nothing."""

    of = forget = resume
