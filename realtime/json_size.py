"""Size of decoded JSON from others, measured without recursion and only up to a limit."""

from typing import Any

MAX_DEPTH = 32
"""Levels of nested objects and lists: an event has about 8, a session with its tools' schemas 20."""
CHARS_PER_UNIT = 8


def json_size(value: Any, most: int) -> int | None:
    """Return the size of decoded JSON: one unit for each value, and one for each `CHARS_PER_UNIT` of text.

    :param most: the largest size that is of interest
    :return: None where it is larger, or nested deeper than `MAX_DEPTH`
    """
    size, level = 0, [value]
    for _ in range(MAX_DEPTH):
        size += sum(map(_own_size, level))
        if size > most:
            return None
        level = [inner for each in level for inner in _inside(each)]
        if not level:
            return size
    return None


def _own_size(value: Any) -> int:
    if isinstance(value, str):
        return 1 + len(value) // CHARS_PER_UNIT
    if isinstance(value, dict):
        return 1 + len(value) + sum(map(len, value)) // CHARS_PER_UNIT
    return 1 + len(value) if isinstance(value, list) else 1


def _inside(value: Any) -> Any:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
