"""From a captions session to its overlay: at most one picture for many changes."""

import asyncio
import json

import pytest

from calls.channels.overlay import Overlay
from components.captions import overlay_feed
from components.captions.overlay_feed import OverlayFeed
from tests.fakes.house import House
from tests.fakes.turns import transcribed


@pytest.fixture(autouse=True)
def _without_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overlay_feed, "PAUSE_SECONDS", 0)


async def lines_of(overlay: Overlay) -> list[dict[str, str]]:
    picture = await anext(overlay.pictures())
    return list(json.loads(picture)["lines"])


async def test_what_is_said_is_shown_with_the_way_it_runs() -> None:
    call, overlay = House().open(), Overlay()
    OverlayFeed(call, lambda: overlay)
    pictures = overlay.pictures()
    await anext(pictures)
    for event in transcribed("a", "آپ کیسے ہیں؟"):
        call.receive(event, 1.0)
    shown = json.loads(await anext(pictures))
    assert shown == {"lines": [{"text": "آپ کیسے ہیں؟", "lang": "ur", "dir": "rtl"}]}


async def test_many_changes_at_once_are_one_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    call, overlay = House().open(), Overlay()
    shown: list[object] = []
    drawn = asyncio.Event()

    def show(lines: object) -> None:
        shown.append(lines)
        drawn.set()

    monkeypatch.setattr(overlay, "show", show)
    OverlayFeed(call, lambda: overlay)
    for number in range(50):
        call.receive(transcribed(f"i{number}", "word")[0], 1.0)
    await drawn.wait()
    assert len(shown) == 1


async def test_nothing_stays_on_screens_when_the_session_is_over() -> None:
    call, overlay = House().open(), Overlay()
    feed = OverlayFeed(call, lambda: overlay)
    call.receive(transcribed("a", "Hello.")[0], 1.0)
    feed.draw()
    assert await lines_of(overlay)
    await call.close("stopped")
    feed.draw()
    assert await lines_of(overlay) == []


async def test_of_two_sessions_the_last_started_is_shown_and_the_other_leaves_it_alone() -> None:
    house, overlay = House(), Overlay()
    first, second = house.open(), house.open()
    feeds = [OverlayFeed(call, lambda: overlay) for call in (first, second)]
    first.receive(transcribed("a", "First.")[0], 1.0)
    second.receive(transcribed("b", "Second.")[0], 1.0)
    feeds[1].draw()
    feeds[0].draw()
    assert [line["text"] for line in await lines_of(overlay)] == ["Second."]
    await first.close("stopped")
    feeds[0].draw()
    assert [line["text"] for line in await lines_of(overlay)] == ["Second."]


async def test_a_session_that_still_runs_is_shown_when_the_other_is_over() -> None:
    house, overlay = House(), Overlay()
    first, second = house.open(), house.open()
    feeds = [OverlayFeed(call, lambda: overlay) for call in (first, second)]
    await second.close("stopped")
    feeds[1].draw()
    first.receive(transcribed("a", "First.")[0], 1.0)
    feeds[0].draw()
    assert [line["text"] for line in await lines_of(overlay)] == ["First."]


async def test_without_an_overlay_nothing_is_drawn() -> None:
    call = House().open()
    feed = OverlayFeed(call, lambda: None)
    call.receive(transcribed("a", "Hello.")[0], 1.0)
    feed.draw()
