"""Reading fields of an event that anyone may have written: the right type, or nothing.

The `needed_…` readers raise `Malformed` instead; handlers call them before they change anything.
"""

from typing import Any

from realtime.bounds import MAX_ID_CHARS

Json = dict[str, Any]

_LARGEST = 1e15


class Malformed(ValueError):
    """An event lacks something it cannot be understood without."""


def text(source: Json, name: str) -> str | None:
    """A string, safe to be sent on: half a surrogate pair becomes a question mark."""
    value = source.get(name)
    return _encodable(value) if isinstance(value, str) else None


def number(value: object) -> float | None:
    """A finite number of a sane size; a bool is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if -_LARGEST <= value <= _LARGEST else None


def index(source: Json, name: str) -> int:
    """A place in a list, 0 when it is not said."""
    value = source.get(name)
    return value if isinstance(value, int) and value >= 0 else 0


def mapping(source: Json, name: str) -> Json:
    value = source.get(name)
    return value if isinstance(value, dict) else {}


def mappings(source: Json, name: str, most: int) -> list[Json]:
    """The objects among the first `most` entries of a list."""
    value = source.get(name)
    return [entry for entry in value[:most] if isinstance(entry, dict)] if isinstance(value, list) else []


def an_id(source: Json, name: str) -> str | None:
    """An id; None where there is none, or one that is longer than any provider's."""
    value = text(source, name)
    return value if value and len(value) <= MAX_ID_CHARS else None


def needed_text(source: Json, name: str) -> str:
    value = text(source, name)
    if value is None:
        raise Malformed(name)
    return value


def needed_id(source: Json, name: str) -> str:
    value = an_id(source, name)
    if value is None:
        raise Malformed(name)
    return value


def needed_mapping(source: Json, name: str) -> Json:
    value = source.get(name)
    if not isinstance(value, dict):
        raise Malformed(name)
    return value


def well_formed(value: Any) -> Any:
    """Decoded JSON as it can be sent on: without half a surrogate pair in any text or name.

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
