"""What a frame of a session says was billed, without parsing the frames that say nothing of it."""

import json

from realtime.conversation.changes import UsageReported
from realtime.events import ServerEvent
from realtime.fields import an_id, mapping
from realtime.usage import known_usage

_BILLING = {
    f'"{kind}"': kind
    for kind in (
        ServerEvent.RESPONSE_DONE.value,
        ServerEvent.TRANSCRIPTION_COMPLETED.value,
    )
}
"""The event types that carry usage, as they stand in JSON. Quotation marks inside a text are escaped there,
so no spoken word looks like one."""


def usage_in(frame: str | bytes) -> UsageReported | None:
    """Return the usage that a frame reports; None where it reports none."""
    text = frame if isinstance(frame, str) else frame.decode("utf-8", "replace")
    if not any(mark in text for mark in _BILLING):
        return None
    try:
        event = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(event, dict):
        return None
    if event.get("type") == ServerEvent.RESPONSE_DONE:
        response = mapping(event, "response")
        return _reported("response", mapping(response, "usage"), an_id(response, "id"))
    if event.get("type") == ServerEvent.TRANSCRIPTION_COMPLETED:
        return _reported("transcription", mapping(event, "usage"), an_id(event, "item_id"))
    return None


def _reported(source: str, usage: dict[str, object], of: str | None) -> UsageReported | None:
    known = known_usage(usage)
    if not known or of is None:
        return None
    return UsageReported("response" if source == "response" else "transcription", known, of)
