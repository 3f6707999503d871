"""A session that an outside client opened: one record over as many provider sessions as it takes."""

import asyncio
import secrets
import time
from collections.abc import Callable
from typing import Any

from agents.known_caller import with_profile
from agents.persona import Persona
from calls.call import Call, Cancellable, Watcher
from calls.events import CallChange, Closed, Finished, PhaseChanged
from calls.history import history
from calls.provider_gateway import ProviderGateway
from calls.registry import Registry
from calls.renewal import Renewal
from calls.services.call_services import RunningServices
from calls.services.metering import Meter
from calls.watchers import tell_all
from realtime.client import ClientSecret
from realtime.conversation import Conversation
from realtime.json_size import json_size
from realtime.session import SessionSpec
from store.database import StoreFailure

SECRET_SECONDS = 60
UNUSED_SECONDS = 60 * 60
UNITS_OF_EVENT = 50
SLICE_UNITS = 2_000
"""Of reported events (`realtime.json_size`) taken in without a pause: 16 KB of text, or 40 events."""
LASTING_LIMITS = ("limit_minutes", "limit_money", "limit_day_money", "limit_share_money")
"""They are the session's, over all its calls; after other limits the next report or call goes on."""


class LimitReached(Exception):
    """A limit of the session is reached; its code is the text."""


class ApiSession:
    """The conversation of an outside client.

    Each provider session it goes over is a `Call` of its own on the same conversation: one that this server
    places from the client's offer, or one that the client reports of.
    """

    def __init__(
        self, persona: Persona, owner: str, gateway: ProviderGateway, registry: Registry, *, relayed: bool
    ) -> None:
        """
        :param owner: whose key opened it
        :param dialer: with the choices of the client
        :param relayed: it comes through this server alone, so it needs no client secrets
        """
        self.id = f"session_{secrets.token_hex(12)}"
        self.persona = self._unknowing = persona
        self.owner = owner
        self.visitor_id = owner
        self.conversation = Conversation()
        self.controlled = gateway.controls(persona)
        self.closed: Closed | None = None
        self._relayed = relayed
        self._has_minted = False
        """A client secret was minted, so that what the client reports of its own session counts."""
        self._gateway = gateway
        self._registry = registry
        self._call: Call | None = None
        self._running_services: RunningServices | None = None
        """Of its latest call."""
        self._limit_reached: str | None = None
        self._watchers: list[Watcher] = []
        self._reporting = asyncio.Lock()
        """Two reports at once are taken in one after the other."""
        self._to_forward: list[dict[str, Any]] = []
        self._unused: Cancellable | None = None
        self._recorder = registry.services.record(self, self._spec(), kind="api", owner=owner)
        self.touch()

    def _spec(self) -> SessionSpec:
        return self._gateway.spec(self.persona)

    async def recorded(self) -> None:
        """Wait until its record has begun.

        :raises StoreFailure: it could not be; the session is ended
        """
        if not await self._recorder.begun():
            self.end("not_recorded")
            raise StoreFailure("no record")

    # -- watching ----------------------------------------------------------------------------------

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """As `Call.watch`, over all its calls."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def _tell(self, *changes: CallChange) -> None:
        tell_all(self._watchers, list(changes))

    def _follow(self, call: Call, changes: list[CallChange]) -> None:
        """Pass on what a call says, but not that it is over: the session goes on."""
        for each in changes:
            if isinstance(each, Closed) and each.reason in LASTING_LIMITS:
                self._limit_reached = each.reason
        own = [each for each in changes if not isinstance(each, Closed | Finished | PhaseChanged)]
        if own:
            self._tell(*own)
        if self.closed and call is self._call and any(isinstance(each, Finished) for each in changes):
            self._tell(Finished(self.closed))

    # -- provider sessions -------------------------------------------------------------------------

    async def secret(self) -> ClientSecret | None:
        """What lets the client open a provider session by itself; None where it is to come through here.

        :raises LimitReached: it would serve nothing
        :raises ProviderFailure: none was minted
        """
        self._check_limit()
        if self._relayed:
            return None
        secret = await self._gateway.secret(self.persona, self.owner, SECRET_SECONDS)
        self._has_minted = True
        return secret

    async def connect(self, offer_sdp: str) -> str:
        """Place a call from the client's offer, in place of the one before; the provider's SDP answer.

        :raises LimitReached: there were calls enough
        :raises CallRefused: there is no place for it
        :raises ProviderFailure: the provider did not create it
        :raises CallEnded: it was ended meanwhile
        """
        self.touch()
        self._check_limit()
        self._leave_call("renewed")
        call = self._begin_call(holds_place=True)
        # Its client has no page that dials again by itself: it sees the call end, between two turns.
        renewal = Renewal(self._registry.timer, warn=call.warn, renew=lambda: self._leave_old(call))
        call.watch(renewal.apply)
        return await call.connect(offer_sdp)

    def _leave_old(self, call: Call) -> None:
        self.touch()
        call.end("session_old")

    def _check_limit(self) -> None:
        if self._limit_reached:
            raise LimitReached(self._limit_reached)

    def renew(self) -> list[dict[str, Any]]:
        """Make ready for another provider session; the events that give it its memory.

        A call that was placed here goes on until the next one takes its place.
        """
        self.touch()
        if not self._is_placed():
            self._leave_call("renewed")
            self._call = None
        return history(self.conversation)

    def _begin_call(self, *, holds_place: bool) -> Call:
        call = self._registry.new_call(
            self.persona, self.owner, self._gateway, self.conversation, holds_place=holds_place
        )
        call.watch(lambda changes: self._follow(call, changes))
        call.attach(self._to_forward.extend)
        self._tell(*self.conversation.leave_session(call.timeline.now_ms))
        self._running_services = self._registry.services.hold(
            call, self._spec(), self._recorder, before=self._running_services
        )
        self._call = call
        return call

    def _leave_call(self, reason: str) -> None:
        if self._call:
            self._call.end(reason)

    def _is_placed(self) -> bool:
        return self._call is not None and self._registry.live_call(self._call.id) is self._call

    # -- what the client reports -------------------------------------------------------------------

    async def report(self, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Take in events of the provider session; the client events it is to be sent because of them.

        :raises LimitReached: nothing was taken; the client is to hang up
        """
        self.touch()
        async with self._reporting:
            await self._receive(self._reported_call(), events)
        if self._running_services:
            await self._running_services.runner.wait_for_tools()
        to_forward, self._to_forward[:] = list(self._to_forward), []
        return to_forward

    async def _receive(self, call: Call, events: list[dict[str, Any]]) -> None:
        """Take in the events in slices, between which the event loop does other things."""
        units = 0
        for event in events:
            call.receive(event, time.monotonic() * 1000)
            units += UNITS_OF_EVENT + (json_size(event, SLICE_UNITS) or SLICE_UNITS)
            if units >= SLICE_UNITS:
                units = 0
                await asyncio.sleep(0)

    def _reported_call(self) -> Call:
        if self._call and not self._call.closed:
            return self._call
        self._check_limit()
        call = self._begin_call(holds_place=False)
        if self._has_minted:
            call.trust_minted_key()
        return call

    # -- the profile -------------------------------------------------------------------------------

    @property
    def instructions(self) -> str:
        """What the agent is told, with what is known of the caller."""
        return self._spec().instructions

    def know(self, profile: dict[str, Any]) -> bool:
        """Tell the agent of the profile from now on; whether the live session was told too."""
        self.touch()
        self.persona = with_profile(self._unknowing, profile)
        return self._call is not None and self._call.instruct(self.instructions)

    @property
    def meter(self) -> Meter | None:
        """Of its latest call."""
        return self._running_services.meter if self._running_services else None

    # -- the end -----------------------------------------------------------------------------------

    def touch(self) -> None:
        """It is in use."""
        if self._unused:
            self._unused.cancel()
        self._unused = None if self.closed else self._registry.timer(UNUSED_SECONDS, self._end_unused)

    def _end_unused(self) -> None:
        if self._is_placed():
            self.touch()
        else:
            self.end("unused")

    def end(self, reason: str) -> None:
        """Close it and its record, once; what is to be done at the provider is done in the background."""
        if self.closed:
            return
        self.closed = Closed(reason)
        if self._unused:
            self._unused.cancel()
        self._tell(self.closed)
        finished_later = self._call is not None and not self._call.is_finished
        self._leave_call(reason)
        if not finished_later:
            self._tell(Finished(self.closed))
