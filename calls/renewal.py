"""Getting over the provider's longest session: a new one in time, between two turns."""

from collections.abc import Callable, Iterable

from calls.call import Cancellable, Timer
from calls.events import CallChange, Closed, Connected, Warned
from realtime.conversation.changes import Activity, ActivityChanged, ItemFinished

LONGEST_SESSION_S = 60 * 60.0
"""The provider ends a session then."""
AHEAD_S = 5 * 60.0
"""How long before that the next silence is used."""
LATEST_S = 60.0
"""How long before that nobody's silence is waited for."""


class Renewal:
    """Wishes for a new session of the provider when the present one grows old. Show it the call's changes."""

    def __init__(
        self,
        timer: Timer,
        *,
        warn: Callable[[Warned], None],
        renew: Callable[[], None],
        awaits_words: Callable[[], bool] = lambda: False,
    ) -> None:
        """Create the renewal.

        :param warn: tells the caller
        :param renew: called once for each session that grows old
        :param awaits_words: whether something said is still to be written down; a new session would lose it
        """
        self._timer = timer
        self._warn = warn
        self._renew = renew
        self._awaits_words = awaits_words
        self._timers: list[Cancellable] = []
        self._activity: Activity = "listening"
        self._due = False

    def apply(self, changes: Iterable[CallChange]) -> None:
        """Follow the age of the session and who speaks in it."""
        for change in changes:
            if isinstance(change, Connected):
                self._start()
            elif isinstance(change, ActivityChanged):
                self._activity = change.activity
                self._renew_in_silence()
            elif isinstance(change, ItemFinished):
                self._renew_in_silence()
            elif isinstance(change, Closed):
                self._stop()

    def _start(self) -> None:
        self._stop()
        self._timers = [
            self._timer(LONGEST_SESSION_S - AHEAD_S, self._become_due),
            self._timer(LONGEST_SESSION_S - LATEST_S, self._renew_now),
        ]

    def _stop(self) -> None:
        self._due = False
        for timer in self._timers:
            timer.cancel()

    def _become_due(self) -> None:
        self._due = True
        self._warn(Warned("session_renewed", None))
        self._renew_in_silence()

    def _renew_in_silence(self) -> None:
        if self._due and self._activity == "listening" and not self._awaits_words():
            self._renew_now()

    def _renew_now(self) -> None:
        self._stop()
        self._renew()
