"""Topic and summary of a call, asked of its own session before it is hung up."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from calls.events import Summarised
from realtime.sideband import SidebandLost

log = logging.getLogger("guftagu.calls")

TOPIC = "Name the topic of this conversation in at most five words, in its own language. Only the words."
SUMMARY = (
    "Sum up this conversation in two sentences in its own language: what the caller wanted, what came of it. "
    "No card, account, identity or phone numbers."
)


class SessionSummary:
    """The summary of one call: asked for at most once at a time, and skipped when there is no time."""

    def __init__(self, name: str) -> None:
        """Create the session summary.

        :param name: of the call, for log lines
        """
        self._name = name
        self._asking: asyncio.Future[tuple[str, str]] | None = None

    async def ask(self, ask: Callable[[str], Awaitable[str]]) -> Summarised | None:
        """Ask the session for topic and summary; return None where it does not answer or is not waited for.

        :param ask: asks out of band, as `Leg.ask` does
        """
        asking = self._asking = asyncio.gather(ask(TOPIC), ask(SUMMARY))
        try:
            await asyncio.wait({asking})
        finally:
            asking.cancel()
        if asking.cancelled():
            return None
        try:
            return Summarised(*asking.result())
        except (SidebandLost, TimeoutError):
            log.info("%s: its session does not sum it up", self._name)
            return None

    def skip(self) -> None:
        """Wait no longer for an answer."""
        if self._asking:
            self._asking.cancel()
