"""Where things stand on phones, tablets and zoomed pages: nothing lies over another or leaves the page."""

from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from components.shared.words import Words
from tests.browser.caller import Caller
from tests.browser.conftest import CallerFactory
from tests.browser.scenes import LANGUAGES, PHONE, SCREENS, SMALL_PHONE, TABLET, press_start, talk
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp
from tests.fakes.turns import reply_begins, speech_heard

PARTS = (".header", ".orb", ".status", ".controls", ".transcript", ".field", ".footer")
PIECES = (".status", ".controls > .button", ".tool", ".transcript", ".field__input", ".field__send")
BOXES = """
selectors => selectors.flatMap(selector => [...document.querySelectorAll(selector)]
  .filter(node => node.checkVisibility())
  .map(node => [selector, node.getBoundingClientRect()])
  .map(([name, {left, right, top, bottom}]) => ({name, left, right, top, bottom})))
"""
TARGETS = """
() => [...document.querySelectorAll("button, a[href], input, select")]
  .filter(node => node.checkVisibility() && !node.closest(".bubble"))
  .map(node => [node.className, node.getBoundingClientRect()])
  .filter(([, {width, height}]) => width < 44 || height < 44)
  .map(([name, {width, height}]) => `${name} ${width} × ${height}`)
"""
"""What is smaller than a finger; a bubble's own copy button has a larger one beside it, for all of them."""

ZOOMED: dict[str, ViewportSize] = {
    "1440 at 200 percent": {"width": 720, "height": 450},
    "1280 at 200 percent": {"width": 640, "height": 360},
    "phone on its side": {"width": 844, "height": 390},
}

Box = dict[str, Any]


def boxes(page: Page, selectors: tuple[str, ...]) -> list[Box]:
    return list(page.evaluate(BOXES, list(selectors)))


def overlapping(parts: list[Box]) -> list[tuple[str, str]]:
    """Pairs that share more than a pixel."""
    return [
        (one["name"], other["name"])
        for place, one in enumerate(parts)
        for other in parts[place + 1 :]
        if min(one["right"], other["right"]) - max(one["left"], other["left"]) > 1
        and min(one["bottom"], other["bottom"]) - max(one["top"], other["top"]) > 1
    ]


def outside(parts: list[Box], width: int, height: int) -> list[str]:
    return [
        part["name"]
        for part in parts
        if part["left"] < -1 or part["top"] < -1 or part["right"] > width + 1 or part["bottom"] > height + 1
    ]


def expect_in_order(page: Page) -> None:
    """All of it on the page, side by side, with nothing to scroll sideways."""
    size = page.viewport_size
    assert size
    assert overlapping(boxes(page, PARTS)) == []
    assert outside(boxes(page, PIECES), size["width"], size["height"]) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def enter(
    caller_at: CallerFactory, app: RunningApp, persona: str, language: str, screen: ViewportSize
) -> Caller:
    url = f"{app.url}/p/{persona}?lang={language}"
    caller = caller_at(url, viewport=screen, reduced_motion="reduce")
    caller.page.goto(url)
    caller.page.wait_for_function("window.did_handshake")
    caller.page.evaluate("document.fonts.ready")
    return caller


@pytest.mark.parametrize("persona", ["jsbank", "ibx"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_overlaps_or_is_cut_off_before_and_in_a_call(
    language: str,
    persona: str,
    provider: ScriptedProvider,
    provider_app: RunningApp,
    caller_at: CallerFactory,
) -> None:
    caller = enter(caller_at, provider_app, persona, language, PHONE)
    for screen in (SCREENS | ZOOMED).values():
        caller.page.set_viewport_size(screen)
        expect_in_order(caller.page)
    press_start(caller, language)
    talk(caller, provider, persona)
    for name, screen in (SCREENS | ZOOMED).items():
        caller.page.set_viewport_size(screen)
        expect_in_order(caller.page)
        if name in SCREENS:
            [transcript] = boxes(caller.page, (".transcript",))
            assert transcript["bottom"] - transcript["top"] >= 0.4 * screen["height"]


@pytest.mark.parametrize("persona", ["jsbank", "ibx"])
def test_with_the_keyboard_open_the_field_and_the_last_words_stay_in_sight(
    persona: str, provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = enter(caller_at, provider_app, persona, "en", SMALL_PHONE)
    press_start(caller, "en")
    talk(caller, provider, persona)
    caller.text_field.focus()
    caller.page.set_viewport_size({"width": SMALL_PHONE["width"], "height": SMALL_PHONE["height"] - 270})
    expect(caller.text_field).to_be_in_viewport(ratio=1)
    expect(caller.bubble("agent_3").locator(".bubble__text")).to_be_in_viewport(ratio=0.9)
    expect_in_order(caller.page)
    [footer] = boxes(caller.page, (".footer",))
    assert footer["bottom"] - footer["top"] < 50  # what is left of the height is the conversation's


@pytest.mark.parametrize("screen", [PHONE, TABLET], ids=["phone", "tablet"])
def test_whatever_can_be_pressed_is_as_large_as_a_finger(
    screen: ViewportSize, provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = enter(caller_at, provider_app, "ibx", "en", screen)

    assert caller.page.evaluate(TARGETS) == []
    press_start(caller, "en")
    talk(caller, provider, "ibx")
    assert caller.page.evaluate(TARGETS) == []
    caller.page.get_by_role("button", name=Words("en")["transcript_tools.search"]).click()
    assert caller.page.evaluate(TARGETS) == []
    caller.page.keyboard.press("Escape")
    caller.page.get_by_role("button", name=Words("en")["tools.settings"]).click()
    assert caller.page.evaluate(TARGETS) == []


ASK_LATE = """
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const allowed = new Promise((allow) => (window.allowMicrophone = allow));
  navigator.mediaDevices.getUserMedia = (wanted) => allowed.then(() => open(wanted));
"""
LAPTOP: ViewportSize = {"width": 1280, "height": 720}
FLAT_OR_TALL = SCREENS | {"laptop": LAPTOP}
FEW_PIXELS = 4
"""Less than makes a press miss its button: one that moves between down and up of a finger is not pressed."""
STOP_AT = "document.querySelector('.button--stop').getBoundingClientRect().top"


@pytest.mark.parametrize("language", LANGUAGES)
def test_stop_stays_where_it_is_whatever_the_status_says(
    language: str, provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(f"{provider_app.url}/p/jsbank?lang={language}", own=True)
    caller.page.add_init_script(ASK_LATE)
    caller.page.goto(caller.url)
    caller.page.wait_for_function("window.did_handshake")
    caller.page.evaluate("document.fonts.ready")
    status, places = caller.page.locator(".status"), {}

    def note(stage: str) -> None:
        expect(status).to_have_attribute("data-state", stage)
        expect(caller.page.locator(".button--stop")).to_be_enabled()
        for name, screen in FLAT_OR_TALL.items():
            caller.page.set_viewport_size(screen)
            places[stage, name] = round(caller.page.evaluate(STOP_AT))

    caller.page.locator(".button--start").click()
    note("microphone")
    caller.page.evaluate("allowMicrophone()")
    note("live")
    started, *heard = speech_heard("user_1")
    provider.send(started)
    note("caller_speaking")
    provider.send(*heard, *reply_begins("agent_1", "user_1", ["جی ", "ہاں۔ "]))
    note("agent_speaking")
    # The first words make room for themselves on small screens, once in a call.
    for name in FLAT_OR_TALL:
        assert abs(places["microphone", name] - places["live", name]) <= FEW_PIXELS, places
        assert abs(places["caller_speaking", name] - places["agent_speaking", name]) <= FEW_PIXELS, places


@pytest.mark.parametrize("language", LANGUAGES)
def test_beside_the_steps_and_the_transcript_the_tools_stand_in_one_row(
    language: str, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = enter(caller_at, provider_app, "jsbank", language, LAPTOP)
    for width in (1200, 1280, 1440):
        caller.page.set_viewport_size({"width": width, "height": 720})
        assert len({box["top"] for box in boxes(caller.page, (".tool",))}) == 1


@pytest.mark.parametrize("tool", ["tools.push", "tools.sound"])
def test_what_is_switched_on_during_a_call_leaves_room_for_the_conversation(
    tool: str, provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = enter(caller_at, provider_app, "jsbank", "en", SMALL_PHONE)
    press_start(caller, "en")
    talk(caller, provider, "jsbank")
    caller.page.get_by_role("button", name=Words("en")[tool]).click()
    expect_in_order(caller.page)
    [transcript] = boxes(caller.page, (".transcript",))
    assert transcript["bottom"] - transcript["top"] >= 0.4 * SMALL_PHONE["height"]
