"""Replies of a provider that sends no `output_audio_buffer.*`."""

from typing import Any

import pytest

from calls.unreported_playback import UNREPORTED_SECONDS
from realtime.conversation.changes import ActivityChanged
from tests.fakes import turns
from tests.fakes.house import House, Page

WORDS = "Your card is blocked now. Is there anything else?"
LASTS_S = len(WORDS) / 14


@pytest.fixture
def house() -> House:
    return House()


def unplayed(item_id: str, text: str = WORDS) -> list[dict[str, Any]]:
    """Make the events of a reply whose playback is not told."""
    events = turns.reply(item_id, None, [text])
    return [event for event in events if not event["type"].startswith("output_audio_buffer.")]


def receive(page: Page, *events: dict[str, Any]) -> None:
    for event in events:
        page.call.receive(event, 0)


def shown(page: Page) -> list[str]:
    return [change.activity for change in page.changes if isinstance(change, ActivityChanged)]


def test_the_agent_speaks_for_as_long_as_its_words_take_and_then_listens(house: House) -> None:
    page = Page(house.open())
    receive(page, *unplayed("a1"))
    house.timer.advance(UNREPORTED_SECONDS)
    assert shown(page) == ["thinking", "agent_speaking"]
    house.timer.advance(LASTS_S - UNREPORTED_SECONDS - 0.1)
    assert shown(page)[-1] == "agent_speaking"
    house.timer.advance(0.2)
    assert shown(page) == ["thinking", "agent_speaking", "listening"]


def test_a_playback_that_is_told_after_all_is_believed(house: House) -> None:
    page = Page(house.open())
    receive(page, *unplayed("a1"), {"type": "output_audio_buffer.started", "response_id": "resp_a1"})
    house.timer.advance(10 * LASTS_S)
    assert shown(page) == ["thinking", "agent_speaking"]
    receive(page, *turns.playback_ends("a1"))
    assert shown(page)[-1] == "listening"


def test_a_caller_who_speaks_meanwhile_is_shown_speaking(house: House) -> None:
    page = Page(house.open())
    receive(page, *unplayed("a1"))
    house.timer.advance(UNREPORTED_SECONDS)
    receive(page, turns.speech_heard("u1")[0])
    house.timer.advance(LASTS_S)
    assert shown(page)[-1] == "caller_speaking"


def test_only_the_latest_reply_has_a_clock(house: House) -> None:
    page = Page(house.open())
    receive(page, *unplayed("a1", WORDS * 10), *unplayed("a2"))
    house.timer.advance(LASTS_S + 0.1)
    assert shown(page)[-1] == "listening"


async def test_nothing_is_told_after_the_end(house: House) -> None:
    page = Page(house.open())
    receive(page, *unplayed("a1"))
    await page.call.close("stopped")
    seen = list(page.changes)
    house.timer.advance(LASTS_S)
    assert page.changes == seen
