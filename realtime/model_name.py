"""Names of models: a snapshot's name is that of its model with a date behind it."""

import re
from collections.abc import Mapping
from datetime import date

_DATE = re.compile(r"-\d{4}-\d{2}-\d{2}$")
SHUTDOWNS: Mapping[str, date] = {
    "gpt-realtime": date(2027, 1, 20),
    "gpt-realtime-mini": date(2027, 1, 20),
}
"""Days on which OpenAI shuts voice models down (its page "Deprecations", and the SDK's notes)."""


def undated(model: str) -> str:
    """Return the name without a date: `gpt-live-transcribe` for `gpt-live-transcribe-2026-10-01`."""
    return _DATE.sub("", model)


def is_served(model: str, day: date) -> bool:
    """Return whether OpenAI still serves a model on this day, as far as is known."""
    return day < SHUTDOWNS.get(undated(model), date.max)
