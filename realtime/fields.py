"""Readers of an event's fields, which anyone may have written: a value of the right type, or None.

The `needed_…` readers raise `Malformed` instead; handlers call them before they change anything.
"""

from typing import Any

from realtime.bounds import MAX_ID_CHARS

Json = dict[str, Any]

_LARGEST = 1e15


class Malformed(ValueError):
    """Missing or wrong field without which an event cannot be understood."""


def text(source: Json, name: str) -> str | None:
    """Return a string that can be encoded: half a surrogate pair becomes a question mark."""
    value = source.get(name)
    return _encodable(value) if isinstance(value, str) else None


def number(value: object) -> float | None:
    """Return a finite number of at most 10¹⁵; a bool is not a number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if -_LARGEST <= value <= _LARGEST else None


def index(source: Json, name: str) -> int:
    """Return an index of a list, 0 when it is not given."""
    value = source.get(name)
    return value if isinstance(value, int) and value >= 0 else 0


def mapping(source: Json, name: str) -> Json:
    """Return an object, an empty one when there is none."""
    value = source.get(name)
    return value if isinstance(value, dict) else {}


def mappings(source: Json, name: str, most: int) -> list[Json]:
    """Return the objects among the first `most` entries of a list."""
    value = source.get(name)
    return [entry for entry in value[:most] if isinstance(entry, dict)] if isinstance(value, list) else []


def an_id(source: Json, name: str) -> str | None:
    """Return an id; None where there is none, or one that is longer than any provider's."""
    value = text(source, name)
    return value if value and len(value) <= MAX_ID_CHARS else None


def needed_text(source: Json, name: str) -> str:
    """Return a string as `text` does.

    :raises Malformed: there is none
    """
    value = text(source, name)
    if value is None:
        raise Malformed(name)
    return value


def needed_id(source: Json, name: str) -> str:
    """Return an id as `an_id` does.

    :raises Malformed: there is none
    """
    value = an_id(source, name)
    if value is None:
        raise Malformed(name)
    return value


def needed_mapping(source: Json, name: str) -> Json:
    """Return an object.

    :raises Malformed: there is none
    """
    value = source.get(name)
    if not isinstance(value, dict):
        raise Malformed(name)
    return value


def well_formed(value: Any) -> Any:
    """Return decoded JSON without half a surrogate pair in any text or name.

    :param value: nested no deeper than this program's own stack allows
    """
    if isinstance(value, str):
        return _encodable(value)
    if isinstance(value, list):
        return [well_formed(each) for each in value]
    if isinstance(value, dict):
        return {_encodable(name): well_formed(each) for name, each in value.items()}
    return value


def _encodable(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode(errors="replace").decode()
    return value
