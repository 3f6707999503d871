"""The end of replies whose playback the provider does not report, as some compatible servers do not."""

from collections.abc import Callable, Sequence
from typing import Protocol

from realtime.conversation import Conversation
from realtime.conversation.changes import Change, PlaybackAwaited

UNREPORTED_SECONDS = 1.0
"""How long after a reply was generated the provider may still report the start of its playback."""


class PlannedCall(Protocol):
    """What can be stopped before it is called."""

    def cancel(self) -> None:
        """Stop it."""


CallLater = Callable[[float, Callable[[], None]], PlannedCall]


class UnreportedPlayback:
    """Tells by the clock that a reply is heard, and that it is over, unless the provider tells so itself."""

    def __init__(
        self, conversation: Conversation, call_later: CallLater, tell: Callable[[Sequence[Change]], None]
    ) -> None:
        """Create the unreported playback.

        :param call_later: takes seconds and what is to be called then
        :param tell: gets the changes of the conversation that come by the clock
        """
        self._conversation = conversation
        self._call_later = call_later
        self._tell = tell
        self._awaited: PlaybackAwaited | None = None
        self._due: list[PlannedCall] = []

    def apply(self, changes: Sequence[Change]) -> None:
        """Follow changes of the conversation."""
        for change in changes:
            if isinstance(change, PlaybackAwaited):
                self._await_playback(change)

    def _await_playback(self, awaited: PlaybackAwaited) -> None:
        """Wait for the latest reply alone: the clocks of a call are not for its browser to multiply."""
        for each in self._due:
            each.cancel()
        self._give_up()
        self._awaited = awaited
        over_s = max(UNREPORTED_SECONDS, awaited.lasts_ms / 1000)
        self._due = [
            self._call_later(UNREPORTED_SECONDS, self._assume),
            self._call_later(over_s, self._give_up),
        ]

    def _assume(self) -> None:
        if self._awaited:
            self._tell(self._conversation.assume_playback(self._awaited.response_id))

    def _give_up(self) -> None:
        if self._awaited:
            self._tell(self._conversation.give_up_playback(self._awaited.response_id))
            self._awaited = None
