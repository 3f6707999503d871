"""One provider session over one transport, within a call.

A call opens a leg for its first session and another one for every redial, resumption and renewal. A leg is
closed once, whatever happens, and what was created for it at the provider is hung up once.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Any, Protocol

from agents.persona import Persona
from calls.control_line import ControlLine
from calls.events import Closed
from calls.history import awaits_answer, history
from calls.out_of_band import Questions
from calls.owned_tasks import OwnedTasks
from calls.provider_gateway import ProviderGateway
from calls.usage_line import UsageLine
from realtime.client import ClientSecret
from realtime.client_events import response_create
from realtime.conversation import Conversation
from realtime.conversation.changes import Change, UsageReported
from realtime.event_ids import with_event_id
from realtime.failures import ProviderFailure
from realtime.sdp_policy import OfferRefused, sections
from realtime.sequencer import ResponseSequencer
from realtime.sideband import SidebandLost
from realtime.usage_frames import TranscriptionFailed

log = logging.getLogger("guftagu.calls")

Send = Callable[[list[dict[str, Any]]], None]


class LegState(Enum):
    """The life of a leg, in this order; any state may go to `CLOSED`, and `LOST` back to `LIVE`."""

    RESERVED = "reserved"
    """Nothing exists at the provider."""
    CONNECTING = "connecting"
    """An offer, an accepted phone call or a minted key is on its way to become a session."""
    LIVE = "live"
    """The caller and the session hear each other."""
    LOST = "lost"
    """The session exists and its media path does not."""
    CLOSED = "closed"
    """Nothing more is sent or received, and the provider hangs up."""


class LegClosed(Exception):
    """The leg was closed while something was being done for it, or had an offer before this one."""


class LegOwner(Protocol):
    """What a leg tells its call."""

    conversation: Conversation

    def on_leg_connected(self, provider_call_id: str | None) -> None:
        """Note that the provider holds the session."""

    def on_leg_event(self, event: dict[str, Any], at_ms: float) -> None:
        """Follow an event that came over the server's own line."""

    def on_leg_heard(self, heard: UsageReported | TranscriptionFailed) -> None:
        """Follow what the server itself heard of a bridged session."""

    def on_leg_observed(self, is_observed: bool) -> None:
        """Note that the server began or ceased to hear what a bridged session bills."""

    def on_leg_failed(self, closed: Closed) -> None:
        """End what depends on a session that cannot be had or held."""


class Leg:
    """One provider session. `reserve` is its construction; then `connect`, `go_live` and `close`."""

    def __init__(
        self,
        owner: LegOwner,
        gateway: ProviderGateway,
        tasks: OwnedTasks,
        persona: Persona,
        *,
        name: str,
        browser_send: Send | None = None,
        owes_history: bool = False,
    ) -> None:
        """Create the leg.

        :param name: of the call, for log lines
        :param browser_send: carries client events through the browser, where the server has no line
        :param owes_history: whether the session has to be told what was said before it
        """
        self.state = LegState.RESERVED
        self.provider_call_id: str | None = None
        self.is_trusted = False
        """This server placed the session, or minted the key for it. A browser's word makes none."""
        self.is_observed = False
        """The server itself hears what a bridged session bills."""
        self.finishing: asyncio.Task[None] | None = None
        """What is being done at the provider for the end of the leg; None while it is open."""
        self.browser_send = browser_send
        self.control_lost_code = "control_lost"
        self._owner = owner
        self._gateway = gateway
        self._tasks = tasks
        self._persona = persona
        self._is_controlled = gateway.controls(persona)
        self._name = name
        self._sequencer = ResponseSequencer()
        self._questions = Questions()
        self._line: ControlLine | None = None
        self._holding: asyncio.Task[None] | None = None
        self._observing: asyncio.Task[None] | None = None
        self._owes_history = owes_history
        self._owes_answer = False

    @property
    def is_closed(self) -> bool:
        """Whether nothing more can happen in it."""
        return self.state is LegState.CLOSED

    # -- connecting --------------------------------------------------------------------------------

    async def connect(self, visitor_id: str, offer_sdp: str) -> str:
        """Relay the browser's offer, once, and return the provider's SDP answer.

        :raises ProviderFailure: the provider created no call
        :raises LegClosed: the leg was closed meanwhile, and what was created has been hung up; or there was
            an offer before this one
        """
        self._begin()
        # Its own task: a browser that goes away must not leave a created call without its id.
        placing = self._tasks.start(
            self._place(visitor_id, offer_sdp), f"place {self._name}", (ProviderFailure, LegClosed)
        )
        return str(await asyncio.shield(placing))

    async def answer(self, visitor_id: str, provider_call_id: str) -> None:
        """Accept a phone call that rings at the provider, and take control of it.

        :raises ProviderFailure: it was not accepted
        :raises LegClosed: it cannot be controlled, or the leg was closed meanwhile; it has been hung up
        """
        self._begin()
        self.control_lost_code = "line_ended"  # A caller who hangs up has no page that says so.
        try:
            await self._gateway.accept(self._persona, visitor_id, provider_call_id)
        except ProviderFailure as failure:
            if failure.status is None or failure.status >= 500:  # It may have been accepted all the same.
                self.provider_call_id = provider_call_id
            self._fail(Closed(failure.code, failure.retry_after_s))
            raise
        await self._keep(provider_call_id)
        await self._take_control()
        self._owner.on_leg_connected(provider_call_id)

    async def mint(self, mint: Callable[[], Awaitable[ClientSecret]]) -> ClientSecret:
        """Mint the key with which the call's client opens the session by itself.

        :raises ProviderFailure: none was minted
        :raises LegClosed: the leg was closed meanwhile
        """
        try:
            secret = await mint()
        except ProviderFailure as failure:
            self._fail(Closed(failure.code, failure.retry_after_s))
            raise
        if self.is_closed:
            raise LegClosed
        self.trust()
        return secret

    def trust(self) -> None:
        """Count the session from now on: this server minted a key for it."""
        self._begin()
        self.is_trusted = True
        self._owner.on_leg_connected(None)

    def _begin(self) -> None:
        if self.state is not LegState.RESERVED:
            raise LegClosed
        self.state = LegState.CONNECTING

    async def _place(self, visitor_id: str, offer_sdp: str) -> str:
        try:
            created = await self._gateway.place(self._persona, visitor_id, offer_sdp)
        except ProviderFailure as failure:
            self._fail(Closed(failure.code, failure.retry_after_s))
            raise
        await self._keep(created.call_id)
        if self._is_controlled:
            self._check_answer(created.answer_sdp)
            await self._take_control()
            self.tell_history()
        elif self._gateway.observes:
            await self._observe()
        self._owner.on_leg_connected(created.call_id)
        return created.answer_sdp

    async def _keep(self, provider_call_id: str | None) -> None:
        """Note the provider's id, or hang up what came after the leg was closed."""
        if self.is_closed:
            await self._gateway.hang_up(provider_call_id)
            raise LegClosed
        self.provider_call_id = provider_call_id
        self.is_trusted = True
        log.info("%s is %s at the provider", self._name, provider_call_id)

    def _check_answer(self, answer_sdp: str) -> None:
        try:
            kinds = sections(answer_sdp)
        except OfferRefused:
            kinds = []
        if kinds != ["audio"]:
            self._fail(Closed("provider_bad_answer"))
            raise LegClosed

    # -- the server's own lines --------------------------------------------------------------------

    async def _take_control(self) -> None:
        """Attach the sideband of a controlled call; without it nobody gets an answer.

        :raises LegClosed: there is no sideband, or the leg was closed meanwhile
        """
        line = ControlLine(lambda: self._gateway.attach(self.provider_call_id), self._receive, self._catch_up)
        try:
            await line.open()
        except SidebandLost:
            self._fail(Closed(self.control_lost_code))
        if self.is_closed:
            await line.close()
            raise LegClosed
        self._line = line
        self._holding = self._tasks.start(self._hold(line), f"hold {self._name}")

    async def _hold(self, line: ControlLine) -> None:
        try:
            await line.run()
        finally:
            # A browser without a media path dials again; a provider that noticed it first ended the session.
            if self.state is not LegState.LOST:
                self._fail(Closed(self.control_lost_code))

    def _receive(self, event: dict[str, Any], at_ms: float) -> None:
        self._owner.on_leg_event(event, at_ms)

    def _catch_up(self, line: ControlLine) -> None:
        """Send what waited while the line was broken; what was said in between is lost."""
        line.send(self._sequencer.reattach(line.unsent))

    async def _observe(self) -> None:
        """Hear what a bridged call's session bills.

        :raises LegClosed: calls that cannot be observed are refused here (`REQUIRE_CONTROL`)
        """
        line = UsageLine(
            lambda: self._gateway.attach(self.provider_call_id), self._on_heard, self._on_observed, self._name
        )
        if self._gateway.requires_control:
            try:
                await line.open()
            except SidebandLost:
                self._fail(Closed("control_lost"))
        if self.is_closed:
            await line.close()
            raise LegClosed
        self._observing = self._tasks.start(self._keep_observing(line), f"observe {self._name}")

    async def _keep_observing(self, line: UsageLine) -> None:
        await line.run()
        if self._gateway.requires_control:
            self._fail(Closed("control_lost"))

    def _on_heard(self, heard: UsageReported | TranscriptionFailed) -> None:
        if not self.is_closed:
            self._owner.on_leg_heard(heard)

    def _on_observed(self, is_observed: bool) -> None:
        if not self.is_closed:
            self.is_observed = is_observed
            self._owner.on_leg_observed(is_observed)

    # -- while it is open --------------------------------------------------------------------------

    def go_live(self) -> None:
        """Note that the caller and the session hear each other; nothing for a session nobody knows of."""
        if self.state in (LegState.CONNECTING, LegState.LOST) and self.is_trusted:
            self.state = LegState.LIVE
            if self._holding and self._holding.done():
                self._fail(Closed(self.control_lost_code))

    def lose(self) -> None:
        """Note that the browser has no media path."""
        if self.state is LegState.LIVE:
            self.state = LegState.LOST

    def apply(self, event: dict[str, Any]) -> None:
        """Follow an event of the session, and send what waited for it."""
        self._deliver(self._sequencer.apply(event))

    def answer_questions(self, changes: list[Change]) -> None:
        """Hand answers among these changes of the conversation to those who asked."""
        self._questions.apply(changes)

    def send(self, *events: dict[str, Any]) -> None:
        """Send client events to the session; a `response.create` waits for its turn."""
        for event in events:
            self._deliver(
                self._sequencer.request(event) if event.get("type") == "response.create" else [event]
            )

    def _deliver(self, events: list[dict[str, Any]]) -> None:
        send = self._line.send if self._line else self.browser_send
        if events and send and not self.is_closed:
            send([with_event_id(event) for event in events])

    @property
    def has_line(self) -> bool:
        """Whether the server itself can send to the session."""
        return self._line is not None and not self.is_closed

    @property
    def is_responding(self) -> bool:
        """Whether a response of the conversation is being generated, or was asked for."""
        return self._sequencer.active

    def tell_history(self) -> None:
        """Give a session that carries on its memory, before anything else is sent to it."""
        if self._owes_history and (self._line or not self._is_controlled):
            self._owes_history = False
            if self._gateway.remembers:
                self._deliver(history(self._owner.conversation))
                answers = self._persona.turn_detection.create_response
                self._owes_answer = answers and awaits_answer(self._owner.conversation)

    def answer_what_was_asked(self) -> None:
        """Ask for the answer that the session before was lost with, now that the caller can hear one."""
        if self._owes_answer:
            self._owes_answer = False
            self.send(response_create())

    async def ask(self, prompt: str) -> str:
        """Ask the session out of band and return its answer as text; nobody hears it.

        :raises SidebandLost: there is no line to ask over
        :raises TimeoutError: no answer in time
        """
        line = self._line
        if line is None:
            raise SidebandLost("only a controlled call can be asked")
        # Not by `send`: the best time to ask is when the leg is closed and the line is still there.
        return await self._questions.ask(prompt, lambda create: line.send(self._sequencer.request(create)))

    # -- the end -----------------------------------------------------------------------------------

    def close(self, before_hang_up: Callable[[], Awaitable[None]] | None = None) -> asyncio.Task[None]:
        """Close the leg, any number of times; returns what is being done at the provider.

        :param before_hang_up: asks the session a last time; done only where it still answers
        """
        if self.finishing is None:
            self.state = LegState.CLOSED
            self.finishing = self._tasks.start(self._finish(before_hang_up), f"finish {self._name}")
        return self.finishing

    async def _finish(self, before_hang_up: Callable[[], Awaitable[None]] | None) -> None:
        try:
            if before_hang_up and self._holding and not self._holding.done():
                await before_hang_up()
        finally:
            for task in (self._holding, self._observing):
                if task:
                    task.cancel()
            await self._gateway.hang_up(self.provider_call_id)

    def _fail(self, closed: Closed) -> None:
        if not self.is_closed:
            self._owner.on_leg_failed(closed)
