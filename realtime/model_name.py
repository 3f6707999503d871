"""Names of models: a snapshot's name is that of its model with a date behind it."""

import re

_DATE = re.compile(r"-\d{4}-\d{2}-\d{2}$")


def undated(model: str) -> str:
    """Return the name without a date: `gpt-live-transcribe` for `gpt-live-transcribe-2026-10-01`."""
    return _DATE.sub("", model)
