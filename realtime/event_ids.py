"""Ids of client events. An id begins with the event's type, so an error that names the id tells its cause."""

from typing import Any
from uuid import uuid4

from realtime.events import ClientEvent

SEPARATOR = "#"
_TYPES = frozenset(map(str, ClientEvent))


def with_event_id(event: dict[str, Any]) -> dict[str, Any]:
    """Return the client event with an `event_id`, which it keeps where it has one."""
    if event.get("event_id"):
        return event
    return {**event, "event_id": f"{event.get('type')}{SEPARATOR}{uuid4().hex}"}


def type_in_id(event_id: str | None) -> str | None:
    """Return the type of the client event that has this id; None where the id does not tell."""
    named = (event_id or "").partition(SEPARATOR)[0]
    return named if named in _TYPES else None
