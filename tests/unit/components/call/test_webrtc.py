"""The Python half of the bridge, with a browser that only notes what it is told."""

import asyncio
import json
from pathlib import Path
from typing import Any, cast

import pytest

from calls.call import Call, CallEnded
from calls.registry import Registry
from calls.tickets import RelayTicket, Ticket
from calls.time_slice import SLICE_S, TimeSlice
from components.call.uplink import Entry, EventReported, Flooded, NoticeReported, PhaseReported
from components.call.webrtc import ACK_EVERY, KNOWN_EVENTS, MAX_WAITING_BATCHES, Bridge
from realtime.conversation import FOLLOWED_EVENTS
from realtime.failures import ProviderFailure

STATIC = Path(__file__).parents[4] / "static"
EVENT = {"type": "response.created"}
SLICE_ENTRIES = 40
"""Handled in one slice, by the clock of `Slices`."""


class Browser:
    """Notes every method that was run."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []

    def __call__(self, name: str, *args: Any) -> None:
        self.told.append((name, *args))


class Slices:
    """A clock by which `SLICE_ENTRIES` looks at it take a slice."""

    def __init__(self) -> None:
        self._now = 0.0

    def clock(self) -> float:
        self._now += SLICE_S / (SLICE_ENTRIES - 0.5)
        return self._now

    def begin(self) -> TimeSlice:
        return TimeSlice(self.clock)


class FakeRegistry:
    """Gives the ticket, or raises what a test wants; may do something meanwhile."""

    def __init__(self, answer: Ticket | Exception) -> None:
        self.answer = answer

    async def ticket(self, call: object) -> Ticket:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class FakeCall:
    end_token = "end-token"


def bridge_with(browser: Browser, entries: list[Entry] | None = None, pace_ms: float = 4) -> Bridge:
    take = [] if entries is None else entries
    return Bridge(browser, on_entry=take.append, pace_ms=lambda: pace_ms, new_slice=Slices().begin)


def phase(seq: int, name: str, attempt: int) -> list[Any]:
    return [seq, 1.0, {"type": "guftagu.phase", "phase": name, "attempt": attempt}]


def batch(*entries: list[Any]) -> dict[str, Any]:
    return {"entries": list(entries)}


async def dial(bridge: Bridge, answer: Ticket | Exception) -> None:
    registry = cast(Registry, FakeRegistry(answer))
    await bridge.dial(cast(Call, FakeCall()), registry, [{"urls": "stun:x"}])


def test_entries_are_handed_on_in_order_and_once() -> None:
    entries: list[Entry] = []
    bridge = bridge_with(Browser(), entries)
    bridge.handle(batch([1, 1.0, EVENT], phase(2, "live", 1)))
    bridge.handle(batch(phase(2, "live", 1), [3, 2.0, EVENT]))
    assert entries == [
        EventReported(EVENT, 1.0),
        PhaseReported(1, "live", None, None),
        EventReported(EVENT, 2.0),
    ]


def test_a_phase_is_acknowledged_at_once_with_the_pace() -> None:
    browser = Browser()
    bridge_with(browser, pace_ms=37).handle(batch(phase(1, "microphone", 1)))
    assert browser.told == [("ack", 1, 37)]


def test_events_are_acknowledged_every_so_many() -> None:
    browser = Browser()
    bridge = bridge_with(browser)
    for seq in range(1, 2 * ACK_EVERY + 1):
        bridge.handle(batch([seq, 1.0, EVENT]))
    assert browser.told == [("ack", ACK_EVERY, 4), ("ack", 2 * ACK_EVERY, 4)]


@pytest.mark.parametrize("args", [None, "x", {"entries": "x"}, batch([1], ["a", "b", "c"])])
def test_a_forged_batch_changes_nothing(args: object) -> None:
    browser, entries = Browser(), list[Entry]()
    bridge_with(browser, entries).handle(args)
    assert (browser.told, entries) == ([], [])


async def test_a_ticket_goes_to_the_attempt_that_asked() -> None:
    browser = Browser()
    bridge = bridge_with(browser)
    bridge.handle(batch(phase(1, "microphone", 3)))
    await dial(bridge, RelayTicket("t"))
    assert browser.told[-1] == (
        "ticket",
        {
            "url": "/calls/offer",
            "headers": {"X-Call-Ticket": "t"},
            "endUrl": "/calls/end",
            "endToken": "end-token",
            "iceServers": [{"urls": "stun:x"}],
            "attempt": 3,
        },
    )


@pytest.mark.parametrize("failure", [ProviderFailure("provider_busy"), CallEnded()])
async def test_without_a_ticket_the_browser_is_told_nothing_here(failure: Exception) -> None:
    browser = Browser()
    await dial(bridge_with(browser), failure)
    assert browser.told == []


def test_commands_name_the_attempt_they_are_for() -> None:
    browser = Browser()
    bridge = bridge_with(browser)
    bridge.handle(batch(phase(1, "microphone", 5)))
    bridge.send([EVENT])
    bridge.stop("limit_minutes")
    bridge.refuse()
    assert browser.told[1:] == [("send", [EVENT], 5), ("stop", "limit_minutes", 5), ("refuse", 5)]


def test_only_what_the_conversation_follows_takes_the_bridge_and_never_audio() -> None:
    entries: list[Entry] = []
    bridge = bridge_with(Browser(), entries)
    kinds = sorted(KNOWN_EVENTS)
    bridge.handle(batch(*([seq, 1.0, {"type": kind}] for seq, kind in enumerate(kinds, 1))))
    passed = {entry.event["type"] for entry in entries if isinstance(entry, EventReported)}
    assert passed == FOLLOWED_EVENTS
    assert not {name for name in passed if "audio.delta" in name}
    json.dumps(sorted(passed))


def test_the_browsers_half_stays_small() -> None:
    lines = (STATIC / "webrtc.js").read_text().splitlines()
    assert len([line for line in lines if not line.strip().startswith(("//", "/**", "*"))]) < 300


async def test_a_long_batch_is_handled_in_slices_and_in_order_with_those_behind_it() -> None:
    entries: list[Entry] = []
    bridge = bridge_with(Browser(), entries)
    first = [[seq, seq, EVENT] for seq in range(1, 3 * SLICE_ENTRIES)]
    bridge.handle(batch(*first))
    assert len(entries) == SLICE_ENTRIES
    bridge.handle(batch([1000, 1000, EVENT]))
    for _ in range(3):
        await asyncio.sleep(0)
    assert [entry.at_ms for entry in entries if isinstance(entry, EventReported)] == [
        *range(1, 3 * SLICE_ENTRIES),
        1000,
    ]


async def test_batches_that_find_no_room_are_left_out_and_that_is_told_once() -> None:
    entries: list[Entry] = []
    bridge = bridge_with(Browser(), entries)
    sizes = SLICE_ENTRIES + 1
    for number in range(MAX_WAITING_BATCHES + 5):
        bridge.handle(batch(*([number * sizes + place, 1, EVENT] for place in range(1, sizes + 1))))
    assert entries.count(NoticeReported("too_fast")) == 1
    assert len(bridge._waiting) == MAX_WAITING_BATCHES


async def test_a_flood_ends_with_one_word_of_it() -> None:
    entries: list[Entry] = []
    bridge = bridge_with(Browser(), entries)
    for number in range(60):
        bridge.handle(batch(*([number * 1000 + place, 1, EVENT] for place in range(1, 1001))))
    assert entries.count(Flooded()) == 1
    await asyncio.sleep(0)


async def test_an_entry_that_fails_keeps_nothing_from_those_behind_its_slice() -> None:
    taken: list[Entry] = []

    def take(entry: Entry) -> None:
        taken.append(entry)
        if len(taken) == 1:
            raise ValueError

    bridge = Bridge(Browser(), on_entry=take, pace_ms=lambda: 4, new_slice=Slices().begin)
    with pytest.raises(ValueError):
        bridge.handle(batch(*([seq, 1, EVENT] for seq in range(1, 2 * SLICE_ENTRIES + 1))))
    await asyncio.sleep(0)
    assert len(taken) == 1 + SLICE_ENTRIES
