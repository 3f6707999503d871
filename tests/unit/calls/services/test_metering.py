from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from calls.events import Closed, Connected, LegEnded, PhaseChanged, UsageObserved
from calls.services.metering import DaySpending, Meter
from calls.services.share import Share
from realtime.conversation.changes import UsageReported
from realtime.prices import Prices
from tests.fakes.timer import FakeTimer

MODEL = "gpt-realtime-2.1"
CENT = Decimal("0.01")
A_CENT_AND_A_HALF = UsageReported("response", {"output_tokens": 625}, "r1")
"""625 text tokens at $24 per million."""
WORST_MINUTE = Prices().worst_cost(MODEL, Decimal(1))


@dataclass
class Deployment:
    """Several calls on one day."""

    timer: FakeTimer = field(default_factory=FakeTimer)
    today: date = date(2026, 11, 21)

    def __post_init__(self) -> None:
        self.day = DaySpending(lambda: self.today)

    def meter(self, *, bridged: bool = False, limit_usd: Decimal = Decimal(2), **changes: Any) -> Meter:
        meter = Meter(
            Prices(),
            changes.get("model", MODEL),
            changes.get("transcription_model", "gpt-transcribe"),
            self.day,
            lambda: self.timer.now,
            bridged=bridged,
            limit_usd=limit_usd,
            shares=changes.get("shares", ()),
        )
        meter.start()
        return meter


@pytest.fixture
def deployment() -> Deployment:
    return Deployment()


def test_responses_and_transcription_add_up(deployment: Deployment) -> None:
    meter = deployment.meter()
    heard = UsageReported("transcription", {"type": "duration", "seconds": 60}, "u1")
    meter.apply([A_CENT_AND_A_HALF, PhaseChanged("live"), heard])
    assert meter.usd == Decimal("0.015") + Decimal("0.0045")


def test_in_a_controlled_call_only_what_the_provider_reports_counts(deployment: Deployment) -> None:
    meter = deployment.meter()
    deployment.timer.advance(600)
    assert meter.usd == 0


def test_a_bridged_call_that_reports_nothing_costs_its_minutes_at_the_worst_price(
    deployment: Deployment,
) -> None:
    meter = deployment.meter(bridged=True)
    deployment.timer.advance(90)
    assert meter.usd == Prices().worst_cost(MODEL, Decimal("1.5"))


def test_a_bridged_call_costs_what_it_reports_where_that_is_more(deployment: Deployment) -> None:
    meter = deployment.meter(bridged=True)
    deployment.timer.advance(1)
    meter.apply([A_CENT_AND_A_HALF])
    assert meter.usd == Decimal("0.015")


def test_minutes_count_from_the_start_to_the_end(deployment: Deployment) -> None:
    meter = deployment.meter(bridged=True)
    deployment.timer.advance(60)
    meter.start()
    meter.apply([Closed("stopped")])
    deployment.timer.advance(60)
    meter.apply([Closed("stopped")])
    assert meter.usd == WORST_MINUTE
    assert deployment.day.usd == WORST_MINUTE


def test_the_day_is_the_sum_of_all_calls_and_nothing_is_booked_twice(deployment: Deployment) -> None:
    first, second = deployment.meter(), deployment.meter()
    first.apply([A_CENT_AND_A_HALF])
    first.settle()
    second.apply([A_CENT_AND_A_HALF])
    for meter in (first, second, first):
        meter.settle()
    assert deployment.day.usd == 3 * CENT
    assert (first.usd, second.usd) == (Decimal("0.015"), Decimal("0.015"))


def test_a_new_day_begins_with_nothing_and_takes_only_what_is_spent_on_it(deployment: Deployment) -> None:
    meter = deployment.meter()
    meter.apply([A_CENT_AND_A_HALF])
    meter.settle()
    deployment.today = date(2026, 11, 22)
    assert deployment.day.usd == 0
    meter.apply([A_CENT_AND_A_HALF])
    meter.settle()
    assert deployment.day.usd == Decimal("0.015")
    assert meter.usd == 3 * CENT


def test_a_day_goes_on_after_a_restart() -> None:
    assert DaySpending(lambda: date(2026, 11, 21), Decimal(5)).usd == 5


@pytest.mark.parametrize("bridged", [True, False])
def test_what_the_server_spends_beside_the_session_comes_on_top_even_after_the_end(
    deployment: Deployment, bridged: bool
) -> None:
    meter = deployment.meter(bridged=bridged)
    meter.apply([A_CENT_AND_A_HALF, Closed("stopped")])
    meter.charge(CENT)
    assert meter.usd == deployment.day.usd == Decimal("0.025")


def test_made_up_usage_in_a_bridged_call_cannot_use_up_the_day_of_others(deployment: Deployment) -> None:
    meter = deployment.meter(bridged=True, limit_usd=Decimal(2))
    meter.apply([UsageReported("response", {"output_tokens": 10**11}, "r1")])
    meter.settle()
    assert meter.usd > 1000
    assert deployment.day.usd == 2


def usage(tokens: object) -> UsageReported:
    return UsageReported("response", {"output_tokens": tokens}, "r1")


@pytest.mark.parametrize("tokens", [-(10**9), "many", float("nan"), float("inf"), True, None])
def test_no_report_can_make_a_call_cheaper(deployment: Deployment, tokens: object) -> None:
    meter = deployment.meter()
    meter.apply([A_CENT_AND_A_HALF, usage(tokens)])
    assert meter.usd == Decimal("0.015")


def test_one_report_can_be_priced_for_its_record(deployment: Deployment) -> None:
    price: Callable[[UsageReported], Decimal] = deployment.meter().cost_of
    assert price(A_CENT_AND_A_HALF) == Decimal("0.015")


def test_what_browsers_claim_stays_within_their_visitors_share(deployment: Deployment) -> None:
    shares = [Share("visitor v", Decimal("2.5"))]
    for _ in range(2):
        meter = deployment.meter(bridged=True, shares=shares)
        meter.apply([UsageReported("response", {"output_tokens": 10**11}, "r1")])
        meter.settle()
    assert deployment.day.usd == deployment.day.of("visitor v") == Decimal("2.5")


def test_one_log_line_warns_when_most_of_the_day_is_spent(caplog: pytest.LogCaptureFixture) -> None:
    day = DaySpending(lambda: date(2026, 11, 21), limit_usd=Decimal(10))
    day.add(Decimal("7.9"))
    assert caplog.records == []
    day.add(Decimal("0.1"))
    day.add(Decimal(1))
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_a_leg_that_the_server_hears_costs_what_the_provider_bills_and_no_floor(
    deployment: Deployment,
) -> None:
    meter = deployment.meter(bridged=True)
    deployment.timer.advance(3)
    meter.apply([UsageObserved(True)])
    deployment.timer.advance(600)
    meter.apply([A_CENT_AND_A_HALF])
    assert meter.usd == meter.believed == Decimal("0.015")


def test_what_the_provider_bills_counts_whole_however_little_is_left_of_the_limit_or_the_share(
    deployment: Deployment,
) -> None:
    shares = [Share("visitor v", CENT)]
    meter = deployment.meter(bridged=True, limit_usd=CENT, shares=shares)
    meter.apply([UsageObserved(True), A_CENT_AND_A_HALF])
    meter.settle()
    assert meter.believed == deployment.day.usd == Decimal("0.015")


def test_from_where_the_server_hears_nothing_more_the_minutes_are_charged(deployment: Deployment) -> None:
    meter = deployment.meter(bridged=True)
    meter.apply([UsageObserved(True), A_CENT_AND_A_HALF])
    deployment.timer.advance(60)
    meter.apply([UsageObserved(False)])
    deployment.timer.advance(60)
    assert meter.usd == Decimal("0.015") + WORST_MINUTE
    meter.apply([UsageObserved(True)])
    deployment.timer.advance(60)
    assert meter.usd == Decimal("0.015") + WORST_MINUTE


def test_every_leg_has_its_own_floor_and_the_time_between_two_costs_nothing(deployment: Deployment) -> None:
    meter = deployment.meter(bridged=True)
    for _ in range(2):
        deployment.timer.advance(60)
        meter.apply([LegEnded("redialled")])
        deployment.timer.advance(60)
        meter.apply([Connected("rtc_2")])
    assert meter.usd == 2 * WORST_MINUTE
    assert meter.seconds == 120


def test_claims_of_all_legs_together_stay_within_the_calls_limit(deployment: Deployment) -> None:
    meter = deployment.meter(bridged=True, limit_usd=Decimal(2))
    for _ in range(3):
        meter.apply([UsageReported("response", {"output_tokens": 10**11}, "r1"), LegEnded("redialled")])
        meter.apply([Connected("rtc_2")])
    assert meter.believed == deployment.day.usd == 2
