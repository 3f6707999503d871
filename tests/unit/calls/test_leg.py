"""One leg: its states, in any order of answer, loss, stop, late answer and shutdown."""

import asyncio
from collections.abc import Iterator
from enum import StrEnum
from itertools import pairwise
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calls.call import Call, CallEnded
from calls.leg import Leg, LegClosed, LegState
from realtime.failures import ProviderFailure
from tests.fakes import turns
from tests.fakes.house import OFFER, PERSONA, House

NEXT = {
    LegState.RESERVED: {LegState.CONNECTING, LegState.CLOSED},
    LegState.CONNECTING: {LegState.LIVE, LegState.CLOSED},
    LegState.LIVE: {LegState.LOST, LegState.CLOSED},
    LegState.LOST: {LegState.LIVE, LegState.CLOSED},
    LegState.CLOSED: set[LegState](),
}


class Act(StrEnum):
    """What may happen to a call, in any order."""

    OFFER = "an offer is posted"
    ANSWER = "the provider answers what waits"
    REFUSE = "the provider refuses the next offer"
    LIVE = "the browser is live"
    LOST = "the browser lost its media path"
    REDIAL = "the browser dials again"
    LEAVE = "the page goes away"
    RESUME = "the caller returns"
    STOP = "the caller stops"
    TIME = "a minute passes"
    EVENT = "an event comes"
    SHUTDOWN = "the server ends"


class Watched:
    """A call whose legs' states are written down, at a provider that answers when told to."""

    def __init__(self) -> None:
        self.house = House()
        self.house.provider.gate.clear()
        self.call: Call = self.house.open()
        self.call.attach(lambda _: None)
        self.connecting: list[asyncio.Task[str]] = []
        self.states: dict[int, list[LegState]] = {}
        self.legs: dict[int, Leg] = {}

    async def do(self, act: Act) -> None:
        """Let it happen, and whatever follows from it at once."""
        match act:
            case Act.OFFER:
                self.connecting.append(asyncio.create_task(self.call.connect(OFFER)))
            case Act.ANSWER:
                self.house.provider.gate.set()
                await self.settle()
                self.house.provider.gate.clear()
            case Act.REFUSE:
                self.house.provider.next.append(self.refuse)
            case Act.LIVE:
                self.call.report("live")
            case Act.LOST:
                self.call.report("reconnecting")
            case Act.REDIAL:
                self.call.redial()
            case Act.LEAVE:
                self.call.end("page_left")
            case Act.RESUME:
                if left := self.house.registry.left_call(PERSONA, "visitor"):
                    self.house.registry.resume(left, PERSONA)
            case Act.STOP:
                self.call.end("stopped")
            case Act.TIME:
                self.house.timer.advance(60)
            case Act.EVENT:
                for event in turns.typed(f"u{len(self.connecting)}", "Salam"):
                    self.call.receive(event, 0)
            case Act.SHUTDOWN:
                self.call.end("server_stopping")
        self.note()
        await self.settle()
        self.note()

    def refuse(self, request: httpx.Request) -> httpx.Response:
        """Refuse an offer; what else is asked is done, and the next one refused."""
        if request.url.path.endswith("/calls"):
            return httpx.Response(500, json={"error": {}})
        self.house.provider.next.append(self.refuse)
        return httpx.Response(200)

    async def settle(self) -> None:
        """Let the event loop do what is ready."""
        for _ in range(20):
            await asyncio.sleep(0)

    def note(self) -> None:
        """Write the states of all legs down."""
        self.legs[self.call.legs] = self.call.leg
        for number, leg in self.legs.items():
            seen = self.states.setdefault(number, [LegState.RESERVED])
            if seen[-1] is not leg.state:
                seen.append(leg.state)

    async def finish(self) -> None:
        """End the server, with a provider that answers everything."""
        self.house.provider.gate.set()
        await self.house.registry.close()
        self.note()
        for task in self.connecting:
            with_answer = await asyncio.gather(task, return_exceptions=True)
            assert isinstance(with_answer[0], str | CallEnded | ProviderFailure), with_answer

    def steps(self) -> Iterator[tuple[LegState, LegState]]:
        for states in self.states.values():
            yield from pairwise(states)


@given(acts=st.lists(st.sampled_from(Act), max_size=14))
@settings(max_examples=150, deadline=None)
def test_in_any_order_states_follow_each_other_and_everything_is_hung_up_exactly_once(
    acts: list[Act],
) -> None:
    async def run() -> None:
        watched = Watched()
        for act in acts:
            await watched.do(act)
        await watched.finish()
        assert [step for step in watched.steps() if step[1] not in NEXT[step[0]]] == []
        assert all(leg.state is LegState.CLOSED for leg in watched.legs.values())
        paths = watched.house.provider.paths
        created = watched.house.provider.created
        assert sorted(path for path in paths if path.endswith("/hangup")) == sorted(
            f"/calls/{call_id}/hangup" for call_id in created
        )
        assert watched.call.is_finished
        assert watched.house.registry.live == 0

    asyncio.run(run())


async def test_a_leg_takes_one_offer() -> None:
    leg = House().open().leg
    await leg.connect("visitor", OFFER)
    with pytest.raises(LegClosed):
        await leg.connect("visitor", OFFER)


async def test_a_browsers_word_makes_no_leg_live_that_nobody_placed() -> None:
    call = House().open()
    call.report("live")
    assert call.leg.state is LegState.RESERVED


async def test_a_lost_leg_is_live_again_when_its_browser_says_so() -> None:
    call = House().open()
    await call.connect(OFFER)
    seen: list[Any] = []
    for phase in ("live", "reconnecting", "live"):
        call.report(phase)
        seen.append(call.leg.state)
    assert seen == [LegState.LIVE, LegState.LOST, LegState.LIVE]
