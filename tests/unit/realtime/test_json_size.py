"""The size of JSON that somebody else wrote."""

from typing import Any

from realtime.json_size import CHARS_PER_UNIT, MAX_DEPTH, json_size


def nested(depth: int) -> Any:
    value: Any = {}
    for _ in range(depth - 1):
        value = {"a": value}
    return value


def test_values_keys_and_text_count() -> None:
    assert json_size({"type": "x" * CHARS_PER_UNIT}, 100) == 4
    assert json_size([1, None, True], 100) == 7


def test_what_is_larger_than_asked_for_has_no_size() -> None:
    assert json_size("x" * 1000, 100) is None
    assert json_size([0] * 1000, 100) is None
    assert json_size({"x" * 1000: 0}, 100) is None


def test_what_is_nested_too_deep_has_no_size() -> None:
    assert json_size(nested(MAX_DEPTH), 10_000) is not None
    assert json_size(nested(MAX_DEPTH + 1), 10_000) is None
    assert json_size(nested(100_000), 10**9) is None
