"""The page before anyone pressed anything."""

import re

import pytest
from playwright.sync_api import expect

from components.shared.words import Words
from tests.browser.conftest import CallerFactory
from tests.fakes.running_app import RunningApp

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1440, "height": 900}


def test_the_page_says_whose_support_it_is_and_how_to_begin(
    engine_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(engine_app.url).open()
    expect(caller.page).to_have_title(re.compile("JS Bank"))
    expect(caller.page.get_by_role("heading", name="JS Bank Customer Support")).to_be_visible()
    expect(caller.status).to_have_text('Click "Start Conversation"')
    footer = caller.page.get_by_role("contentinfo")
    expect(footer).to_contain_text(re.compile("mic permission required", re.IGNORECASE))
    expect(footer).to_contain_text("Urdu only")


def test_only_start_can_be_pressed(engine_app: RunningApp, caller_at: CallerFactory) -> None:
    caller = caller_at(engine_app.url).open()
    expect(caller.page.get_by_role("button", name="Start Conversation")).to_be_enabled()
    expect(caller.stop_button).to_be_disabled()


def test_the_transcript_is_an_empty_log(engine_app: RunningApp, caller_at: CallerFactory) -> None:
    caller = caller_at(engine_app.url).open()
    expect(caller.page.get_by_role("log")).to_be_attached()
    expect(caller.bubbles).to_have_count(0)


def test_the_microphone_stays_closed_until_the_click(
    engine_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(engine_app.url).open()
    assert caller.page.evaluate("window.__tracks.length") == 0
    caller.go_live()
    assert caller.page.evaluate("window.__tracks.map(track => track.kind)") == ["audio"]


def test_the_demo_voice_is_named_where_the_engine_answers(
    engine_app: RunningApp, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    told = "Demo: it understands typed questions only"
    assert told == Words("en")["badge.typing_only"]
    expect(caller_at(engine_app.url).open().page.get_by_text(told)).to_be_visible()
    expect(caller_at(provider_app.url).open().page.get_by_text(told)).to_have_count(0)


def test_without_a_recogniser_the_steps_speak_of_typing(
    engine_app: RunningApp, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    told = Words("en")["steps.typing_only"]
    expect(caller_at(engine_app.url, viewport=DESKTOP).open().page.get_by_text(told)).to_be_visible()
    expect(caller_at(provider_app.url, viewport=DESKTOP).open().page.get_by_text(told)).to_have_count(0)


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_everything_fits_the_screen_without_sideways_scrolling(
    viewport: dict[str, int], engine_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(engine_app.url, viewport=viewport).open()
    assert caller.page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    for control in (caller.start_button, caller.stop_button):
        expect(control).to_be_in_viewport(ratio=1)


def test_reduced_motion_stills_the_circle(engine_app: RunningApp, caller_at: CallerFactory) -> None:
    caller = caller_at(engine_app.url, reduced_motion="reduce").open()
    endless = "document.getAnimations().filter(a => a.effect.getTiming().iterations === Infinity).length"
    assert caller.page.evaluate(endless) == 0
    caller.page.emulate_media(reduced_motion="no-preference")
    caller.page.wait_for_function(f"{endless} > 0")
