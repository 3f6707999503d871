"""Who may start a call, and the calls that are live."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from access.turn_credentials import TurnCredentials
from agents.persona import Persona
from calls.admission.places import CALLS_PER_VISITOR, Places
from calls.admission.rate_limit import Starts
from calls.admission.refusal import CallRefused as CallRefused
from calls.admission.reservation import Reservation as Reservation
from calls.admission.reservation import Reservations
from calls.admission.visitor_addresses import VisitorAddresses
from calls.call import DELETED, STOPPING, Call, Timer, loop_timer
from calls.events import Summarised
from calls.owned_tasks import OwnedTasks, cancelled
from calls.provider_gateway import ProviderGateway
from calls.services.call_services import CallServices, Kind
from calls.services.summary import summary_of
from calls.tickets import TICKET_SECONDS, ProviderTicket, RelayTicket, Ticket, TicketStore
from calls.watchers import tell_all
from settings import Settings

log = logging.getLogger("guftagu.calls")

NOT_READY_RETRY_SECONDS = 5
STOP_HANG_UP_SECONDS = 3.5
"""How long the server's end waits for the provider to hang up; all calls side by side."""
STOP_RECORD_SECONDS = 1.5
"""How long it then waits for what is still to be written."""


class Registry:
    """All live calls of this process, and the limits on starting one."""

    def __init__(
        self,
        gateway: ProviderGateway,
        settings: Settings,
        services: CallServices,
        tasks: OwnedTasks,
        timer: Timer = loop_timer,
    ) -> None:
        """Create the registry.

        :param services: records, limits and tools of the calls
        :param tasks: what calls have going; `close` waits for it
        """
        self._gateway = gateway
        self._settings = settings
        self.timer = timer
        self.services = services
        self.tasks = tasks
        self._tickets = TicketStore()
        self._reservations = Reservations()
        self._calls: dict[str, Call] = {}
        self._left_watchers: list[Callable[[], None]] = []
        self._starts = Starts(settings.starts_per_minute)
        self._hanging_up: dict[asyncio.Task[None], Call] = {}
        """Ends of calls that are under way at the provider."""
        self._is_stopping = False
        self._places = Places(settings.max_calls, settings.calls_per_address)
        self._addresses = VisitorAddresses()
        secret = settings.turn_secret
        self._turn = TurnCredentials(secret.get_secret_value() if secret else None)

    @property
    def live(self) -> int:
        """The number of calls that hold a place now."""
        return sum(call.holds_place for call in self._calls.values())

    def controls(self, persona: Persona) -> bool:
        """Whether calls with `persona` are run by this server, and offer no data channel."""
        return self._gateway.controls(persona)

    def left_call(self, persona: Persona, visitor_id: str) -> Call | None:
        """Return the call this visitor may carry on: its page went away, and something was said."""
        left = [call for call in self._calls.values() if call.away and call.visitor_id == visitor_id]
        return next((call for call in reversed(left) if call.persona.name == persona.name), None)

    def forget_left(self, persona: Persona, visitor_id: str) -> None:
        """End the call that the visitor could have carried on: they began another one."""
        if call := self.left_call(persona, visitor_id):
            call.give_up()

    def forget_session(self, session_id: str) -> None:
        """End what goes on in this record, and keep nothing that could carry it on."""
        if call := self.live_call(session_id):
            call.end(DELETED)
        self.services.forget(session_id)

    def watch_left(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Call `watcher` whenever `left_call` may say something else; return what stops it."""
        self._left_watchers.append(watcher)
        return lambda: self._left_watchers.remove(watcher)

    def open(
        self,
        persona: Persona,
        visitor_id: str,
        kind: Kind = "browser",
        *,
        host: str | None = None,
        gateway: ProviderGateway | None = None,
    ) -> Call:
        """Open a call for a visitor; from its offer until it is closed it holds one of `MAX_CALLS` places.

        :param host: the visitor's address, as the server saw it behind proxies that are trusted
        :param gateway: places it in another way than other calls
        :raises CallRefused: too many calls, too many starts, or the day's money or a share of it is spent
        """
        gateway = gateway or self._gateway
        if gateway.refuses(persona):
            raise CallRefused("control_required")
        address = self._check_start(visitor_id, host)
        call = self._add(
            Call(
                persona,
                visitor_id,
                gateway,
                self.tasks,
                timer=self.timer,
                on_closed=self._forget,
                summarise=self._summarise,
                check_place=self._check_place,
                on_away=self._tell_left if kind == "browser" else None,
                address=address,
            )
        )
        self.services.start(call, gateway.spec(persona), kind=kind)
        return call

    def resume(self, call: Call, persona: Persona, *, host: str | None = None) -> None:
        """Carry a call on that `left_call` returned, in another leg.

        :param persona: the call's, with what its caller chose since
        :raises CallRefused: as `open`
        """
        address = self._check_start(call.visitor_id, host)
        call.resume(persona, address)
        self.services.resume(call, self._gateway.spec(persona), kind="browser")

    def _check_start(self, visitor_id: str, host: str | None) -> str | None:
        """Count a start of a visitor, and return the network that limits by address count.

        :raises CallRefused: there may be none now
        """
        address = self._addresses.counted(host)
        self._places.check(self._calls.values(), visitor_id, address)
        self.check_money(visitor_id, address)
        if wait_s := self._starts.count(visitor_id, address):
            raise CallRefused("starts_exceeded", wait_s)
        self._end_half_open(visitor_id)
        return address

    def _check_place(self, call: Call) -> None:
        self._places.check(self._calls.values(), call.visitor_id, call.address)

    def open_for_client(self, call_id: str, persona: Persona, owner: str, gateway: ProviderGateway) -> Call:
        """Open a call of an API key. It outlives its legs, and nothing runs beside it yet.

        :param call_id: of its record
        """
        return self._add(
            Call(
                persona,
                owner,
                gateway,
                self.tasks,
                timer=self.timer,
                on_closed=self._forget,
                summarise=self._summarise,
                check_place=lambda _: self.check_place(),
                call_id=call_id,
                outlives_legs=True,
            )
        )

    def check_place(self) -> None:
        """Check that an API key may place a call.

        :raises CallRefused: there is no place, or the day's money is spent
        """
        self._places.check(self._calls.values(), None, None)
        self.check_money()

    def _add(self, call: Call) -> Call:
        self._calls[call.id] = call
        return call

    def _tell_left(self) -> None:
        tell_all(self._left_watchers)

    def _end_half_open(self, visitor_id: str) -> None:
        """Make room for a visitor's new call: one that only said that it begins gives way."""
        own = [call for call in self._calls.values() if call.visitor_id == visitor_id and not call.away]
        surplus = len(own) - CALLS_PER_VISITOR + 1
        for call in [call for call in own if not call.holds_place][: max(0, surplus)]:
            call.end("stopped")

    async def _summarise(self, call: Call) -> Summarised | None:
        model = self._settings.extraction_model
        safety_identifier = self._gateway.safety_identifier(call.visitor_id)
        return await summary_of(call, self.services, self._gateway.client, model, safety_identifier)

    def check_money(self, visitor_id: str | None = None, address: str | None = None) -> None:
        """Check that money is left for everybody, and for this visitor and address.

        :param visitor_id: None for an API key, which has no share of its own

        :raises CallRefused: the day's money or their share is spent, or the server ends
        """
        if self._is_stopping:
            raise CallRefused("not_ready", NOT_READY_RETRY_SECONDS)
        if not self.services.has_money:
            raise CallRefused("limit_day_money")
        if not self.services.has_share(visitor_id, address):
            raise CallRefused("limit_share_money")

    def safety_identifier(self, visitor_id: str) -> str:
        """Return a stable pseudonym of a visitor or key, for the provider's abuse handling."""
        return self._gateway.safety_identifier(visitor_id)

    def ice_servers(self, visitor_id: str) -> list[dict[str, Any]]:
        """Return `ICE_SERVERS` for one visitor's browser, with time-limited TURN credentials."""
        return self._turn.ice_servers(self._settings.ice_servers, self._gateway.pseudonym(visitor_id))

    async def ticket(self, call: Call) -> Ticket:
        """Return where the call's browser posts its offer: here, if the server is to control the call.

        :raises ProviderFailure: (ephemeral signalling) no client secret was minted; the call is closed
        :raises CallEnded: the call was closed meanwhile
        """
        if self._settings.signaling == "relay" or call.controlled or self._gateway.requires_control:
            return self.relay_ticket(call)
        secret = await call.mint_key(lambda: self._gateway.secret(call.knowing_persona, call.visitor_id))
        url = f"{self._settings.browser_provider_url}/realtime/calls"
        return ProviderTicket(url, secret.value)

    def relay_ticket(self, call: Call) -> RelayTicket:
        """Return a ticket with which the call's browser posts its offer here, for this server to pass on."""
        return RelayTicket(self._tickets.issue(call.id))

    def _forget(self, call: Call) -> None:
        self._calls.pop(call.id, None)
        if call.finishing:
            self._hanging_up[call.finishing] = call
            call.finishing.add_done_callback(self._hanging_up.pop)

    def reserve(self, visitor_id: str, host: str | None = None) -> Reservation | None:
        """Reserve a ticket for a call that a visitor may start soon; this opens nothing.

        :param host: the visitor's address, as for `open`
        :return: None where offers go elsewhere, or the visitor has enough of them
        """
        self.tasks.start(self._gateway.warm(), "warm the provider")
        address = self._addresses.counted(host)
        if self._settings.signaling != "relay" or not self._reservations.has_room(visitor_id, address):
            return None
        name = self._reservations.new_name()
        ticket = RelayTicket(self._tickets.issue(name))
        reservation = Reservation(ticket, visitor_id, address)
        self._reservations.add(name, reservation)
        self.timer(TICKET_SECONDS, partial(self._reservations.forget, name))
        return reservation

    async def redeem(self, token: str) -> Call | None:
        """Return the call a ticket's token stands for, once; a reserved one as soon as its page opened it."""
        name = self._tickets.redeem(token) or ""
        if reservation := self._reservations.pop(name):
            return await reservation.opened()
        return self._calls.get(name)

    def live_call(self, call_id: str) -> Call | None:
        """Return the call with this id, as long as it is not closed."""
        return self._calls.get(call_id)

    def by_end_token(self, token: str) -> Call | None:
        """Return the call whose browser holds this end token."""
        return next((call for call in self._calls.values() if call.end_token == token), None)

    def leave(self, provider_call_ids: Iterable[str]) -> None:
        """Hang up calls of an earlier run, which nobody here holds any more."""
        for call_id in provider_call_ids:
            self.tasks.start(self._gateway.hang_up(call_id), f"leave {call_id}")

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
