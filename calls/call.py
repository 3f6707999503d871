"""One live conversation of ours, from the click to the one end it has."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from agents.known_caller import with_profile
from agents.persona import Persona
from calls.codes import failure_code
from calls.control_line import ControlLine
from calls.events import (
    CallChange,
    CallerActed,
    Closed,
    Connected,
    Finished,
    Noticed,
    Phase,
    PhaseChanged,
    RenewalWished,
    Summarised,
    Warned,
)
from calls.history import awaits_answer, history
from calls.out_of_band import Questions
from calls.owned_tasks import OwnedTasks
from calls.provider_gateway import ProviderGateway
from calls.refusal import CallRefused
from calls.tickets import TICKET_SECONDS
from calls.timeline import Timeline
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
from realtime.sdp_policy import OfferRefused, sections
from realtime.sequencer import ResponseSequencer
from realtime.sideband import SidebandLost

log = logging.getLogger("guftagu.calls")

MAX_TYPED_CHARS = 2000
DELETED = "deleted"
"""Reason of an end after which nothing is to be kept, and so nothing is summed up."""
TOPIC = "Name the topic of this conversation in at most five words, in its own language. Only the words."
SUMMARY = (
    "Sum up this conversation in two sentences in its own language: what the caller wanted, what came of it. "
    "No card, account, identity or phone numbers."
)
STOPPING = "server_stopping"
"""The reason of calls that end with the server."""
MAX_REDIALS = 10
"""Of one call: each is another session at the provider."""
RECONNECT_SECONDS = 100.0
"""How long a call without a media path is kept: as long as a page that is away, and then some."""
REPORTED_PHASES: dict[str, Phase] = {
    "microphone": "microphone",
    "connecting": "connecting",
    "live": "live",
    "reconnecting": "reconnecting",
}

Watcher = Callable[[list[CallChange]], None]
Send = Callable[[list[dict[str, Any]]], None]


class Cancellable(Protocol):
    """What a timer gives back."""

    def cancel(self) -> None: ...


Timer = Callable[[float, Callable[[], None]], Cancellable]
"""`timer(seconds, callback)`, such as `loop.call_later`; tests bring their own clock."""


class CallEnded(Exception):
    """The call was closed while something was still being done for it, or goes on in another session."""


class Call:
    """A call: its phase, its conversation, who watches it, and how it ends.

    All state is the call's own; two calls share nothing but the dialer.
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
        address: str | None = None,
        conversation: Conversation | None = None,
        before: "Call | None" = None,
    ) -> None:
        """
        :param summarise: writes topic and summary where the session answers no more
        :param check_place: asked once, when the call is about to take its place; raises `CallRefused`
        :param address: network of the visitor, where limits by address count it
        :param conversation: one that goes on; None begins one
        :param before: the call that this one carries on, in its record and with its conversation
        """
        self.id: str = before.id if before else f"call_{secrets.token_hex(8)}"
        self.end_token = secrets.token_urlsafe(24)
        """Ends the call without a page (the `pagehide` beacon); known to the caller's browser only."""
        self.persona = persona
        self.controlled = gateway.controls(persona)
        """Events come and go over the server's own sideband; the browser is never believed."""
        self.visitor_id = visitor_id
        self.address = address
        self.holds_place = False
        """An offer was taken, or a key was minted for one."""
        self.conversation: Conversation = before.conversation if before else conversation or Conversation()
        self.timeline: Timeline = before.timeline if before else Timeline()
        self._profile: dict[str, Any] = before._profile if before else {}
        if before:
            self.conversation.leave_session(before.lost_at_ms)
            self.timeline.change_clock()
        self.phase: Phase = "opening"
        self.closed: Closed | None = None
        self._gateway = gateway
        self._tasks = tasks
        self._sequencer = ResponseSequencer()
        self._provider_call_id: str | None = None
        self._watchers: list[Watcher] = []
        self._send: Send | None = None
        self._line: ControlLine | None = None
        self._holding: asyncio.Task[None] | None = None
        self._line_lost = "control_lost"
        self._questions = Questions()
        self._logged_codes: set[str] = set()
        self._on_closed = on_closed
        self._check_place = check_place
        self._summarise = summarise
        self._timer = timer
        self._deadline = timer(TICKET_SECONDS, lambda: self._end(Closed("ticket_expired")))
        self._redials = 0
        self._dialled = False
        """An offer was taken for the present session: there is one at the provider, or will be."""
        self._owes_history = not self.conversation.is_empty
        self._owes_answer = False
        self.lost_at_ms: float | None = None
        """Until when the caller could hear the agent, on the timeline; None while they can."""
        self._is_known = False
        """This server placed the present session, or minted the key for it. A browser's word makes none."""
        self._running = False
        self._finishing: asyncio.Task[None] | None = None
        self._summing_up: asyncio.Future[tuple[str, str]] | None = None
        self._finished = False

    # -- watching ----------------------------------------------------------------------------------

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Call `watcher` with every list of changes from now on; returns what stops it."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def _tell(self, *changes: CallChange) -> None:
        tell_all(self._watchers, list(changes))

    # -- connecting --------------------------------------------------------------------------------

    async def connect(self, offer_sdp: str) -> str:
        """Relay the browser's offer, once until the next `redial`; the provider's SDP answer.

        :raises ProviderFailure: the provider did not create the call; the call is closed with that reason
        :raises CallEnded: the caller hung up or dialled again meanwhile, and what was created has been hung
            up; or there was an offer before this one or no place is left, and nothing was created
        """
        if self._dialled or self.closed:
            raise CallEnded
        self._take_place()
        self._dialled = True
        # Its own task: a browser that goes away must not leave a created call without its id.
        expected = (ProviderFailure, CallEnded)
        placing = self._tasks.start(self._place(offer_sdp), f"place {self.id}", expected)
        return str(await asyncio.shield(placing))

    def _take_place(self) -> None:
        """:raises CallEnded: there is no place; the call is closed with that reason"""
        if self.holds_place:
            return
        try:
            self._check_place(self)
        except CallRefused as refused:
            self._end(Closed(refused.code, refused.retry_after_s))
            raise CallEnded from None
        self.holds_place = True

    async def _place(self, offer_sdp: str) -> str:
        redials = self._redials
        try:
            created = await self._gateway.place(self.knowing_persona, self.visitor_id, offer_sdp)
        except ProviderFailure as failure:
            if redials == self._redials:
                self.fail(failure)
            raise
        await self._keep(created.call_id, redials)
        if self.controlled:
            self._check_answer(created.answer_sdp)
            await self._take_control(created.call_id)
            self._tell_history()
        self._set_running(created.call_id)
        return created.answer_sdp

    async def answer(self, provider_call_id: str) -> None:
        """Accept a phone call that rings at the provider, and take control of it.

        :raises ProviderFailure: it was not accepted; the call is closed with that reason
        :raises CallEnded: there is no place for it; or it cannot be controlled, or the call was closed
            meanwhile, and it has been hung up
        """
        self._take_place()
        self._line_lost = "line_ended"  # A caller who hangs up has no page that says so.
        try:
            await self._gateway.accept(self.persona, provider_call_id)
        except ProviderFailure as failure:
            if failure.status is None or failure.status >= 500:  # It may have been accepted all the same.
                self._provider_call_id = provider_call_id
            self.fail(failure)
            raise
        await self._keep(provider_call_id, self._redials)
        await self._take_control(provider_call_id)
        self._set_running(provider_call_id)

    async def _keep(self, provider_call_id: str | None, redials: int) -> None:
        """:param redials: how many there were when this session was asked for"""
        if self.closed or redials != self._redials:
            await self._gateway.hang_up(provider_call_id)
            raise CallEnded
        self._provider_call_id = provider_call_id
        self._is_known = True
        log.info("%s is %s at the provider", self.id, provider_call_id)

    def _check_answer(self, answer_sdp: str) -> None:
        try:
            kinds = sections(answer_sdp)
        except OfferRefused:
            kinds = []
        if kinds != ["audio"]:
            self._end(Closed("provider_bad_answer"))
            raise CallEnded

    async def _take_control(self, provider_call_id: str | None) -> None:
        """Attach the sideband; without it nobody gets an answer.

        :raises CallEnded: there is no sideband, or the call was closed meanwhile
        """
        redials = self._redials
        line = ControlLine(lambda: self._gateway.attach(provider_call_id), self._apply, self._catch_up)
        try:
            await line.open()
        except SidebandLost:
            if redials == self._redials:
                self._end(Closed("control_lost"))
        if self.closed or redials != self._redials:
            await line.close()
            raise CallEnded
        self._line = line
        self._holding = self._tasks.start(self._hold(line), f"hold {self.id}")

    async def _hold(self, line: ControlLine) -> None:
        try:
            await line.run()
        finally:
            # A browser without a media path dials again; a provider that noticed it first ended the session.
            if self._line is line and self.phase != "reconnecting":
                self._end(Closed(self._line_lost))

    def _catch_up(self, line: ControlLine) -> None:
        """The line broke and was attached again; what was said in between is lost."""
        line.send(self._sequencer.reattach(line.unsent))

    def _set_running(self, provider_call_id: str | None = None) -> None:
        """There is a sign of the session; it counts only for one that this server knows of."""
        if self.closed or not self._is_known:
            return
        if self.phase != "reconnecting":  # Then the browser is still to say that it can be heard.
            self._deadline.cancel()
        self._connect_once(provider_call_id)

    def _connect_once(self, provider_call_id: str | None) -> None:
        if not self._running or provider_call_id is not None:
            self._running = True
            self._tell(Connected(provider_call_id))

    async def mint_key(self, mint: Callable[[], Awaitable[ClientSecret]]) -> ClientSecret:
        """Mint the key with which the call's client opens its session; limits and money count from then on.

        :raises ProviderFailure: none was minted; the call is closed with that reason
        :raises CallEnded: there is no place for the call, or it was closed meanwhile
        """
        self._take_place()
        try:
            secret = await mint()
        except ProviderFailure as failure:
            self.fail(failure)
            raise
        if self.closed:
            raise CallEnded
        self.trust_minted_key()
        return secret

    def trust_minted_key(self) -> None:
        """Count limits and money from now on: this server minted a key for the session."""
        self._is_known = True
        self._connect_once(None)

    # -- what comes in -----------------------------------------------------------------------------

    def receive(self, event: dict[str, Any], at_ms: float) -> None:
        """An event the browser forwards, stamped with its clock. Counts for nothing in a controlled call."""
        if not self.controlled:
            self._apply(event, at_ms)

    def _apply(self, event: dict[str, Any], at_ms: float) -> None:
        if self._finished:
            return
        self._set_running()
        changes = self.conversation.apply(event, self.timeline.place(at_ms))
        if not self._is_known:
            changes = [each for each in changes if not isinstance(each, UsageReported)]
        self._questions.apply(changes)
        self._deliver(self._sequencer.apply(event))
        self._log_errors(changes)
        if changes:
            self._tell(*changes)

    def _log_errors(self, changes: list[Change]) -> None:
        """Log each code once, or a page could write as many lines as it likes."""
        for change in changes:
            if isinstance(change, ErrorReported) and change.code not in self._logged_codes:
                self._logged_codes.add(change.code)
                log.info("%s: error event %s", self.id, change.code)

    def report(self, phase: str, reason: str | None = None, detail: dict[str, Any] | None = None) -> None:
        """What the browser says of itself: a phase, or that the call `failed` or `ended` and why."""
        if self.closed:
            return
        if phase in REPORTED_PHASES:
            self._enter(REPORTED_PHASES[phase])
        elif phase in ("failed", "ended"):
            retry_after = (detail or {}).get("retry_after_s")
            self._end(
                Closed(
                    failure_code(reason) or "peer_lost",
                    retry_after if isinstance(retry_after, int | float) else None,
                )
            )

    def _enter(self, phase: Phase) -> None:
        if phase == "reconnecting":
            self.lost_at_ms = self.lost_at_ms or self.timeline.now_ms
            if self.phase != "reconnecting":
                self._await_browser()
        self.phase = phase
        if phase == "live":
            self.lost_at_ms = None
            self._set_running()
            self._tell_history()
            self._answer_what_was_asked()
        self._tell(PhaseChanged(phase))
        if phase == "live" and self._holding and self._holding.done():
            self._end(Closed(self._line_lost))

    def _await_browser(self) -> None:
        """Without a media path a call is over in a while, whoever pays for its session."""
        self._deadline.cancel()
        self._deadline = self._timer(RECONNECT_SECONDS, lambda: self._end(Closed("peer_lost")))

    # -- carrying on in another session ------------------------------------------------------------

    def redial(self) -> None:
        """The browser is about to dial again: let go of the provider's session, keep everything else.

        The next `connect` begins another session, which is told what was said so far.
        """
        if self.closed:
            return
        if self._redials == MAX_REDIALS:
            self._end(Closed("peer_lost"))
            return
        self._redials += 1
        self._dialled = False
        self._tasks.start(self._gateway.hang_up(self._provider_call_id), f"leave {self._provider_call_id}")
        self._let_go_of_line()
        self._provider_call_id = None
        self._running = self._is_known = False
        self._sequencer = ResponseSequencer()
        self._owes_history = True
        changes = self.conversation.leave_session(self.lost_at_ms or self.timeline.now_ms)
        self._await_browser()
        self._tell(*changes)
        self._enter("reconnecting")

    def _let_go_of_line(self) -> None:
        if self._holding:
            self._holding.cancel()
        self._line = self._holding = None

    def _tell_history(self) -> None:
        """Give a session that carries on its memory, before anything else is sent to it."""
        if self._owes_history and (self._line or not self.controlled):
            self._owes_history = False
            if self._gateway.remembers:
                self._deliver(history(self.conversation))
                answers = self.persona.turn_detection.create_response
                self._owes_answer = answers and awaits_answer(self.conversation)

    def _answer_what_was_asked(self) -> None:
        """The session before was lost between a question and its answer, and now the caller can hear one."""
        if self._owes_answer:
            self._owes_answer = False
            self.send(response_create())

    def wish_renewal(self) -> None:
        """The provider's session grows old: ask whoever holds the media to dial again."""
        if not self.closed:
            self._tell(RenewalWished())

    def notice(self, code: str) -> None:
        """Something went wrong that the call survives."""
        self._tell(Noticed(code))

    def acted(self) -> None:
        """The caller did something that is not speech."""
        self._tell(CallerActed())

    def warn(self, warned: Warned) -> None:
        """A limit comes near."""
        self._tell(warned)

    # -- what goes out -----------------------------------------------------------------------------

    def attach(self, send: Send) -> None:
        """Let client events reach the session through `send`; a controlled call has its own way."""
        self._send = send

    def send(self, *events: dict[str, Any]) -> None:
        """Send client events to the session; a `response.create` waits for its turn."""
        for event in events:
            self._deliver(
                self._sequencer.request(event) if event.get("type") == "response.create" else [event]
            )

    def _deliver(self, events: list[dict[str, Any]]) -> None:
        send = self._line.send if self._line else self._send
        if events and send and not self.closed:
            send(events)

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
        """Tell the agent of the caller, in every session to come and in this one; whether this one was told.

        Kept beside the persona, which changes with what the caller chooses.
        """
        self._profile = profile
        return self.instruct(self.knowing_persona.session().instructions)

    @property
    def knowing_persona(self) -> Persona:
        """The persona with what is known of the caller: what a session is made of."""
        return with_profile(self.persona, self._profile)

    def instruct(self, instructions: str) -> bool:
        """Give the session other instructions over the server's own line; False where there is none."""
        if self._line is None or self.closed:
            return False
        self.send(session_update({"instructions": instructions}))
        return True

    def interrupt(self) -> None:
        """Stop the reply: its generation first, then what of it is still to be played."""
        if self._sequencer.active:
            self.send(response_cancel())
        if self.conversation.activity == "agent_speaking":
            self.send(output_audio_buffer_clear())

    async def ask(self, prompt: str) -> str:
        """Ask the session something beside the conversation; nobody hears it. Controlled calls only.

        :return: the answer as text
        :raises SidebandLost: there is no line to ask over
        :raises TimeoutError: no answer in time
        """
        line = self._line
        if line is None:
            raise SidebandLost("only a controlled call can be asked")
        # Not by `send`: the best time to ask is when the call is closed and the line is still there.
        return await self._questions.ask(prompt, lambda create: line.send(self._sequencer.request(create)))

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
        if self.closed:
            return
        self.closed = closed
        self.phase = "ended"
        self.lost_at_ms = self.lost_at_ms or self.timeline.now_ms
        self._deadline.cancel()
        log.info("%s ended: %s", self.id, closed.reason)
        # First of all, so that nothing that follows can keep it from happening.
        self._finishing = self._tasks.start(self._finish(closed), f"finish {self.id}")
        self._on_closed(self)
        self._tell(closed)

    async def _finish(self, closed: Closed) -> None:
        # A server that ends hangs up first; what was deleted goes to nobody.
        sums_up = closed.reason not in (STOPPING, DELETED)
        try:
            summarised = await self._leave(sums_up=sums_up)
            if summarised is None and self.controlled and sums_up:
                summarised = await self._summarise(self)
            if summarised:
                self._tell(summarised)
        finally:
            self._finished = True
            self._tell(Finished(closed))

    async def _leave(self, *, sums_up: bool) -> Summarised | None:
        """Ask for topic and summary while the session still answers, let go of the line, hang up."""
        try:
            answers = self._holding and not self._holding.done()
            if sums_up and answers and not self.conversation.is_empty:
                return await self._sum_up()
            return None
        finally:
            if self._holding:
                self._holding.cancel()
            await self._gateway.hang_up(self._provider_call_id)

    async def _sum_up(self) -> Summarised | None:
        asking = self._summing_up = asyncio.gather(self.ask(TOPIC), self.ask(SUMMARY))
        try:
            await asyncio.wait({asking})
        finally:
            asking.cancel()
        if asking.cancelled():
            return None
        try:
            return Summarised(*asking.result())
        except (SidebandLost, TimeoutError):
            log.info("%s: its session does not sum it up", self.id)
            return None

    def skip_summary(self) -> None:
        """Hang up now if the call has ended and its session is still being asked for a summary."""
        if self._summing_up:
            self._summing_up.cancel()
