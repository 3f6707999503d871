"""The money of a call, and of the day.

A browser can hide usage from a bridged call, or make it up. So the server listens to what the session bills;
where it cannot, the call costs at least its minutes at the worst price, and what the browser reports is
believed by the day's total only up to the call's own limit.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from calls.events import CallChange, Closed, Connected, Finished, LegEnded, UsageObserved
from calls.services.share import Share
from realtime.conversation.changes import UsageReported
from realtime.prices import Prices

log = logging.getLogger("guftagu.money")

NOTHING = Decimal(0)
ALARM_SHARE = Decimal("0.8")
"""Of the day's money: from here on the log warns."""


class DaySpending:
    """What all calls together spent today, and who of them how much."""

    def __init__(
        self,
        today: Callable[[], date],
        usd: Decimal = NOTHING,
        *,
        by_payer: Mapping[str, Decimal] | None = None,
        limit_usd: Decimal | None = None,
    ) -> None:
        """Create the day's spending.

        :param today: the day that counts now, such as `lambda: datetime.now(UTC).date()`
        :param usd: what was spent today before this process began
        :param by_payer: who spent how much of it
        :param limit_usd: the day's money; the log has one warning when `ALARM_SHARE` of it is spent
        """
        self._today = today
        self._day = today()
        self._usd = usd
        self._by_payer = dict(by_payer or {})
        self._limit_usd = limit_usd
        self._alarmed = False
        self._alarm()

    @property
    def usd(self) -> Decimal:
        """What was spent today, in US dollars."""
        self._begin_new_day()
        return self._usd

    def of(self, payer: str) -> Decimal:
        """Return what one payer spent today."""
        self._begin_new_day()
        return self._by_payer.get(payer, NOTHING)

    def left(self, shares: Iterable[Share]) -> Decimal | None:
        """Return what is left of the smallest of these shares; None where there is none."""
        return min((max(NOTHING, share.limit_usd - self.of(share.payer)) for share in shares), default=None)

    def add(self, usd: Decimal, shares: Iterable[Share] = ()) -> None:
        """Add what was spent, also to the shares it was spent from."""
        self._begin_new_day()
        if not usd:
            return
        self._usd += usd
        for share in shares:
            self._by_payer[share.payer] = self.of(share.payer) + usd
        self._alarm()

    def _alarm(self) -> None:
        if self._limit_usd is None or self._alarmed or self._usd < self._limit_usd * ALARM_SHARE:
            return
        self._alarmed = True
        log.warning("%d %% of the day's money (MAX_DAY_USD=%s) is spent", ALARM_SHARE * 100, self._limit_usd)

    def _begin_new_day(self) -> None:
        if (today := self._today()) != self._day:
            self._day, self._usd, self._alarmed = today, NOTHING, False
            self._by_payer.clear()


class Meter:
    """What one call costs, over all its legs. Feed it the call's changes; `settle` books what is new.

    Usage that the provider tells the server of is known. Usage that a browser reports is a claim, which
    counts as at least the minutes of its leg at the worst price.
    """

    def __init__(
        self,
        prices: Prices,
        model: str,
        transcription_model: str | None,
        day: DaySpending,
        clock: Callable[[], float],
        *,
        bridged: bool,
        limit_usd: Decimal,
        context_tokens: int = 0,
        shares: Sequence[Share] = (),
    ) -> None:
        """Create the meter.

        :param clock: seconds on any clock that runs evenly, such as `time.monotonic`
        :param bridged: usage is what the browser reports, unless the server observes the leg
        :param limit_usd: what the call may cost
        :param context_tokens: what the session is told, which every response bills anew
        :param shares: of the day's money, which the call spends from
        """
        self._prices = prices
        self._model = model
        self.transcription_model = transcription_model or ""
        """The model that writes down the caller's words now."""
        self._day = day
        self._clock = clock
        self._bridged = bridged
        self._limit_usd = limit_usd
        self._context_tokens = context_tokens
        self._shares = shares
        self._known = NOTHING
        """What the provider told the server of the sessions."""
        self._charged = NOTHING
        """What the server spent itself, outside the sessions."""
        self._claimed_before = NOTHING
        """What the ended legs come to by claims and floors."""
        self._reported = NOTHING
        """What the browser reports of the present leg."""
        self._booked_known = self._booked_claims = NOTHING
        self._seconds_before = 0.0
        """Of the ended legs."""
        self._started_s: float | None = None
        self._unobserved_since_s: float | None = None
        self._is_observed = not bridged
        self._was_observed = False
        """The present leg was, at some time."""

    @property
    def usd(self) -> Decimal:
        """What the call cost so far."""
        return self._known + self._charged + self._claims()

    @property
    def believed(self) -> Decimal:
        """What of that counts for the day and the record: claims never go past the call's limit."""
        return self._known + self._charged + self._believed_claims()

    @property
    def seconds(self) -> float:
        """The seconds for which the provider has held the call's sessions."""
        return self._seconds_before + (0.0 if self._started_s is None else self._clock() - self._started_s)

    def start(self) -> None:
        """Count minutes from here: the provider holds a session."""
        if self._started_s is None:
            self._started_s = self._clock()
            if not self._is_observed:
                self._unobserved_since_s = self._started_s

    def apply(self, changes: Iterable[CallChange]) -> None:
        """Count the usage among these changes of the call."""
        for change in changes:
            if isinstance(change, UsageReported):
                self._count(self.cost_of(change))
            elif isinstance(change, Connected):
                self.start()
            elif isinstance(change, UsageObserved):
                self._set_observed(change.is_observed)
            elif isinstance(change, LegEnded | Closed):
                self._end_leg()
            elif isinstance(change, Finished):
                self.settle()

    def cost_of(self, change: UsageReported) -> Decimal:
        """Return what one report comes to; a record keeps it beside the usage."""
        return cost_of(self._prices, self._model, self.transcription_model, change)

    def charge(self, usd: Decimal) -> None:
        """Add what the server itself spent on the call outside its session, such as an extraction."""
        self._charged += usd
        self.settle()

    def settle(self) -> None:
        """Book on the day what was spent since the last time."""
        known = self._known + self._charged
        self._day.add(known - self._booked_known, self._shares)
        self._booked_known = known
        new = self._bookable(self._believed_claims() - self._booked_claims)
        self._day.add(new, self._shares)
        self._booked_claims += new

    def _count(self, usd: Decimal) -> None:
        if self._is_observed:
            self._known += usd
        else:
            self._reported += usd

    def _claims(self) -> Decimal:
        return self._claimed_before + max(self._reported, self._floor())

    def _believed_claims(self) -> Decimal:
        return min(self._claims(), max(NOTHING, self._limit_usd - self._known))

    def _bookable(self, usd: Decimal) -> Decimal:
        """Return how much of a sum the day believes: a browser's claims stay within its shares."""
        left = self._day.left(self._shares)
        return max(NOTHING, usd if left is None else min(usd, left))

    def _set_observed(self, is_observed: bool) -> None:
        if is_observed:
            if not self._was_observed:  # The moments before the first attachment cost what was reported.
                self._unobserved_since_s = None
            self._close_claims()
            self._unobserved_since_s, self._was_observed = None, True
        elif self._is_observed and self._started_s is not None:
            self._unobserved_since_s = self._clock()
        self._is_observed = is_observed

    def _close_claims(self) -> None:
        self._claimed_before, self._reported = self._claims(), NOTHING

    def _end_leg(self) -> None:
        if self._started_s is None:
            return
        self._seconds_before = self.seconds
        self._close_claims()
        self._started_s = self._unobserved_since_s = None
        self._is_observed, self._was_observed = not self._bridged, False
        self.settle()

    def _floor(self) -> Decimal:
        if self._unobserved_since_s is None:
            return NOTHING
        minutes = Decimal(str(self._clock() - self._unobserved_since_s)) / 60
        return self._prices.worst_cost(self._model, minutes, self._context_tokens)


def cost_of(prices: Prices, model: str, transcription_model: str, change: UsageReported) -> Decimal:
    """Return what one report of usage comes to, in US dollars."""
    if change.source == "transcription":
        return prices.transcription_cost(transcription_model, change.usage)
    return prices.cost(model, change.usage)
