import logging
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from realtime.prices import MODEL_PRICES, Prices
from settings import MODELS

FULL, MINI = "gpt-realtime-2.1", "gpt-realtime-2.1-mini"
SAMPLE: dict[str, Any] = {
    "total_tokens": 253,
    "input_tokens": 132,
    "output_tokens": 121,
    "input_token_details": {
        "text_tokens": 119,
        "audio_tokens": 13,
        "image_tokens": 0,
        "cached_tokens": 64,
        "cached_tokens_details": {"text_tokens": 64, "audio_tokens": 0, "image_tokens": 0},
    },
    "output_token_details": {"text_tokens": 30, "audio_tokens": 91},
}
NUMBERS = st.one_of(st.none(), st.integers(-5, 10**6))


def with_input(**changes: Any) -> dict[str, Any]:
    return {**SAMPLE, "input_token_details": {**SAMPLE["input_token_details"], **changes}}


@pytest.mark.parametrize(("model", "usd"), [(FULL, "0.0072056"), (MINI, "0.00205884")])
def test_the_specifications_sample_comes_out_to_the_last_digit(model: str, usd: str) -> None:
    assert Prices().cost(model, SAMPLE) == Decimal(usd)


def test_cached_tokens_are_part_of_the_input_and_not_counted_twice() -> None:
    uncached = with_input(cached_tokens=0, cached_tokens_details={})
    saved = Prices().cost(FULL, uncached) - Prices().cost(FULL, SAMPLE)
    assert saved == 64 * (Decimal(4) - Decimal("0.40")) / 1_000_000


def test_cached_audio_is_charged_at_its_own_rate() -> None:
    usage = with_input(cached_tokens=74, cached_tokens_details={"text_tokens": 64, "audio_tokens": 10})
    saved = Prices().cost(MINI, SAMPLE) - Prices().cost(MINI, usage)
    assert saved == 10 * (Decimal(10) - Decimal("0.30")) / 1_000_000


def test_cached_tokens_without_details_are_charged_at_the_text_cached_rate() -> None:
    assert Prices().cost(FULL, with_input(cached_tokens_details=None)) == Decimal("0.0072056")
    all_cached = with_input(cached_tokens=132, cached_tokens_details=None)
    out = Decimal(30 * 24 + 91 * 64)
    assert Prices().cost(FULL, all_cached) == (132 * Decimal("0.40") + out) / 1_000_000


def test_text_that_is_written_into_the_cache_costs_a_quarter_more() -> None:
    more = Prices().cost(FULL, with_input(cache_write_tokens=40)) - Prices().cost(FULL, SAMPLE)
    assert more == 40 * Decimal(4) / 4 / 1_000_000
    assert Prices().cost(FULL, with_input(cache_write_tokens=10**6)) < 2 * Prices().cost(FULL, SAMPLE)


@pytest.mark.parametrize("model", ["gpt-realtime", "gpt-realtime-2025-08-28", "gpt-realtime-mini"])
def test_models_that_are_served_have_a_price(model: str, caplog: pytest.LogCaptureFixture) -> None:
    assert Prices().cost(model, SAMPLE) > 0
    assert caplog.records == []


@pytest.mark.parametrize(
    ("model", "usd"),
    [
        ("whisper-1", "0.006"),
        ("gpt-realtime-translate", "0.034"),
        ("gpt-live-1", "0.05"),
        ("gpt-live-1.1", "0.05"),
    ],
)
def test_a_model_that_is_billed_by_time_costs_that_a_minute(model: str, usd: str) -> None:
    assert Prices().worst_per_minute(model) == Decimal(usd)
    assert Prices().transcription_cost(model, {"type": "duration", "seconds": 60}) == Decimal(usd)


def test_the_dearest_minute_of_a_voice_call_is_transcribed_by_a_model_that_transcribes() -> None:
    spoken = (600 * Decimal(32) + 1200 * Decimal(64)) / 1_000_000
    assert Prices().worst_per_minute(FULL) == spoken + Decimal("0.017")


def test_output_that_is_not_itemised_counts_as_text() -> None:
    usage = {"output_tokens": 100, "output_token_details": {"audio_tokens": 60, "text_tokens": None}}
    assert Prices().cost(FULL, usage) == Decimal(60 * 64 + 40 * 24) / 1_000_000


@pytest.mark.parametrize(
    "usage",
    [
        {},
        {"input_tokens": None, "output_tokens": None, "input_token_details": None},
        {"input_tokens": "9"},
        {"output_tokens": -9, "input_tokens": float("nan")},
    ],
)
def test_usage_that_says_nothing_costs_nothing(usage: dict[str, Any]) -> None:
    assert Prices().cost(FULL, usage) == 0


def test_images_are_input_too() -> None:
    usage = {"input_token_details": {"image_tokens": 1000}}
    assert Prices().cost(FULL, usage) == Decimal("0.005")


def test_the_responses_api_itemises_under_other_names() -> None:
    usage = {"input_tokens": 100, "input_tokens_details": {"cached_tokens": 40}, "output_tokens": 10}
    assert Prices().cost(FULL, usage) == (60 * 4 + 40 * Decimal("0.40") + 240) / 1_000_000


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_whatever_is_null_or_contradictory_the_cost_stays_between_nothing_and_the_uncached_one(
    text: int | None, audio: int | None, total: int | None, cached: int | None, c1: int | None, c2: int | None
) -> None:
    details = {"text_tokens": text, "audio_tokens": audio, "cached_tokens": cached}
    itemised = {**details, "cached_tokens_details": {"text_tokens": c1, "audio_tokens": c2}}
    fresh = {**details, "cached_tokens": 0}
    cost = Prices().cost(FULL, {"input_tokens": total, "input_token_details": itemised})
    assert 0 <= cost <= Prices().cost(FULL, {"input_tokens": total, "input_token_details": fresh})


def test_a_snapshot_costs_what_its_model_costs(caplog: pytest.LogCaptureFixture) -> None:
    assert Prices().cost(f"{MINI}-2026-11-01", SAMPLE) == Decimal("0.00205884")
    assert caplog.records == []


def test_an_unknown_model_costs_the_dearest_known_price_and_that_is_said_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING)
    prices = Prices()
    assert prices.cost("gpt-next", SAMPLE) == prices.cost("gpt-next", SAMPLE) == Decimal("0.0072056")
    assert [record.getMessage() for record in caplog.records if "gpt-next" in record.getMessage()] == [
        "no price is known for model gpt-next; counting the dearest known one"
    ]


def test_the_dearest_price_is_taken_from_the_overrides_too() -> None:
    dear = MODEL_PRICES[FULL].model_dump(mode="json")
    dear["text"]["output"] = 100
    cost = Prices({"models": {"gpt-dear": dear}}).cost("gpt-next", {"output_tokens": 1_000_000})
    assert cost == 100


def test_settings_override_a_price() -> None:
    half = {"text": {"input": 0.3, "cached": 0.03, "output": 1.2}, "image": {"input": 0, "cached": 0}}
    prices = Prices({"models": {MINI: {**half, "audio": {"input": 5, "cached": 0.15, "output": 10}}}})
    assert prices.cost(MINI, SAMPLE) == Decimal("0.00205884") / 2
    assert Prices().cost(MINI, SAMPLE) == Decimal("0.00205884")


@pytest.mark.parametrize(
    "overrides", [{"models": {MINI: {"text": 4}}}, {"mini": 4}, {"minutes": {"x": "cheap"}}]
)
def test_an_override_of_another_shape_is_refused(overrides: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Prices(overrides)


def test_transcription_is_charged_by_the_minute() -> None:
    assert Prices().transcription_cost("gpt-transcribe", {"type": "duration", "seconds": 90}) == Decimal(
        "0.00675"
    )


def test_transcription_reported_in_tokens_is_counted_back_into_minutes() -> None:
    usage = {"type": "tokens", "input_tokens": 620, "input_token_details": {"audio_tokens": 600}}
    assert Prices().transcription_cost("gpt-transcribe", usage) == Decimal("0.0045")


def test_an_unknown_recogniser_costs_the_dearest_known_minute() -> None:
    assert Prices().transcription_cost("next", {"type": "duration", "seconds": 60}) == Decimal("0.017")


@pytest.mark.parametrize(("model", "usd"), [(FULL, "0.1130"), (MINI, "0.0470")])
def test_the_worst_minute_has_both_sides_speaking_and_the_dearest_recogniser(model: str, usd: str) -> None:
    assert Prices().worst_per_minute(model) == Decimal(usd)


def test_the_worst_minute_bills_what_the_session_is_told_with_every_response() -> None:
    told = 6 * 9000 * Decimal("0.60") / 1_000_000
    assert Prices().worst_per_minute(MINI, 9000) == Decimal("0.0470") + told


def test_the_worst_minute_of_a_recogniser_is_its_own() -> None:
    assert Prices().worst_per_minute("gpt-live-transcribe") == Decimal("0.017")
    assert Prices().worst_per_minute("gpt-live-transcribe-2026-10-01") == Decimal("0.017")


def test_every_model_that_clients_may_choose_has_a_price() -> None:
    assert [model for model in MODELS if model not in MODEL_PRICES] == []
