"""Models that a provider offers, as `GET /models` lists them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from realtime.fields import Json, an_id, mappings, number, text

MAX_MODELS = 2000
MAX_NAMES = 20
"""Names of other models in one sentence."""
KINDS = ("realtime", "transcribe", "whisper")
"""Parts of the names of models that a call may use."""


@dataclass(frozen=True, slots=True)
class ListedModel:
    """One model."""

    name: str
    shutdown: date | None = None
    """Day on which it is shut down, in UTC; None where nothing is said of it."""


def models_in(answer: Any) -> list[ListedModel]:
    """Return the models of an answer.

    :raises ValueError: it is no list of models
    """
    if not isinstance(answer, dict) or not isinstance(answer.get("data"), list):
        raise ValueError("no list of models")
    listed = mappings(answer, "data", MAX_MODELS)
    return [ListedModel(name, _shutdown(each)) for each in listed if (name := an_id(each, "id"))]


def missing_model(name: str, models: Iterable[ListedModel]) -> str:
    """Return the sentence that says that a model is not there, and which ones a call may use."""
    others = [model.name for model in models if any(kind in model.name for kind in KINDS)]
    offers = f"; it offers {', '.join(sorted(others)[:MAX_NAMES])}" if others else ""
    return f"the provider has no model {name}{offers}"


def _shutdown(model: Json) -> date | None:
    """Return `shutdown_date`, which may be a date, a date with its time, or seconds since 1970."""
    try:
        if written := text(model, "shutdown_date"):
            return date.fromisoformat(written[:10])
        seconds = number(model.get("shutdown_date"))
        return datetime.fromtimestamp(seconds, UTC).date() if seconds else None
    except (ValueError, OverflowError, OSError):
        return None
