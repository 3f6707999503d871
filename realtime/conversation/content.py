"""Readers of an item's content parts, in the GA form and the beta's."""

from realtime.bounds import MAX_ITEM_CHARS, MAX_ITEM_PARTS, MAX_RESPONSE_ITEMS
from realtime.fields import Json, mappings, text

_WORDS_IN = {
    "input_text": "text",
    "output_text": "text",
    "text": "text",
    "input_audio": "transcript",
    "output_audio": "transcript",
    "audio": "transcript",
}


def content(item: Json) -> list[Json]:
    """Return the content parts of an item object, at most `MAX_ITEM_PARTS`."""
    return mappings(item, "content", MAX_ITEM_PARTS)


def words(part: Json) -> str | None:
    """Return the part's text or transcript; None where there is none (yet)."""
    kind = part.get("type")
    return text(part, _WORDS_IN[kind]) if isinstance(kind, str) and kind in _WORDS_IN else None


def is_audio(part: Json) -> bool:
    """Return whether the part is audio."""
    return part.get("type") in ("input_audio", "output_audio", "audio")


def output_text(response: Json) -> str:
    """Return the words of all messages in a response's `output`: a line each part, up to `MAX_ITEM_CHARS`."""
    items = mappings(response, "output", MAX_RESPONSE_ITEMS)
    parts = [part for item in items for part in content(item)]
    return "\n".join(said for part in parts if (said := words(part)))[:MAX_ITEM_CHARS]
