"""Who may start a call, and the calls that are live."""

import asyncio
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from calls.attendance import Attendance, Kind
from calls.call import Call, CallEnded, Timer
from calls.dialer import Dialer
from calls.owned_tasks import OwnedTasks
from calls.persona import Persona
from calls.ticket import Ticket, TicketBook
from realtime.conversation import Conversation
from realtime.failures import ProviderFailure
from settings import Settings

OFFER_PATH = "/calls/offer"
TICKET_HEADER = "X-Call-Ticket"
FULL_RETRY_SECONDS = 60


class CallRefused(Exception):
    """A call may not start now. Nothing was spent."""

    def __init__(self, code: str, retry_after_s: float | None = None) -> None:
        """
        :param code: `calls_full`, `starts_exceeded` or `limit_day_money`
        :param retry_after_s: seconds until another start makes sense; None: not soon
        """
        super().__init__(code)
        self.code = code
        self.retry_after_s = retry_after_s


class Registry:
    """All live calls of this process, and the limits on starting one."""

    def __init__(self, dialer: Dialer, settings: Settings, timer: Timer | None = None) -> None:
        self._dialer = dialer
        self._settings = settings
        self._timer = timer
        self.tasks = OwnedTasks()
        """Whatever calls have going; `close` waits for it."""
        self.attendance: Attendance | None = None
        self._tickets = TicketBook()
        self._calls: dict[str, Call] = {}
        self._starts = MovingWindowRateLimiter(MemoryStorage())
        self._start_limit = RateLimitItemPerMinute(settings.starts_per_minute)

    @property
    def live(self) -> int:
        """How many calls are open now."""
        return len(self._calls)

    def controls(self, persona: Persona) -> bool:
        """Whether calls with `persona` are run by this server, and offer no data channel."""
        return self._dialer.controls(persona)

    def open(self, persona: Persona, visitor_id: str, kind: Kind = "browser") -> Call:
        """Open a call for a visitor; it holds one of `MAX_CALLS` places until it is closed.

        :raises CallRefused: too many calls, too many starts of this visitor, or the day's money is spent
        """
        self._check_place()
        if not self._starts.hit(self._start_limit, visitor_id):
            stats = self._starts.get_window_stats(self._start_limit, visitor_id)
            raise CallRefused("starts_exceeded", max(1.0, stats.reset_time - time.time()))
        call = self.new_call(persona, visitor_id, self._dialer)
        self._attend(call, kind)
        return call

    def new_call(
        self,
        persona: Persona,
        visitor_id: str,
        dialer: Dialer,
        conversation: Conversation | None = None,
        *,
        holds_place: bool = True,
    ) -> Call:
        """A call that nobody attends yet.

        :param conversation: one that goes on; None begins one
        :param holds_place: one of `MAX_CALLS`, until it is closed
        :raises CallRefused: there is no place, or the day's money is spent
        """
        if holds_place:
            self._check_place()
        call = Call(
            persona,
            visitor_id,
            dialer,
            self.tasks,
            timer=self.timer,
            on_closed=self._forget,
            conversation=conversation,
        )
        if holds_place:
            self._calls[call.id] = call
        return call

    def _check_place(self) -> None:
        if self.live >= self._settings.max_calls:
            raise CallRefused("calls_full", FULL_RETRY_SECONDS)
        self.check_money()

    def check_money(self) -> None:
        """:raises CallRefused: the day's money is spent"""
        if self.attendance and not self.attendance.has_money:
            raise CallRefused("limit_day_money")

    @property
    def timer(self) -> Timer:
        return self._timer or asyncio.get_running_loop().call_later

    def _attend(self, call: Call, kind: Kind) -> None:
        if self.attendance:
            spec = self._dialer.spec(call.persona)
            self.attendance.attend(call, spec, kind=kind)

    async def ticket(self, call: Call) -> Ticket:
        """Where the call's browser posts its offer.

        :raises ProviderFailure: (ephemeral signalling) no client secret was minted; the call is closed
        :raises CallEnded: the call was closed meanwhile
        """
        if self._settings.signaling == "relay":
            return Ticket(OFFER_PATH, {TICKET_HEADER: self._tickets.issue(call.id)})
        try:
            secret = await self._dialer.secret(call.persona, call.visitor_id)
        except ProviderFailure as failure:
            call.fail(failure)
            raise
        if call.closed:
            raise CallEnded
        url = f"{self._settings.browser_provider_url}/realtime/calls"
        return Ticket(url, {"Authorization": f"Bearer {secret.value}"})

    def _forget(self, call: Call) -> None:
        self._calls.pop(call.id, None)

    def redeem(self, token: str) -> Call | None:
        """The call a ticket's token stands for, once."""
        return self._calls.get(self._tickets.redeem(token) or "")

    def live_call(self, call_id: str) -> Call | None:
        """The call with this id, as long as it is not closed."""
        return self._calls.get(call_id)

    def by_end_token(self, token: str) -> Call | None:
        """The call whose browser holds this end token."""
        return next((call for call in self._calls.values() if call.end_token == token), None)

    async def close(self) -> None:
        """End every call and wait for the last hang-up."""
        await asyncio.gather(*(call.close("server_stopping") for call in list(self._calls.values())))
        await self.tasks.finish()
