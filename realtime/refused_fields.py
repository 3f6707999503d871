"""Optional fields of the session that the provider refuses: left out from then on, with one warning.

A field that decides what the agent does (instructions, tools, the kind of turn detection) is never left out.
"""

import copy
import logging
from typing import Any

log = logging.getLogger("guftagu.provider")

OPTIONAL = (
    "audio.input.noise_reduction",
    "audio.input.transcription.delay",
    "audio.input.transcription.keywords",
    "audio.input.transcription.language",
    "audio.input.transcription.languages",
    "audio.input.transcription.prompt",
    "audio.input.turn_detection.eagerness",
    "audio.input.turn_detection.idle_timeout_ms",
    "audio.input.turn_detection.prefix_padding_ms",
    "audio.input.turn_detection.silence_duration_ms",
    "audio.input.turn_detection.threshold",
    "audio.output.speed",
    "max_output_tokens",
    "reasoning",
    "tool_choice",
    "truncation",
)
"""Paths in the session object."""


class RefusedFields:
    """Fields that were refused in one process, each with the model whose session it was refused for."""

    def __init__(self) -> None:
        self._refused: set[tuple[str, str]] = set()

    def without(self, session: dict[str, Any]) -> dict[str, Any]:
        """Return the session without what the provider refused before."""
        refused = [path for model, path in self._refused if model == _model(session)]
        if not refused:
            return session
        session = copy.deepcopy(session)
        for path in refused:
            _remove(session, path)
        return session

    def learn(self, session: dict[str, Any], named: tuple[str, ...]) -> bool:
        """Note the first optional field of a refused session that the provider names; False where it is none.

        :param named: paths of fields
        """
        for name in named:
            path = next((each for each in OPTIONAL if name == each or name.startswith(f"{each}.")), None)
            if path and _has(session, path):
                self._refused.add((_model(session), path))
                log.warning("the provider refuses %s for %s; it is left out", path, _model(session))
                return True
        return False


def _model(session: dict[str, Any]) -> str:
    return str(session.get("model") or session.get("type"))


def _parent(session: dict[str, Any], path: str) -> dict[str, Any]:
    """Return the object that the path's last name is looked up in; an empty one where there is none."""
    inner: Any = session
    for name in path.split(".")[:-1]:
        inner = inner.get(name) if isinstance(inner, dict) else None
    return inner if isinstance(inner, dict) else {}


def _has(session: dict[str, Any], path: str) -> bool:
    return path.rsplit(".", 1)[-1] in _parent(session, path)


def _remove(session: dict[str, Any], path: str) -> None:
    _parent(session, path).pop(path.rsplit(".", 1)[-1], None)
