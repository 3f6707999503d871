"""One conversation with one caller, from the click to the one end it has, over any number of legs."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

from agents.known_caller import with_profile
from agents.persona import Persona
from calls.admission.refusal import CallRefused
from calls.codes import failure_code
from calls.events import (
    CallChange,
    CallerActed,
    CallerLeft,
    Closed,
    Connected,
    Finished,
    LegEnded,
    Noticed,
    Phase,
    PhaseChanged,
    RenewalWished,
    Summarised,
    UsageObserved,
    Warned,
)
from calls.leg import Leg, LegClosed, Send
from calls.owned_tasks import OwnedTasks
from calls.provider_gateway import ProviderGateway
from calls.session_summary import SessionSummary
from calls.tickets import TICKET_SECONDS
from calls.timeline import Timeline
from calls.unreported_playback import UnreportedPlayback
from calls.watchers import tell_all
from realtime.client import ClientSecret
from realtime.client_events import (
    message_create,
    output_audio_buffer_clear,
    response_cancel,
    response_create,
    session_update,
)
from realtime.conversation import Conversation
from realtime.conversation.changes import Change, ErrorReported, UsageReported
from realtime.failures import ProviderFailure
from realtime.usage_frames import TranscriptionFailed

log = logging.getLogger("guftagu.calls")

MAX_TYPED_CHARS = 2000
DELETED = "deleted"
"""Reason of an end after which nothing is to be kept, and so nothing is summed up."""
STOPPING = "server_stopping"
"""The reason of calls that end with the server."""
UNSUMMARISED = frozenset({STOPPING, DELETED})
"""A server that ends hangs up first; what was deleted goes to nobody."""
LEFT = frozenset({"page_left", "page_lost"})
"""Reasons after which the caller may return."""
MAX_REDIALS = 10
"""Of one call: each is another session at the provider."""
RECONNECT_SECONDS = 100.0
"""How long a call without a media path is kept: as long as a page that is away, and then some."""
RESUME_SECONDS = 60
"""How long a caller whose page went away may carry the call on."""
REPORTED_PHASES: dict[str, Phase] = {
    "microphone": "microphone",
    "connecting": "connecting",
    "live": "live",
    "reconnecting": "reconnecting",
}

Watcher = Callable[[list[CallChange]], None]


class Cancellable(Protocol):
    """A timer that can be stopped."""

    def cancel(self) -> None:
        """Stop the timer."""


Timer = Callable[[float, Callable[[], None]], Cancellable]
"""`timer(seconds, callback)`, such as `loop_timer`; tests bring their own clock."""


def loop_timer(seconds: float, callback: Callable[[], None]) -> Cancellable:
    """Call `callback` in the running event loop after `seconds`."""
    return asyncio.get_running_loop().call_later(seconds, callback)


class CallEnded(Exception):
    """The call was closed while something was still being done for it, or goes on in another leg."""


class Call:
    """A call: its legs, its conversation, who watches it, and how it ends.

    All state is the call's own; two calls share nothing but the gateway.
    """

    def __init__(
        self,
        persona: Persona,
        visitor_id: str,
        gateway: ProviderGateway,
        tasks: OwnedTasks,
        *,
        timer: Timer,
        on_closed: Callable[["Call"], None],
        summarise: Callable[["Call"], Awaitable[Summarised | None]],
        check_place: Callable[["Call"], None] = lambda _: None,
        on_away: Callable[[], None] | None = None,
        call_id: str | None = None,
        address: str | None = None,
        outlives_legs: bool = False,
    ) -> None:
        """Create the call.

        :param summarise: writes topic and summary where the session answers no more
        :param check_place: asked once for a leg, when it is about to take its place; raises `CallRefused`
        :param on_away: told when the caller's page goes away or its call ends or goes on; None where callers
            cannot return
        :param call_id: None makes one
        :param address: network of the visitor, where limits by address count it
        :param outlives_legs: a leg that fails does not end the call; its client opens another
        """
        self.id: str = call_id or f"call_{secrets.token_hex(8)}"
        self.end_token = secrets.token_urlsafe(24)
        """Ends the call without a page (the `pagehide` beacon); known to the caller's browser only."""
        self.persona = persona
        self.controlled = gateway.controls(persona)
        """Events come and go over the server's own sideband; the browser is never believed."""
        self.visitor_id = visitor_id
        self.address = address
        self.holds_place = False
        """An offer was taken, or a key was minted for one."""
        self.conversation = Conversation()
        self.timeline = Timeline()
        self._unreported_playback = UnreportedPlayback(self.conversation, timer, self._tell_later)
        self.phase: Phase = "opening"
        self.closed: Closed | None = None
        self.away: Closed | None = None
        """How the call ends unless its caller returns; None while their page is there."""
        self.lost_at_ms: float | None = None
        """Until when the caller could hear the agent, on the timeline; None while they can."""
        self._profile: dict[str, Any] = {}
        self._gateway = gateway
        self._tasks = tasks
        self._timer = timer
        self._on_closed = on_closed
        self._summarise = summarise
        self._check_place = check_place
        self._on_away = on_away
        self._outlives_legs = outlives_legs
        self._watchers: list[Watcher] = []
        self._send: Send | None = None
        self._logged_codes: set[str] = set()
        self._session_summary = SessionSummary(self.id)
        self._owes_summary = True
        self._finishing: asyncio.Task[None] | None = None
        self._finished = False
        self.legs = 0
        """How many there were, with the present one."""
        self._leg = self._new_leg()
        self._deadline: Cancellable | None = None
        if not outlives_legs:
            self._expire_in(TICKET_SECONDS, "ticket_expired")

    # -- watching ----------------------------------------------------------------------------------

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Call `watcher` with every list of changes from now on; return what stops it."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def _tell(self, *changes: CallChange) -> None:
        tell_all(self._watchers, list(changes))

    # -- legs --------------------------------------------------------------------------------------

    @property
    def gateway(self) -> ProviderGateway:
        """What places the call's legs."""
        return self._gateway

    @property
    def leg(self) -> Leg:
        """The present leg; a closed one until another is opened."""
        return self._leg

    def _new_leg(self) -> Leg:
        self.legs += 1
        return Leg(
            self,
            self._gateway,
            self._tasks,
            self.knowing_persona,
            name=self.id,
            browser_send=self._send,
            owes_history=not self.conversation.is_empty,
        )

    def open_leg(self, code: str) -> None:
        """Let go of the present session and prepare for another one, which is told what was said so far.

        :param code: why, for those who watch
        """
        if self.closed:
            return
        self._close_leg(code)
        changes = self.conversation.leave_session(self.lost_at_ms or self.timeline.now_ms)
        self._leg = self._new_leg()
        if changes:
            self._tell(*changes)

    def _close_leg(self, code: str) -> None:
        if not self._leg.is_closed:
            self._leg.close()
            self._tell(LegEnded(code))

    def redial(self) -> None:
        """Open another leg for a browser that is about to dial again, and wait for its offer."""
        if self.closed:
            return
        if self.legs > MAX_REDIALS:
            self.end("peer_lost")
            return
        self.open_leg("redialled")
        self._expire_in(RECONNECT_SECONDS, "peer_lost")
        self._enter("reconnecting")

    def resume(self, persona: Persona, address: str | None) -> None:
        """Go on with a caller whose page went away and is back.

        :param persona: the same one, with what the caller chose since
        """
        self.away = None
        self._owes_summary = True
        self.persona, self.address = persona, address
        self.end_token = secrets.token_urlsafe(24)  # The page before knows the old one.
        self.phase = "opening"
        self.open_leg("resumed")
        self.timeline.change_clock()
        self.lost_at_ms = None
        self._expire_in(TICKET_SECONDS, "ticket_expired")
        self._tell_away()

    async def connect(self, offer_sdp: str) -> str:
        """Relay the browser's offer, once for a leg; return the provider's SDP answer.

        :raises ProviderFailure: the provider did not create the call; the call is closed with that reason
        :raises CallEnded: the caller hung up or dialled again meanwhile, and what was created has been hung
            up; or there was an offer before this one or no place is left, and nothing was created
        """
        leg = self._leg
        self._take_place()
        try:
            return await leg.connect(self.visitor_id, offer_sdp)
        except LegClosed:
            raise CallEnded from None

    async def answer(self, provider_call_id: str) -> None:
        """Accept a phone call that rings at the provider, and take control of it.

        :raises ProviderFailure: it was not accepted; the call is closed with that reason
        :raises CallEnded: there is no place for it; or it cannot be controlled, or the call was closed
            meanwhile, and it has been hung up
        """
        self._take_place()
        try:
            await self._leg.answer(self.visitor_id, provider_call_id)
        except LegClosed:
            raise CallEnded from None

    async def mint_key(self, mint: Callable[[], Awaitable[ClientSecret]]) -> ClientSecret:
        """Mint the key with which the call's client opens its session; limits and money count from then on.

        :raises ProviderFailure: none was minted; the call is closed with that reason
        :raises CallEnded: there is no place for the call, or it was closed meanwhile
        """
        self._take_place()
        try:
            return await self._leg.mint(mint)
        except LegClosed:
            raise CallEnded from None

    def trust_minted_key(self) -> None:
        """Count limits and money from now on: this server minted a key for the present leg's session."""
        self._leg.trust()

    def _take_place(self) -> None:
        """Take a place, if the call has none.

        :raises CallEnded: there is none; the call is closed with that reason
        """
        if self.closed or self._leg.is_closed:
            raise CallEnded
        if self.holds_place:
            return
        try:
            self._check_place(self)
        except CallRefused as refused:
            self.on_leg_failed(Closed(refused.code, refused.retry_after_s))
            raise CallEnded from None
        self.holds_place = True

    # -- what the present leg tells ------------------------------------------------------------------

    def on_leg_connected(self, provider_call_id: str | None) -> None:
        """Count time and money from here, and stop waiting for a first offer."""
        self._note_session()
        self._tell(Connected(provider_call_id))

    def on_leg_event(self, event: dict[str, Any], at_ms: float) -> None:
        """Follow an event that came over the server's own line."""
        self._apply(event, at_ms)

    def on_leg_heard(self, heard: UsageReported | TranscriptionFailed) -> None:
        """Tell what the server itself heard of a bridged session."""
        self._tell(heard)

    def on_leg_observed(self, is_observed: bool) -> None:
        """Tell whether the usage that follows is the provider's word or the browser's."""
        self._tell(UsageObserved(is_observed))

    def on_leg_failed(self, closed: Closed) -> None:
        """End the call, or its leg where the call outlives it."""
        if self._outlives_legs:
            self.end_leg(closed.reason)
        else:
            self._end(closed)

    def end_leg(self, code: str) -> None:
        """Hang up the present session of a call that goes on without one."""
        self.holds_place = False
        self._close_leg(code)

    # -- what comes in -----------------------------------------------------------------------------

    def receive(self, event: dict[str, Any], at_ms: float) -> None:
        """Follow an event that the browser forwards, stamped with its clock; nothing in a controlled call."""
        if not self.controlled and not self.away:
            self._apply(event, at_ms)

    def _apply(self, event: dict[str, Any], at_ms: float) -> None:
        if self._finished:
            return
        self._note_session()
        changes = self.conversation.apply(event, self.timeline.place(at_ms))
        if not self._leg.is_trusted or self._leg.is_observed:
            changes = [each for each in changes if not isinstance(each, UsageReported)]
        self._leg.answer_questions(changes)
        self._leg.apply(event)
        self._log_errors(changes)
        self._unreported_playback.apply(changes)
        if changes:
            self._tell(*changes)

    def _tell_later(self, changes: Sequence[CallChange]) -> None:
        """Tell changes that come by the clock."""
        if changes and not self._finished:
            self._tell(*changes)

    def _note_session(self) -> None:
        """Stop waiting for the session: there is a sign of one that this server knows of."""
        if self._leg.is_trusted and not self.closed and self.phase != "reconnecting":
            self._cancel_deadline()  # While it reconnects, the browser is still to say that it can be heard.

    def _log_errors(self, changes: list[Change]) -> None:
        """Log each code once, or a page could write as many lines as it likes."""
        for change in changes:
            if isinstance(change, ErrorReported) and change.code not in self._logged_codes:
                self._logged_codes.add(change.code)
                cause = change.cause or "nothing we sent"
                log.info("%s: error event %s about %s", self.id, change.code, cause)

    def report(self, phase: str, reason: str | None = None, retry_after_s: float | None = None) -> None:
        """Follow what the browser says of itself: a phase, or that the call `failed` or `ended` and why."""
        if self.closed or self.away:
            return
        if phase in REPORTED_PHASES:
            self._enter(REPORTED_PHASES[phase])
        elif phase in ("failed", "ended"):
            self._end(Closed(failure_code(reason) or "peer_lost", retry_after_s))

    def _enter(self, phase: Phase) -> None:
        if phase == "reconnecting":
            self.lost_at_ms = self.lost_at_ms or self.timeline.now_ms
            self._leg.lose()
            if self.phase != "reconnecting":
                self._expire_in(RECONNECT_SECONDS, "peer_lost")
        self.phase = phase
        if phase == "live":
            self.lost_at_ms = None
            self._note_session()
            self._leg.tell_history()
            self._leg.answer_what_was_asked()
        self._tell(PhaseChanged(phase))
        if phase == "live":
            self._leg.go_live()

    def _expire_in(self, seconds: float, code: str) -> None:
        """End the call unless something stops it: nobody keeps a call that cannot be heard."""
        self._cancel_deadline()
        self._deadline = self._timer(seconds, lambda: self.end(code))

    def _cancel_deadline(self) -> None:
        if self._deadline:
            self._deadline.cancel()

    # -- what others tell ----------------------------------------------------------------------------

    def wish_renewal(self) -> None:
        """Ask the page to dial again: the provider's session grows old."""
        if not self.closed:
            self._tell(RenewalWished())

    def notice(self, code: str) -> None:
        """Tell of something that went wrong and that the call survives."""
        self._tell(Noticed(code))

    def acted(self) -> None:
        """Note that the caller did something that is not speech."""
        self._tell(CallerActed())

    def warn(self, warned: Warned) -> None:
        """Tell that a limit comes near."""
        self._tell(warned)

    # -- what goes out -----------------------------------------------------------------------------

    def attach(self, send: Send) -> None:
        """Let client events reach the session through `send`; a controlled call has its own way."""
        self._send = self._leg.browser_send = send

    def send(self, *events: dict[str, Any]) -> None:
        """Send client events to the session; a `response.create` waits for its turn."""
        if not self.closed:
            self._leg.send(*events)

    def say(self, text: str) -> None:
        """Put typed words into the conversation: cut what is being spoken, and ask for an answer.

        :raises ValueError: when there are none, or more than `MAX_TYPED_CHARS`
        """
        if not text.strip() or len(text) > MAX_TYPED_CHARS:
            raise ValueError(f"typed text takes 1 to {MAX_TYPED_CHARS} characters")
        self.acted()
        self.interrupt()
        self.send(message_create("user", text.strip()), response_create())

    def know(self, profile: dict[str, Any]) -> bool:
        """Tell the agent of the caller, in this session and those to come; return whether this one was told.

        It is kept beside the persona, which changes with what the caller chooses.
        """
        self._profile = profile
        return self.instruct(self.knowing_persona.session().instructions)

    @property
    def knowing_persona(self) -> Persona:
        """The persona with what is known of the caller: what a session is made of."""
        return with_profile(self.persona, self._profile)

    def instruct(self, instructions: str) -> bool:
        """Give the session other instructions; False where there is none, or none that takes instructions.

        They go over the server's own line, or through the page of a call that is live.
        """
        is_reached = self._leg.has_line or (self.phase == "live" and self._send is not None)
        if self.closed or not is_reached or not self._gateway.remembers:
            return False
        self.send(session_update({"instructions": instructions}))
        return True

    def interrupt(self) -> None:
        """Stop the reply: its generation first, then what of it is still to be played."""
        if self._leg.is_responding:
            self.send(response_cancel())
        if self.conversation.activity == "agent_speaking":
            self.send(output_audio_buffer_clear())

    async def ask(self, prompt: str) -> str:
        """Ask the session out of band and return its answer as text; nobody hears it. Controlled calls only.

        :raises SidebandLost: there is no line to ask over
        :raises TimeoutError: no answer in time
        """
        return await self._leg.ask(prompt)

    # -- the end -----------------------------------------------------------------------------------

    @property
    def is_finished(self) -> bool:
        """Whether everything is done, also at the provider; nothing more is told."""
        return self._finished

    @property
    def finishing(self) -> asyncio.Task[None] | None:
        """What is being done at the provider for the end of the call; None while it goes on."""
        return self._finishing

    async def close(self, reason: str) -> None:
        """End the call and wait until the provider has hung up. Any number of times, from anywhere."""
        self.end(reason)
        if self._finishing:
            await asyncio.shield(self._finishing)

    def end(self, reason: str) -> None:
        """End the call; what is to be done at the provider is done in the background."""
        self._end(Closed(reason))

    def fail(self, failure: ProviderFailure) -> None:
        """End the call because the provider did not do its part."""
        self._end(Closed(failure.code, failure.retry_after_s))

    def _end(self, closed: Closed) -> None:
        if self.closed or (self.away and closed.reason in LEFT):
            return
        if closed.reason in LEFT and self._on_away and not self.conversation.is_empty:
            self._leave(closed)
        else:
            self._conclude(closed)

    def _conclude(self, closed: Closed) -> None:
        self.closed = closed
        was_away, self.away = self.away is not None, None
        log.info("%s ended: %s", self.id, closed.reason)
        # First of all, so that nothing that follows can keep it from happening.
        self._finishing = self._tasks.start(self._finish(closed, self._hang_up(closed)), f"end {self.id}")
        self._on_closed(self)
        self._tell(closed)
        if was_away:
            self._tell_away()

    def _leave(self, closed: Closed) -> None:
        """Hang up and wait for the caller to return; unless they do, the call ends as `closed` says."""
        self.away = closed
        self.holds_place = False
        log.info("%s: its caller left: %s", self.id, closed.reason)
        self._finishing = self._tasks.start(self._go_away(closed, self._hang_up(closed)), f"leave {self.id}")
        self._deadline = self._timer(RESUME_SECONDS, self.give_up)
        self._tell(LegEnded(closed.reason))
        self._tell_away()

    def give_up(self) -> None:
        """End a call whose caller left and does not return."""
        if self.away:
            self._conclude(self.away)

    def _tell_away(self) -> None:
        if self._on_away:
            self._on_away()

    def _hang_up(self, closed: Closed) -> asyncio.Task[None]:
        """Close the present leg, after a last question where it is worth one."""
        self.phase = "ended"
        self.lost_at_ms = self.lost_at_ms or self.timeline.now_ms
        self._cancel_deadline()
        if closed.reason in UNSUMMARISED:
            self._owes_summary = False
            self._session_summary.skip()
        asks = self._owes_summary and not self.conversation.is_empty
        return self._leg.close(self._ask_for_summary if asks else None)

    async def _ask_for_summary(self) -> None:
        if summarised := await self._session_summary.ask(self._leg.ask):
            self._owes_summary = False
            self._tell(summarised)

    async def _finish(self, closed: Closed, hanging_up: asyncio.Task[None]) -> None:
        try:
            await self._sum_up_after(hanging_up)
        finally:
            self._finished = True
            self._tell(Finished(closed))

    async def _go_away(self, closed: Closed, hanging_up: asyncio.Task[None]) -> None:
        try:
            await self._sum_up_after(hanging_up)
        finally:
            if self.away is closed:  # Otherwise the caller is back, or the call has ended.
                self._tell(CallerLeft(closed))

    async def _sum_up_after(self, hanging_up: asyncio.Task[None]) -> None:
        await asyncio.wait({hanging_up})
        if self._owes_summary and self.controlled:
            self._owes_summary = False
            if summarised := await self._summarise(self):
                self._tell(summarised)

    def skip_summary(self) -> None:
        """Hang up now, if the session is still being asked for a summary."""
        self._session_summary.skip()
