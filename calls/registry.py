"""Who may start a call, and the calls that are live."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Iterable
from functools import partial

from calls.attendance import Attendance, Kind
from calls.call import DELETED, STOPPING, Call, CallEnded, Timer
from calls.changes import Summarised
from calls.dialer import Dialer
from calls.owned_tasks import OwnedTasks, cancelled
from calls.persona import Persona
from calls.starts import Starts
from calls.summary import summary_of
from calls.ticket import TICKET_SECONDS, Ticket, TicketBook
from calls.watchers import tell_all
from realtime.conversation import Conversation
from realtime.failures import ProviderFailure
from settings import Settings

log = logging.getLogger("guftagu.calls")

OFFER_PATH = "/calls/offer"
TICKET_HEADER = "X-Call-Ticket"
FULL_RETRY_SECONDS = 60
NOT_READY_RETRY_SECONDS = 5
OPENED_SECONDS = 5.0
RESUME_SECONDS = 60
"""How long a caller whose page went away may carry the call on."""
STOP_HANG_UP_SECONDS = 3.5
"""How long the server's end waits for the provider to hang up; all calls side by side."""
STOP_RECORD_SECONDS = 1.5
"""How long it then waits for what is still to be written."""
LEFT = frozenset({"page_left", "page_lost"})


class CallRefused(Exception):
    """A call may not start now. Nothing was spent."""

    def __init__(self, code: str, retry_after_s: float | None = None) -> None:
        """
        :param code: `calls_full`, `starts_exceeded`, `limit_day_money` or `not_ready`
        :param retry_after_s: seconds until another start makes sense; None: not soon
        """
        super().__init__(code)
        self.code = code
        self.retry_after_s = retry_after_s


class Reservation:
    """A ticket that was given before its call: the offer and the page's own word travel side by side."""

    def __init__(self, ticket: Ticket) -> None:
        self.ticket = ticket
        self._call: asyncio.Future[Call] = asyncio.get_running_loop().create_future()

    def use(self, call: Call) -> None:
        """This is the call."""
        if not self._call.done():
            self._call.set_result(call)

    async def opened(self) -> Call | None:
        """The call; None when its page did not open one in `OPENED_SECONDS`."""
        try:
            async with asyncio.timeout(OPENED_SECONDS):
                return await self._call
        except TimeoutError:
            return None


class Registry:
    """All live calls of this process, and the limits on starting one."""

    def __init__(self, dialer: Dialer, settings: Settings, timer: Timer | None = None) -> None:
        self._dialer = dialer
        self._settings = settings
        self._timer = timer
        self.tasks = OwnedTasks()
        """Whatever calls have going; `close` waits for it."""
        self._attendance: Attendance | None = None
        self._tickets = TicketBook()
        self._reserved: dict[str, Reservation] = {}
        self._calls: dict[str, Call] = {}
        self._left: dict[tuple[str, str], Call] = {}
        """By visitor and persona: calls whose pages went away."""
        self._left_watchers: list[Callable[[], None]] = []
        self._starts = Starts(settings.starts_per_minute)
        self._hanging_up: dict[asyncio.Task[None], Call] = {}
        """Ends of calls that are under way at the provider."""
        self._is_stopping = False

    @property
    def attendance(self) -> Attendance:
        """Records, limits and tools of the calls; without them there is no call.

        :raises CallRefused: the database is not open yet
        """
        if self._attendance is None:
            raise CallRefused("not_ready", NOT_READY_RETRY_SECONDS)
        return self._attendance

    @attendance.setter
    def attendance(self, attendance: Attendance) -> None:
        self._attendance = attendance

    @property
    def live(self) -> int:
        """How many calls are open now."""
        return len(self._calls)

    def controls(self, persona: Persona) -> bool:
        """Whether calls with `persona` are run by this server, and offer no data channel."""
        return self._dialer.controls(persona)

    def left_call(self, persona: Persona, visitor_id: str) -> Call | None:
        """The call this visitor may carry on: its page went away a moment ago, and something was said."""
        return self._left.get((visitor_id, persona.name))

    def forget_left(self, persona: Persona, visitor_id: str) -> None:
        """The visitor began another call, or carries this one on."""
        self._set_left((visitor_id, persona.name), None)

    def forget_session(self, session_id: str) -> None:
        """End what goes on in this record, and keep nothing that could carry it on."""
        if call := self.live_call(session_id):
            call.end(DELETED)
        for place in [place for place, left in self._left.items() if left.id == session_id]:
            self._set_left(place, None)
        if self._attendance:
            self._attendance.forget(session_id)

    def watch_left(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Call `watcher` whenever `left_call` may say something else; returns what stops it."""
        self._left_watchers.append(watcher)
        return lambda: self._left_watchers.remove(watcher)

    def _set_left(self, place: tuple[str, str], call: Call | None) -> None:
        if call:
            self._left[place] = call
        else:
            self._left.pop(place, None)
        tell_all(self._left_watchers)

    def open(
        self,
        persona: Persona,
        visitor_id: str,
        kind: Kind = "browser",
        *,
        before: Call | None = None,
        dialer: Dialer | None = None,
    ) -> Call:
        """Open a call for a visitor; it holds one of `MAX_CALLS` places until it is closed.

        :param before: a call that this one carries on, from `left_call`
        :param dialer: places it in another way than other calls
        :raises CallRefused: too many calls, too many starts, or the day's money is spent
        """
        self._check_place()
        if wait_s := self._starts.count(visitor_id):
            raise CallRefused("starts_exceeded", wait_s)
        call = self.new_call(persona, visitor_id, dialer or self._dialer, before=before)
        if before:
            self.forget_left(persona, visitor_id)
        self.attendance.attend(call, (dialer or self._dialer).spec(call.persona), kind=kind)
        return call

    def new_call(
        self,
        persona: Persona,
        visitor_id: str,
        dialer: Dialer,
        conversation: Conversation | None = None,
        *,
        before: Call | None = None,
        holds_place: bool = True,
    ) -> Call:
        """A call that nobody attends yet.

        :param conversation: one that goes on; None begins one
        :param before: a call that this one carries on
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
            summarise=self._summarise,
            conversation=conversation,
            before=before,
        )
        if holds_place:
            self._calls[call.id] = call
        return call

    async def _summarise(self, call: Call) -> Summarised | None:
        model = self._settings.extraction_model
        return await summary_of(call, self.attendance, self._dialer.client, model)

    def _check_place(self) -> None:
        if self.live >= self._settings.max_calls:
            raise CallRefused("calls_full", FULL_RETRY_SECONDS)
        self.check_money()

    def check_money(self) -> None:
        """:raises CallRefused: the day's money is spent, or the server ends"""
        if self._is_stopping:
            raise CallRefused("not_ready", NOT_READY_RETRY_SECONDS)
        if not self.attendance.has_money:
            raise CallRefused("limit_day_money")

    @property
    def timer(self) -> Timer:
        return self._timer or asyncio.get_running_loop().call_later

    async def ticket(self, call: Call) -> Ticket:
        """Where the call's browser posts its offer: here, if the server is to control the call.

        :raises ProviderFailure: (ephemeral signalling) no client secret was minted; the call is closed
        :raises CallEnded: the call was closed meanwhile
        """
        if self._settings.signaling == "relay" or call.controlled:
            return self.relay_ticket(call)
        try:
            secret = await self._dialer.secret(call.knowing_persona, call.visitor_id)
        except ProviderFailure as failure:
            call.fail(failure)
            raise
        if call.closed:
            raise CallEnded
        url = f"{self._settings.browser_provider_url}/realtime/calls"
        return Ticket(url, {"Authorization": f"Bearer {secret.value}"})

    def relay_ticket(self, call: Call) -> Ticket:
        """Where the call's browser posts its offer, so that this server passes it on."""
        return Ticket(OFFER_PATH, {TICKET_HEADER: self._tickets.issue(call.id)})

    def _forget(self, call: Call) -> None:
        self._calls.pop(call.id, None)
        if call.finishing:
            self._hanging_up[call.finishing] = call
            call.finishing.add_done_callback(self._hanging_up.pop)
        if call.closed and call.closed.reason in LEFT and not call.conversation.is_empty:
            self._keep_for_its_caller(call)

    def _keep_for_its_caller(self, call: Call) -> None:
        place = call.visitor_id, call.persona.name
        self._set_left(place, call)

        def forget() -> None:
            if self._left.get(place) is call:
                self._set_left(place, None)

        self.timer(RESUME_SECONDS, forget)

    def reserve(self) -> "Reservation | None":
        """A ticket for a call that somebody may start soon; opens nothing. None: offers go elsewhere."""
        self.tasks.start(self._dialer.warm(), "warm the provider")
        if self._settings.signaling != "relay":
            return None
        name = f"reserved_{secrets.token_hex(8)}"
        ticket = Ticket(OFFER_PATH, {TICKET_HEADER: self._tickets.issue(name)})
        reservation = self._reserved[name] = Reservation(ticket)
        self.timer(TICKET_SECONDS, partial(self._forget_reservation, name))
        return reservation

    def _forget_reservation(self, name: str) -> None:
        self._reserved.pop(name, None)

    async def redeem(self, token: str) -> Call | None:
        """The call a ticket's token stands for, once; a reserved one as soon as its page opened it."""
        name = self._tickets.redeem(token) or ""
        if reservation := self._reserved.pop(name, None):
            return await reservation.opened()
        return self._calls.get(name)

    def live_call(self, call_id: str) -> Call | None:
        """The call with this id, as long as it is not closed."""
        return self._calls.get(call_id)

    def by_end_token(self, token: str) -> Call | None:
        """The call whose browser holds this end token."""
        return next((call for call in self._calls.values() if call.end_token == token), None)

    def leave(self, provider_call_ids: Iterable[str]) -> None:
        """Hang up calls of an earlier run, which nobody here holds any more."""
        for call_id in provider_call_ids:
            self.tasks.start(self._dialer.hang_up(call_id), f"leave {call_id}")

    async def close(self) -> None:
        """End every call, within `STOP_HANG_UP_SECONDS` and `STOP_RECORD_SECONDS`.

        A call that its provider does not hang up in that time is left, and its record closed all the same.
        """
        self._is_stopping = True
        for call in self._hanging_up.values():
            call.skip_summary()
        for call in list(self._calls.values()):
            call.end(STOPPING)
        if self._hanging_up:
            await asyncio.wait(self._hanging_up, timeout=STOP_HANG_UP_SECONDS)
        if self._hanging_up:
            log.warning("%d calls were not hung up in time", len(self._hanging_up))
            await cancelled(self._hanging_up)
        await self.tasks.finish_within(STOP_RECORD_SECONDS)
