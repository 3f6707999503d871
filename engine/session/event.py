"""Events as they travel: JSON text, one object each."""

import json
from typing import Any

from engine.http.api_error import EngineError
from engine.session.items import new_id

Event = dict[str, Any]


def encoded(event_type: str, **fields: Any) -> str:
    """Return a server event with an id of its own."""
    return json.dumps({"type": event_type, "event_id": new_id("event"), **fields}, ensure_ascii=False)


def decoded(text: str | bytes) -> Event:
    """Return a client event.

    :raises ApiError: when it is not a JSON object
    """
    try:
        event = json.loads(text)
        # What cannot be sent back (a lone surrogate, an infinite number) is refused here, once.
        json.dumps(event, ensure_ascii=False, allow_nan=False).encode()
    except (ValueError, RecursionError):
        raise EngineError("The event is not valid JSON.", code="invalid_json") from None
    if not isinstance(event, dict):
        raise EngineError("The event is not a JSON object.", code="invalid_json")
    return event
