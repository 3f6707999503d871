"""Models that write down what callers say: which of them failed here, and which takes its place."""

import logging
from collections.abc import Callable
from datetime import UTC, date, datetime

from realtime.model_name import undated

log = logging.getLogger("guftagu.calls")

CHAIN = ("gpt-transcribe", "gpt-realtime-whisper", "gpt-4o-mini-transcribe")
"""The order in which they are tried, from the configured one on. Other models have no substitute."""
LAST_DAYS = {"gpt-4o-mini-transcribe": date(2027, 2, 26)}
"""Days on which OpenAI shuts models down."""


def today_utc() -> date:
    """Return the day in UTC."""
    return datetime.now(UTC).date()


class TranscriptionModels:
    """What a process has learned of them. A model that failed is not asked for again until the next start."""

    def __init__(self, today: Callable[[], date] = today_utc) -> None:
        self._today = today
        self._failed: set[str] = set()
        self._substitutes: set[str] = set()
        self._has_substitutes = True
        self._told: set[str] = set()

    def current(self, model: str) -> str:
        """Return the model to ask for in place of a configured one: itself, unless it failed."""
        substitute: str | None = model if self._has_substitutes else None
        while substitute and undated(substitute) in self._failed:
            model, substitute = substitute, self.after(substitute)
        return substitute or model

    def after(self, model: str) -> str | None:
        """Return the model that takes the place of one that fails; None where there is none."""
        if undated(model) not in CHAIN:
            return None
        later = CHAIN[CHAIN.index(undated(model)) + 1 :]
        today = self._today()
        return next((each for each in later if today <= LAST_DAYS.get(each, today)), None)

    def give_up(self, model: str) -> str | None:
        """Note that a model fails here, and return what takes its place; None where nothing does."""
        substitute = self.after(model)
        if substitute:
            self.tell(model, substitute)
            self._failed.add(undated(model))
            self._substitutes.add(substitute)
        return substitute

    def retreat_from(self, model: str) -> bool:
        """Note that a session is refused with this model, and take the next one, if it is a substitute.

        Where there is no further one, the configured model is asked for again: a call without the caller's
        words is better than none.

        :return: whether it is a substitute
        """
        if model not in self._substitutes:
            return False
        if self.give_up(model) is None:
            log.warning("sessions are refused with %s; going back to the configured model", model)
            self._has_substitutes = False
            self._substitutes.clear()
        return True

    def tell(self, model: str, substitute: str) -> None:
        """Log once that a model fails."""
        if model not in self._told:
            self._told.add(model)
            log.warning("callers' speech is not written down by %s; going on with %s", model, substitute)
