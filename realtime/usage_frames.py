"""What a frame of a session says was billed or failed, without parsing the frames that say nothing of it."""

import json
from dataclasses import dataclass

from realtime.conversation.changes import UsageReported
from realtime.error_codes import error_code
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


_FAILED = f'"{ServerEvent.TRANSCRIPTION_FAILED.value}"'


@dataclass(frozen=True, slots=True)
class TranscriptionFailed:
    """The provider told this server itself that it could not write down what a caller said."""

    item_id: str
    code: str
    """One of `realtime.error_codes`."""


def usage_in(frame: str | bytes) -> UsageReported | None:
    """Return the usage that a frame reports; None where it reports none."""
    text = frame if isinstance(frame, str) else frame.decode("utf-8", "replace")
    event = _event(text) if any(mark in text for mark in _BILLING) else {}
    if event.get("type") == ServerEvent.RESPONSE_DONE:
        response = mapping(event, "response")
        return _reported("response", mapping(response, "usage"), an_id(response, "id"))
    if event.get("type") == ServerEvent.TRANSCRIPTION_COMPLETED:
        return _reported("transcription", mapping(event, "usage"), an_id(event, "item_id"))
    return None


def failed_transcription_in(frame: str | bytes) -> TranscriptionFailed | None:
    """Return the failed transcription that a frame reports; None where it reports none."""
    text = frame if isinstance(frame, str) else frame.decode("utf-8", "replace")
    event = _event(text) if _FAILED in text else {}
    item_id = an_id(event, "item_id")
    if event.get("type") != ServerEvent.TRANSCRIPTION_FAILED or item_id is None:
        return None
    return TranscriptionFailed(item_id, error_code(mapping(event, "error")))


def _event(text: str) -> dict[str, object]:
    """Return the event of a frame; an empty object where it holds none."""
    try:
        event = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return event if isinstance(event, dict) else {}


def _reported(source: str, usage: dict[str, object], of: str | None) -> UsageReported | None:
    known = known_usage(usage)
    if not known or of is None:
        return None
    return UsageReported("response" if source == "response" else "transcription", known, of)
