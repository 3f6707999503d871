"""Limits of a call: minutes, idle time and money, each with a warning before and an end at the limit."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from agents.limits import Limits
from calls.call import Cancellable, Timer
from calls.events import CallChange, CallerActed, Closed, Connected, LegEnded, Warned
from calls.services.metering import DaySpending, Meter
from calls.services.share import Share
from realtime.conversation.changes import Activity, ActivityChanged, UsageReported

MINUTES_WARNING_S = 60.0
IDLE_WARNING_S = 20.0
CALL_MONEY_WARNING = Decimal("0.8")
DAY_MONEY_WARNING = Decimal("0.95")
"""Share of the limit at which the caller is warned."""
GRACE_S = 10.0
"""Seconds between warning and end where the money passed both at once."""
CHECK_S = 5.0
"""Seconds between checks of money that no event reports: minutes of a bridged call, the day's other calls."""


@dataclass
class _Budget:
    """Amount of money that a call may spend."""

    code: str
    limit: Decimal
    warn_at: Decimal
    spent: Callable[[], Decimal]
    spent_before: Decimal
    """Amount that was spent when the call began."""
    warned: bool = False


class CallLimits:
    """Limits of one call. It needs the call's changes, after the meter got them."""

    def __init__(
        self,
        limits: Limits,
        meter: Meter,
        day: DaySpending,
        timer: Timer,
        clock: Callable[[], float],
        *,
        warn: Callable[[Warned], None],
        end: Callable[[str], None],
        shares: Sequence[Share] = (),
    ) -> None:
        """Set up the limits; `start` starts them.

        :param clock: seconds, on the clock of `timer`
        :param warn: shows the caller a warning
        :param end: ends the call, or its present session, with a limit's code
        :param shares: shares of the day's money from which the call spends
        """
        self._limits = limits
        self._meter = meter
        self._timer = timer
        self._clock = clock
        self._warn = warn
        self._end_call = end
        self._budgets = [
            _budget("limit_money", limits.call_usd, CALL_MONEY_WARNING, lambda: meter.usd),
            _budget("limit_day_money", limits.day_usd, DAY_MONEY_WARNING, lambda: day.usd),
            *(
                _budget("limit_share_money", each.limit_usd, CALL_MONEY_WARNING, partial(day.of, each.payer))
                for each in shares
            ),
        ]
        self._timers: dict[str, Cancellable] = {}
        self._started_s: float | None = None
        self._over = False
        self._idle_left_s = limits.idle_seconds
        self._idle_since_s: float | None = None

    def start(self) -> None:
        """Start to count minutes and idle time: the provider has the session now."""
        if self._started_s is not None or self._over:
            return
        if self._idle_left_s <= 0:
            self._idle_left_s = self._limits.idle_seconds
        self._started_s = self._clock()
        total_s = max(0.0, self._limits.minutes * 60 - self._meter.seconds)
        ahead_s = min(MINUTES_WARNING_S, total_s / 2)
        self._after(
            "minutes warning", total_s - ahead_s, lambda: self._warn(Warned("limit_minutes", ahead_s))
        )
        self._after("minutes", total_s, lambda: self._end("limit_minutes"))
        self._start_idle_time()
        self._keep_checking()

    def apply(self, changes: Iterable[CallChange]) -> None:
        """Apply changes of activity and usage, and the end of the call."""
        for change in changes:
            if isinstance(change, ActivityChanged):
                self._apply_activity(change.activity)
            elif isinstance(change, UsageReported):
                self._check_money()
            elif isinstance(change, Connected):
                self.start()
            elif isinstance(change, CallerActed):
                self.reset_idle_time()
            elif isinstance(change, LegEnded):
                self.pause()
            elif isinstance(change, Closed):
                self.stop()

    def reset_idle_time(self) -> None:
        """Reset the idle time: the caller did something that is not speech, such as typing."""
        was_idle = self._idle_since_s is not None
        self._pause_idle_time()
        self._idle_left_s = self._limits.idle_seconds
        if was_idle:
            self._start_idle_time()

    def pause(self) -> None:
        """Stop counting until the provider holds another session."""
        self._pause_idle_time()
        self._started_s = None
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def stop(self) -> None:
        """Stop all limits; no warning and no end follows."""
        self._over = True
        self.pause()

    # -- idle time ---------------------------------------------------------------------------------

    def _apply_activity(self, activity: Activity) -> None:
        self._pause_idle_time()
        if activity == "caller_speaking":
            self._idle_left_s = self._limits.idle_seconds
        elif activity == "listening":
            self._start_idle_time()

    def _start_idle_time(self) -> None:
        """Let idle time run while nobody speaks; an agent that asks "still there?" only pauses it."""
        if self._started_s is None or self._over:
            return
        self._idle_since_s = self._clock()
        ahead_s = min(IDLE_WARNING_S, self._limits.idle_seconds / 2)
        if self._idle_left_s > ahead_s:
            warning = Warned("limit_idle", ahead_s)
            self._after("idle warning", self._idle_left_s - ahead_s, lambda: self._warn(warning))
        self._after("idle", self._idle_left_s, lambda: self._end("limit_idle"))

    def _pause_idle_time(self) -> None:
        if self._idle_since_s is None:
            return
        self._idle_left_s -= self._clock() - self._idle_since_s
        self._idle_since_s = None
        for name in ("idle warning", "idle"):
            if timer := self._timers.pop(name, None):
                timer.cancel()

    # -- money -------------------------------------------------------------------------------------

    def _keep_checking(self) -> None:
        self._check_money()
        if self._started_s is not None:
            self._after("check", CHECK_S, self._keep_checking)

    def _check_money(self) -> None:
        self._meter.settle()
        for budget in self._budgets:
            if self._started_s is not None and not self._over:
                self._check(budget)

    def _check(self, budget: _Budget) -> None:
        spent = budget.spent()
        if spent >= budget.limit and budget.warned:
            if f"{budget.code} grace" not in self._timers:
                self._end(budget.code)
        elif spent >= budget.limit:
            budget.warned = True
            self._after(f"{budget.code} grace", GRACE_S, lambda: self._end(budget.code))
            self._warn(Warned(budget.code, GRACE_S))
        elif spent >= budget.warn_at and not budget.warned:
            budget.warned = True
            self._warn(Warned(budget.code, self._seconds_left(budget, spent)))

    def _seconds_left(self, budget: _Budget, spent: Decimal) -> float | None:
        """Return the seconds until the money is spent at the rate of this call so far; None if unknown."""
        during_call = spent - budget.spent_before
        elapsed_s = self._clock() - (self._started_s or 0)
        if during_call <= 0 or elapsed_s <= 0:
            return None
        return float((budget.limit - spent) / during_call) * elapsed_s

    # -- both --------------------------------------------------------------------------------------

    def _after(self, name: str, seconds: float, callback: Callable[[], None]) -> None:
        self._timers[name] = self._timer(seconds, callback)

    def _end(self, code: str) -> None:
        if not self._over:
            self.pause()
            self._end_call(code)


def _budget(code: str, limit: Decimal, warn_share: Decimal, spent: Callable[[], Decimal]) -> _Budget:
    return _Budget(code, limit, limit * warn_share, spent, spent_before=spent())
