"""The call that a page holds: the same for the page that answers and the one that writes captions."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from calls.call import MAX_REDIALS, Call
from calls.events import CallChange, Closed
from calls.held_call import CallDesk, HeldCall
from tests.fakes import turns
from tests.fakes.house import OFFER, House

GRACE_S = 90.0


@dataclass
class ScriptedBridge:
    """A browser's half that writes down what it is told."""

    told: list[tuple[Any, ...]] = field(default_factory=list)

    async def dial(self, call: Call, desk: CallDesk, ice_servers: list[dict[str, Any]]) -> None:
        await desk.ticket(call)
        self.told.append(("dial", call.id))

    def send(self, events: list[dict[str, Any]]) -> None:
        self.told.append(("send", *(event["type"] for event in events)))

    def redial(self) -> None:
        self.told.append(("redial",))

    def refuse(self) -> None:
        self.told.append(("refuse",))

    def stop(self, reason: str) -> None:
        self.told.append(("stop", reason))


class HoldingPage:
    """A page with a held call, at a scripted registry."""

    def __init__(self) -> None:
        self.house = House()
        self.bridge = ScriptedBridge()
        self.changes: list[CallChange] = []
        self.held = HeldCall(
            self.bridge,
            self.house.registry,
            "visitor",
            grace_s=GRACE_S,
            is_engine=True,
            on_changes=lambda _, changes: self.changes.extend(changes),
            timer=self.house.timer,
        )

    def begin(self) -> Call:
        call = self.house.open()
        self.held.hold(call)
        return call

    async def live(self) -> Call:
        call = self.begin()
        await call.connect(OFFER)
        call.report("live")
        return call


@pytest.fixture
async def page() -> AsyncIterator[HoldingPage]:
    page = HoldingPage()
    yield page
    await page.house.registry.close()


async def test_dialling_gives_the_browser_its_ticket(page: HoldingPage) -> None:
    call = page.begin()
    page.held.dial()
    await page.held._tasks.finish()
    assert page.bridge.told == [("dial", call.id)]


async def test_client_events_reach_the_browser(page: HoldingPage) -> None:
    page.begin().send({"type": "response.create"})
    assert page.bridge.told == [("send", "response.create")]


async def test_what_happens_in_the_call_is_the_pages_to_show_and_its_end_too(page: HoldingPage) -> None:
    call = await page.live()
    call.end("limit_minutes")
    assert page.changes[-1] == Closed("limit_minutes")
    assert page.bridge.told[-1] == ("stop", "limit_minutes")
    assert page.held.call is None


async def test_a_page_that_begins_another_call_hears_nothing_of_the_one_before(page: HoldingPage) -> None:
    first = page.begin()
    page.held.release("stopped")
    second = page.begin()
    assert first.closed == Closed("stopped")
    assert page.held.call is second
    assert not any(isinstance(change, Closed) for change in page.changes)
    assert ("stop", "stopped") not in page.bridge.told


async def test_a_page_that_stays_away_too_long_finds_out_when_it_is_back_that_its_call_is_over(
    page: HoldingPage,
) -> None:
    call = await page.live()
    page.held.page_disconnected()
    page.house.timer.advance(GRACE_S)
    assert call.closed == Closed("page_lost")
    assert page.changes[-1] == Closed("page_lost")
    assert page.bridge.told[-1] == ("stop", "page_lost")


async def test_a_page_that_comes_back_in_time_keeps_its_call(page: HoldingPage) -> None:
    call = await page.live()
    page.held.page_disconnected()
    page.house.timer.advance(GRACE_S - 1)
    page.held.page_connected()
    page.house.timer.advance(GRACE_S)
    assert call.closed is None


async def test_a_call_whose_page_went_away_may_be_resumed_and_its_page_holds_it_no_more(
    page: HoldingPage,
) -> None:
    call = await page.live()
    for event in turns.typed("u1", "Salam"):
        call.receive(event, 0)
    page.held.page_lost()
    assert call.away == Closed("page_lost")
    assert page.held.call is None
    assert page.bridge.told[-1] == ("stop", "page_lost")


async def test_a_page_that_resumes_the_call_it_lost_is_told_everything_once(page: HoldingPage) -> None:
    call = await page.live()
    for event in turns.typed("u1", "Salam"):
        call.receive(event, 0)
    page.held.page_lost()
    page.house.registry.resume(call, call.persona)
    page.held.hold(call)
    await call.connect(OFFER)
    call.report("live")
    page.bridge.told.clear()
    call.wish_renewal()
    assert page.bridge.told == [("redial",)]


async def test_a_session_that_grows_old_is_dialled_again(page: HoldingPage) -> None:
    call = await page.live()
    call.wish_renewal()
    page.held.redial()
    await page.held._tasks.finish()
    assert page.bridge.told[-2:] == [("redial",), ("dial", call.id)]
    assert call.legs == 2


async def test_a_browser_that_used_up_its_legs_is_refused(page: HoldingPage) -> None:
    call = await page.live()
    for _ in range(MAX_REDIALS + 1):
        page.held.redial()
    assert call.closed == Closed("peer_lost")
    assert page.bridge.told[-2:] == [("stop", "peer_lost"), ("refuse",)]


async def test_a_browser_that_dials_again_without_a_call_is_refused(page: HoldingPage) -> None:
    page.held.redial()
    assert page.bridge.told[:] == [("refuse",)]


async def test_what_fails_before_there_is_a_call_is_returned_to_be_shown(page: HoldingPage) -> None:
    assert page.held.report("failed", "microphone_denied", 3.0) == Closed("microphone_denied", 3.0)
    assert page.held.report("failed", None, None) == Closed("unknown")
    assert page.held.report("connecting", None, None) is None


async def test_a_call_without_a_media_path_to_our_own_engine_ends_with_the_reason_that_names_it(
    page: HoldingPage,
) -> None:
    call = await page.live()
    assert page.held.report("failed", "no_media_path", None) is None
    assert call.closed and call.closed.reason == "no_media_path_engine"


async def test_a_browser_that_dials_again_gets_another_ticket(page: HoldingPage) -> None:
    call = await page.live()
    assert page.held.report("redialling", None, None) is None
    await page.held._tasks.finish()
    assert ("dial", call.id) in page.bridge.told
