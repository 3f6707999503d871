"""A session that an outside client opened: one call and its record, over as many legs as it takes."""

import asyncio
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agents.persona import Persona
from calls.call import Call, Cancellable
from calls.events import CallChange, Closed
from calls.history import history
from calls.leg import LegState
from calls.provider_gateway import ProviderGateway
from calls.registry import Registry
from calls.renewal import Renewal
from calls.services.metering import Meter
from calls.time_slice import TimeSlice
from realtime.client import ClientSecret
from realtime.client_events import session_update
from realtime.event_ids import with_event_id
from realtime.events import ClientEvent
from store.database import StoreFailure

SECRET_SECONDS = 60
UNUSED_SECONDS = 60 * 60
LASTING_LIMITS = ("limit_minutes", "limit_money", "limit_day_money", "limit_share_money")
"""They are the session's, over all its legs; after other limits the next report or offer goes on."""


@dataclass(frozen=True, slots=True)
class ReportedEvent:
    """An event of the provider's session, as the client reports it."""

    event: dict[str, Any]
    at_ms: float | None = None
    """When it came, on a clock of the client's own; None: it came just now."""


class LimitReached(Exception):
    """A limit of the session is reached; its code is the text."""


class ApiSession:
    """The conversation of an outside client.

    Each of its legs is either placed by this server from the client's offer, or opened by the client itself,
    which reports what happens in it.
    """

    def __init__(
        self, persona: Persona, owner: str, gateway: ProviderGateway, registry: Registry, *, relayed: bool
    ) -> None:
        """Create the api session.

        :param owner: whose key opened it
        :param gateway: with the choices of the client
        :param relayed: it comes through this server alone, so it needs no client secrets
        """
        self.id = f"session_{secrets.token_hex(12)}"
        self.owner = owner
        self.call: Call = registry.open_for_client(self.id, persona, owner, gateway)
        self._relayed = relayed
        self._has_minted = False
        """A client secret was minted, so that what the client reports of its own session counts."""
        self._gateway = gateway
        self._registry = registry
        self._limit_reached: str | None = None
        self._reporting = asyncio.Lock()
        """Two reports at once are taken in one after the other."""
        self._to_forward: list[dict[str, Any]] = []
        self._clock_offset_ms: float | None = None
        """What leads from the client's clock to this server's; None until the client has told a time."""
        self._unused: Cancellable | None = None
        self._running = registry.services.start(
            self.call, gateway.spec(persona), kind="api", owner=owner, end=self._reach_limit
        )
        # Its client has no page that dials again by itself: it sees the leg end, between two turns.
        renewal = Renewal(registry.timer, warn=self.call.warn, renew=self._leave_old)
        self.call.watch(renewal.apply)
        self.call.watch(self._follow)
        self.call.attach(self._to_forward.extend)
        self.touch()

    @property
    def controlled(self) -> bool:
        """Whether the server hears everything itself."""
        return self.call.controlled

    async def recorded(self) -> None:
        """Wait until its record has begun.

        :raises StoreFailure: it could not be; the session is ended
        """
        if not await self._running.recorder.begun():
            self.end("not_recorded")
            raise StoreFailure("no record")

    # -- provider sessions -------------------------------------------------------------------------

    async def secret(self) -> ClientSecret | None:
        """Mint what lets the client open a provider session by itself; None where it is to come through here.

        :raises LimitReached: it would serve nothing
        :raises ProviderFailure: none was minted
        """
        self._check_limit()
        if self._relayed:
            return None
        secret = await self._gateway.secret(self.call.knowing_persona, self.owner, SECRET_SECONDS)
        self._has_minted = True
        return secret

    async def connect(self, offer_sdp: str) -> str:
        """Place a leg from the client's offer, instead of the one before; return the provider's SDP answer.

        :raises LimitReached: there were legs enough
        :raises CallRefused: there is no place for it
        :raises ProviderFailure: the provider did not create it
        :raises CallEnded: it was ended meanwhile
        """
        self.touch()
        self._check_limit()
        self.call.end_leg("renewed")
        self._registry.check_place()
        self.call.open_leg("renewed")
        return await self.call.connect(offer_sdp)

    def renew(self) -> list[dict[str, Any]]:
        """Make ready for another provider session, and return the events that give it its memory.

        A leg that was placed here goes on until the next one takes its place.
        """
        self.touch()
        if not self._is_placed():
            self.call.end_leg("renewed")
        return [with_event_id(each) for each in history(self.call.conversation) if self._gateway.remembers]

    def _leave_old(self) -> None:
        if self._is_placed():
            self.touch()
            self.call.end_leg("session_old")

    def _reach_limit(self, code: str) -> None:
        if code in LASTING_LIMITS:
            self._limit_reached = code
        self.call.end_leg(code)

    def _check_limit(self) -> None:
        if self._limit_reached:
            raise LimitReached(self._limit_reached)

    def _is_placed(self) -> bool:
        return self.call.holds_place

    # -- what the client reports -------------------------------------------------------------------

    async def report(self, events: Sequence[ReportedEvent]) -> list[dict[str, Any]]:
        """Take in events of the provider session; return the client events it is to be sent because of them.

        :raises LimitReached: nothing was taken; the client is to hang up
        """
        self.touch()
        async with self._reporting:
            self._open_reported_leg()
            await self._receive(events)
        await self._running.runner.wait_for_tools()
        to_forward, self._to_forward[:] = list(self._to_forward), []
        return to_forward

    async def _receive(self, events: Sequence[ReportedEvent]) -> None:
        """Take in the events in slices, between which the event loop does other things."""
        self._set_clock(events)
        time_slice = TimeSlice()
        for each in events:
            now_ms = time.monotonic() * 1000
            at_ms = now_ms if each.at_ms is None else each.at_ms + (self._clock_offset_ms or 0.0)
            self.call.receive(each.event, at_ms)
            await time_slice.pause_when_over()

    def _set_clock(self, events: Sequence[ReportedEvent]) -> None:
        """Compare the client's clock with this server's, once: the latest time it tells is about now."""
        told_ms = [each.at_ms for each in events if each.at_ms is not None]
        if told_ms and self._clock_offset_ms is None:
            self._clock_offset_ms = time.monotonic() * 1000 - max(told_ms)

    def _open_reported_leg(self) -> None:
        """Open a leg for a session that the client has by itself, where there is none."""
        if self.call.leg.is_closed:
            self._check_limit()
            self.call.open_leg("renewed")
        if self._has_minted and self.call.leg.state is LegState.RESERVED:
            self.call.trust_minted_key()

    # -- the profile -------------------------------------------------------------------------------

    @property
    def instructions(self) -> str:
        """What the agent is told, with what is known of the caller."""
        return self._gateway.spec(self.call.knowing_persona).instructions

    def know(self, profile: dict[str, Any]) -> bool:
        """Tell the agent of the profile from now on; return whether the live session is told too.

        Where the server has no line to the session, the client gets the event to send with the answer to its
        next report.
        """
        self.touch()
        if self.call.know(profile):
            return True
        is_told_by_client = not self.controlled and self._gateway.remembers
        if not is_told_by_client or not (self._has_minted or self._is_placed()):
            return False
        self._forward_instructions()
        return True

    def _forward_instructions(self) -> None:
        """Leave the update to the client, in place of an earlier one that it has not fetched."""
        kept = [event for event in self._to_forward if event["type"] != ClientEvent.SESSION_UPDATE]
        self._to_forward[:] = [*kept, with_event_id(session_update({"instructions": self.instructions}))]

    @property
    def meter(self) -> Meter:
        """What the session costs."""
        return self._running.meter

    # -- the end -----------------------------------------------------------------------------------

    def touch(self) -> None:
        """Note that the session is in use."""
        if self._unused:
            self._unused.cancel()
        self._unused = None if self.call.closed else self._registry.timer(UNUSED_SECONDS, self._end_unused)

    def _end_unused(self) -> None:
        if self._is_placed():
            self.touch()
        else:
            self.end("unused")

    def end(self, reason: str) -> None:
        """Close it and its record, once; what is to be done at the provider is done in the background."""
        self.call.end(reason)

    def _follow(self, changes: list[CallChange]) -> None:
        if self._unused and any(isinstance(change, Closed) for change in changes):
            self._unused.cancel()
