"""Names of models: a snapshot has its date behind the name of the model it is one of."""

import re

_DATE = re.compile(r"-\d{4}-\d{2}-\d{2}$")


def undated(model: str) -> str:
    """`gpt-live-transcribe` for `gpt-live-transcribe-2026-10-01`, and for itself."""
    return _DATE.sub("", model)
