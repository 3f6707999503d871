import pytest

from calls.events import CallChange, Closed, Connected, Warned
from calls.renewal import AHEAD_S, LATEST_S, LONGEST_SESSION_S, Renewal
from realtime.conversation.changes import ActivityChanged, ItemFinished
from tests.fakes.timer import FakeTimer

UNTIL_DUE_S = LONGEST_SESSION_S - AHEAD_S


class Wishes:
    """A renewal on a clock of the test's own, and what it asked for."""

    def __init__(self) -> None:
        self.timer = FakeTimer()
        self.warned: list[Warned] = []
        self.renewed_at_s: list[float] = []
        self.awaited = False
        self.renewal = Renewal(
            self.timer,
            warn=self.warned.append,
            renew=lambda: self.renewed_at_s.append(self.timer.now),
            awaits_words=lambda: self.awaited,
        )

    def happens(self, *changes: CallChange) -> None:
        self.renewal.apply(changes)


@pytest.fixture
def wishes() -> Wishes:
    wishes = Wishes()
    wishes.happens(Connected("rtc_1"))
    return wishes


def test_a_silent_call_is_renewed_at_55_minutes_and_the_caller_told(wishes: Wishes) -> None:
    wishes.timer.advance(UNTIL_DUE_S - 1)
    assert (wishes.renewed_at_s, wishes.warned) == ([], [])
    wishes.timer.advance(1)
    assert wishes.renewed_at_s == [UNTIL_DUE_S]
    assert wishes.warned == [Warned("session_renewed", None)]


def test_a_turn_is_not_cut_the_next_pause_is_awaited(wishes: Wishes) -> None:
    wishes.happens(ActivityChanged("agent_speaking"))
    wishes.timer.advance(UNTIL_DUE_S + 20)
    wishes.happens(ActivityChanged("caller_speaking"))
    assert wishes.renewed_at_s == []
    wishes.happens(ActivityChanged("listening"))
    assert wishes.renewed_at_s == [UNTIL_DUE_S + 20]


def test_words_still_to_be_written_down_are_awaited(wishes: Wishes) -> None:
    wishes.awaited = True
    wishes.timer.advance(UNTIL_DUE_S)
    assert wishes.renewed_at_s == []
    wishes.timer.advance(3)
    wishes.awaited = False
    wishes.happens(ItemFinished("item_1"))
    assert wishes.renewed_at_s == [UNTIL_DUE_S + 3]


def test_words_that_never_come_hold_it_up_no_longer_than_speech(wishes: Wishes) -> None:
    wishes.awaited = True
    wishes.timer.advance(LONGEST_SESSION_S)
    assert len(wishes.renewed_at_s) == 1


def test_without_any_pause_it_is_renewed_a_minute_before_the_provider_would_end_it(wishes: Wishes) -> None:
    wishes.happens(ActivityChanged("agent_speaking"))
    wishes.timer.advance(LONGEST_SESSION_S)
    assert wishes.renewed_at_s == [LONGEST_SESSION_S]
    assert wishes.timer.now - LATEST_S > UNTIL_DUE_S


def test_each_new_session_has_its_own_hour(wishes: Wishes) -> None:
    wishes.timer.advance(UNTIL_DUE_S)
    wishes.happens(Connected("rtc_2"))
    wishes.timer.advance(UNTIL_DUE_S)
    assert wishes.renewed_at_s == [UNTIL_DUE_S, 2 * UNTIL_DUE_S]


def test_a_call_that_ended_is_not_renewed(wishes: Wishes) -> None:
    wishes.happens(Closed("stopped"))
    wishes.timer.advance(LONGEST_SESSION_S)
    assert wishes.renewed_at_s == []


def test_an_early_redial_starts_the_hour_anew(wishes: Wishes) -> None:
    wishes.timer.advance(600)
    wishes.happens(Connected("rtc_2"))
    wishes.timer.advance(UNTIL_DUE_S - 1)
    assert wishes.renewed_at_s == []
