"""Of a usage report only known numbers are kept."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtime.prices import Prices
from realtime.usage import MOST_TOKENS, known_usage
from tests.fakes import turns

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(["type", "input_tokens", "seconds", "input_token_details", "cached_tokens"])


@pytest.mark.parametrize(
    "usage",
    [
        turns.USAGE,
        {"type": "duration", "seconds": 2.4},
        {"type": "tokens", "input_tokens": 12, "input_token_details": {"audio_tokens": 12}},
        {"input_tokens": 5, "output_tokens": 6, "input_tokens_details": {"cached_tokens": 4}},
    ],
)
def test_what_providers_report_costs_the_same(usage: dict[str, Any]) -> None:
    prices, model = Prices(), "gpt-realtime-2.1"
    assert prices.cost(model, known_usage(usage)) == prices.cost(model, usage)
    spoken = known_usage(usage)
    assert prices.transcription_cost("gpt-transcribe", spoken) == prices.transcription_cost(
        "gpt-transcribe", usage
    )


def test_nothing_else_is_kept() -> None:
    usage = {"type": "my words", "input_tokens": "4111", "note": "my words", "my words": 1, "seconds": []}
    assert known_usage(usage) == {}


def test_numbers_are_bounded() -> None:
    assert known_usage({"input_tokens": 10**12, "output_tokens": -1, "seconds": float("nan")}) == {
        "input_tokens": MOST_TOKENS
    }


@given(st.dictionaries(NAMES | st.text(max_size=5), JSON, max_size=6))
def test_whatever_is_reported_can_be_stored_and_answered(usage: dict[str, Any]) -> None:
    json.dumps(known_usage(usage), ensure_ascii=False, allow_nan=False).encode()
