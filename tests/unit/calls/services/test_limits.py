from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from agents.limits import Limits, OwnLimits
from calls.events import Closed, Warned
from calls.services.limits import CallLimits
from calls.services.metering import DaySpending, Meter
from realtime.conversation.changes import Activity, ActivityChanged, UsageReported
from realtime.prices import Prices
from tests.fakes.timer import FakeTimer

MODEL = "gpt-realtime-2.1"


def costing(usd: str) -> UsageReported:
    """Build the end of a response whose text output costs `usd` at $24 per million tokens."""
    return UsageReported("response", {"output_tokens": int(Decimal(usd) * 1_000_000 / 24)}, "r1")


@dataclass
class Held:
    """Call with its limits: its warnings, and why it ended."""

    limits: Limits = field(default_factory=Limits)
    bridged: bool = False
    spent_today: Decimal = Decimal(0)
    timer: FakeTimer = field(default_factory=FakeTimer)
    warned: list[Warned] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.day = DaySpending(lambda: date(2026, 11, 21), self.spent_today)
        self.meter = Meter(
            Prices(),
            MODEL,
            None,
            self.day,
            self.clock,
            bridged=self.bridged,
            limit_usd=self.limits.call_usd,
        )
        self.call_limits = CallLimits(
            self.limits,
            self.meter,
            self.day,
            self.timer,
            self.clock,
            warn=self.warned.append,
            end=self.ended.append,
        )
        self.meter.start()
        self.call_limits.start()

    def clock(self) -> float:
        return self.timer.now

    def become(self, activity: Activity, for_s: float = 0) -> None:
        self.call_limits.apply([ActivityChanged(activity)])
        self.timer.advance(for_s)

    def spend(self, usd: str) -> None:
        change = costing(usd)
        self.meter.apply([change])
        self.call_limits.apply([change])

    def talk_for(self, seconds: float) -> None:
        self.become("caller_speaking", seconds)


def test_the_defaults_are_stated() -> None:
    assert Limits() == Limits(minutes=15, idle_seconds=120, call_usd=Decimal(2), day_usd=Decimal(25))


@pytest.mark.parametrize(
    "wrong", [{"minutes": 0}, {"minutes": 481}, {"idle_seconds": -1}, {"call_usd": 0}, {"hours": 1}]
)
def test_limits_that_hold_nothing_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        Limits.model_validate(wrong)


def test_a_personas_limits_only_tighten_those_of_the_deployment() -> None:
    persona = OwnLimits(minutes=5, idle_seconds=300)
    deployment = Limits(minutes=10, idle_seconds=60, call_usd=Decimal(3), day_usd=Decimal(4))
    assert deployment.narrowed(persona) == deployment.model_copy(update={"minutes": 5})


# -- minutes ---------------------------------------------------------------------------------------


def test_a_minute_before_its_end_a_call_is_warned() -> None:
    held = Held()
    held.talk_for(14 * 60 - 1)
    assert held.warned == []
    held.timer.advance(1)
    assert held.warned == [Warned("limit_minutes", 60)]
    held.timer.advance(59)
    assert held.ended == []
    held.timer.advance(1)
    assert held.ended == ["limit_minutes"]


def test_a_very_short_call_is_warned_at_its_half() -> None:
    held = Held(Limits(minutes=1))
    held.talk_for(30)
    assert held.warned == [Warned("limit_minutes", 30)]


def test_starting_twice_does_not_start_the_minutes_anew() -> None:
    held = Held()
    held.talk_for(800)
    held.call_limits.start()
    held.timer.advance(100)
    assert held.ended == ["limit_minutes"]


# -- idle time -------------------------------------------------------------------------------------


def test_a_silent_caller_is_warned_and_then_hung_up() -> None:
    held = Held()
    held.timer.advance(99)
    assert held.warned == []
    held.timer.advance(1)
    assert held.warned == [Warned("limit_idle", 20)]
    held.timer.advance(20)
    assert held.ended == ["limit_idle"]


def test_a_caller_who_speaks_is_not_idle_and_begins_with_the_whole_time_again() -> None:
    held = Held()
    held.timer.advance(110)
    held.become("caller_speaking", 500)
    held.become("thinking")
    held.become("listening", 119)
    assert held.ended == []
    assert held.warned == [Warned("limit_idle", 20)] * 2
    held.timer.advance(1)
    assert held.ended == ["limit_idle"]


def test_listening_to_a_long_answer_is_not_idleness() -> None:
    held = Held()
    held.become("agent_speaking", 600)
    assert (held.warned, held.ended) == ([], [])


def test_an_agent_who_keeps_asking_does_not_keep_a_silent_call_alive() -> None:
    held = Held()
    for _ in range(3):
        held.become("listening", 30)
        held.become("thinking", 1)
        held.become("agent_speaking", 2)
    held.become("listening", 29)
    assert held.ended == []
    held.timer.advance(1)
    assert held.ended == ["limit_idle"]


def test_a_caller_who_types_is_not_idle() -> None:
    held = Held()
    held.timer.advance(110)
    held.call_limits.reset_idle_time()
    held.timer.advance(119)
    assert held.ended == []
    held.timer.advance(1)
    assert held.ended == ["limit_idle"]


def test_typing_while_the_agent_speaks_starts_no_idle_time() -> None:
    held = Held()
    held.become("agent_speaking")
    held.call_limits.reset_idle_time()
    held.timer.advance(600)
    assert held.ended == []


# -- money of the call -----------------------------------------------------------------------------


def test_money_is_warned_of_with_the_time_left_at_this_pace_and_ends_the_call_at_the_limit() -> None:
    held = Held(Limits(call_usd=Decimal("1.2")))
    held.talk_for(60)
    held.spend("0.9")
    assert held.warned == []
    held.spend("0.12")
    assert held.warned[0].code == "limit_money"
    assert held.warned[0].seconds == pytest.approx(60 * 0.18 / 1.02)
    held.spend("0.12")
    assert (len(held.warned), held.ended) == (1, [])
    held.spend("0.12")
    assert held.ended == ["limit_money"]


def test_money_that_is_gone_at_once_still_leaves_a_moment_to_say_so() -> None:
    held = Held()
    held.spend("3")
    held.spend("3")
    assert held.warned == [Warned("limit_money", 10)]
    held.timer.advance(9)
    assert held.ended == []
    held.timer.advance(1)
    assert held.ended == ["limit_money"]


def test_a_bridged_call_that_reports_nothing_still_runs_out_of_money() -> None:
    held = Held(Limits(call_usd=Decimal("0.226")), bridged=True)
    held.become("caller_speaking")
    for _ in range(24):
        held.timer.advance(5)
    assert [each.code for each in held.warned] == ["limit_money"]
    assert held.ended == ["limit_money"]


# -- money of the day ------------------------------------------------------------------------------


def test_other_calls_can_use_up_the_day() -> None:
    held = Held()
    held.become("caller_speaking")
    held.day.add(Decimal(24))
    held.timer.advance(5)
    assert [each.code for each in held.warned] == ["limit_day_money"]
    held.day.add(Decimal(1))
    held.timer.advance(5)
    assert held.ended == ["limit_day_money"]


def test_a_call_that_begins_on_a_day_nearly_spent_is_warned_without_a_guess() -> None:
    held = Held(spent_today=Decimal(24))
    assert held.warned == [Warned("limit_day_money", None)]


def test_a_calls_own_money_counts_on_the_day_at_once() -> None:
    held = Held(Limits(call_usd=Decimal(50)))
    held.spend("12")
    assert held.day.usd == pytest.approx(Decimal(12))


# -- the end ---------------------------------------------------------------------------------------


def test_a_call_is_ended_once_whichever_limits_are_reached() -> None:
    held = Held(Limits(minutes=2, idle_seconds=120))
    held.spend("3")
    held.timer.advance(1000)
    assert held.ended == ["limit_money"]


def test_a_call_that_ended_by_itself_is_left_alone() -> None:
    held = Held()
    held.call_limits.apply([Closed("stopped")])
    held.spend("3")
    held.become("listening", 10_000)
    held.call_limits.start()
    held.call_limits.reset_idle_time()
    held.timer.advance(10_000)
    assert (held.warned, held.ended) == ([], [])


def test_two_calls_are_held_apart() -> None:
    talking, silent = Held(), Held()
    silent.timer.advance(120)
    talking.talk_for(120)
    assert (talking.ended, silent.ended) == ([], ["limit_idle"])
