"""Fields of a usage report that are kept: known numbers within bounds."""

from collections.abc import Mapping
from typing import Any

from realtime.fields import mapping, number

MOST_TOKENS = 10**9
MOST_SECONDS = 24 * 60 * 60
_TYPES = ("tokens", "duration")
_BY_MODALITY = dict.fromkeys(("text_tokens", "audio_tokens", "image_tokens"), MOST_TOKENS)
_INPUT = {
    **_BY_MODALITY,
    "cached_tokens": MOST_TOKENS,
    "cache_write_tokens": MOST_TOKENS,
    "cached_tokens_details": _BY_MODALITY,
}
_OUTPUT = {**_BY_MODALITY, "reasoning_tokens": MOST_TOKENS}
_FIELDS: Mapping[str, Any] = {
    **dict.fromkeys(("input_tokens", "output_tokens", "total_tokens"), MOST_TOKENS),
    "seconds": MOST_SECONDS,
    "input_token_details": _INPUT,
    "input_tokens_details": _INPUT,
    "output_token_details": _OUTPUT,
    "output_tokens_details": _OUTPUT,
}
"""Largest value of each field, or the fields in it. The Realtime API has `input_token_details`, `/responses`
has `input_tokens_details`."""


def known_usage(usage: Mapping[str, Any]) -> dict[str, Any]:
    """Return the known fields of a usage object, as the Realtime API or `/responses` reports it."""
    kind = usage.get("type")
    known = {"type": kind} if kind in _TYPES else {}
    return known | _known(dict(usage), _FIELDS)


def _known(source: dict[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, largest in fields.items():
        if isinstance(largest, Mapping):
            value: object = _known(mapping(source, name), largest) or None
        else:
            value = _amount(source.get(name), largest)
        if value is not None:
            found[name] = value
    return found


def _amount(value: object, largest: int) -> int | float | None:
    amount = number(value)
    if amount is None or amount < 0:
        return None
    amount = min(amount, largest)
    return int(amount) if float(amount).is_integer() else amount
