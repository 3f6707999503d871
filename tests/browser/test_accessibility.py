"""What axe-core finds wrong for people with disabilities, in both languages; keyboard, sizes, movement."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, ViewportSize, expect

from agents.persona import load_persona
from components.shared.words import Words
from tests.browser.caller import Caller
from tests.browser.conftest import AppFactory, CallerFactory
from tests.browser.scenes import DESKTOP, LANGUAGES, PHONE, fall_silent, press_start, talk
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp
from tests.fakes.turns import barge_in

NO_PAGE = "/p/nobody"
JSBANK = Path(__file__).parents[2] / "personas/jsbank"
PATHS = ("/", "/p", "/p/ibx", "/p/blank", "/captions", NO_PAGE)
GRAVE = ("serious", "critical")
FLAT_GROUND = "document.querySelector('.page').style.background = 'var(--ground)'"
"""On a gradient axe-core measures no contrast."""
FOCUSED = """
() => {
  const node = document.activeElement;
  return node === document.body ? "" : node.ariaLabel || node.textContent.trim();
}
"""
OUTLINE = "() => getComputedStyle(document.activeElement).outlineStyle"


def found_in(caller: Caller) -> list[str]:
    """Return what axe-core calls serious or critical: the rule, and where it is broken."""
    caller.expects_problem("Applying inline style")  # axe-core's own, which it can do without
    caller.page.evaluate("document.fonts.ready")
    caller.page.evaluate(FLAT_GROUND)
    options = {"resultTypes": ["violations"]}  # to tell all of what is well takes as long again
    violations: list[dict[str, Any]] = Axe().run(caller.page, options=options).response["violations"]
    return [
        f"{violation['id']}: {node['html'][:160]} {node['failureSummary']}"
        for violation in violations
        if violation["impact"] in GRAVE
        for node in violation["nodes"]
    ]


def enter(caller_at: CallerFactory, app: RunningApp, path: str, language: str, **options: Any) -> Caller:
    caller = caller_at(f"{app.url}{path}?lang={language}", **{"viewport": DESKTOP, **options})
    caller.page.goto(caller.url)
    caller.page.wait_for_function("window.did_handshake")
    return caller


def in_a_call(
    caller_at: CallerFactory,
    app: RunningApp,
    provider: ScriptedProvider,
    language: str,
    persona: str = "jsbank",
    **options: Any,
) -> Caller:
    caller = enter(caller_at, app, f"/p/{persona}", language, **options)
    press_start(caller, language)
    talk(caller, provider, persona)
    return caller


def tool(caller: Caller, language: str, key: str) -> Locator:
    return caller.page.get_by_role("button", name=Words(language)[key], exact=True)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_nothing_grave_on_a_page(
    path: str,
    language: str,
    app_of_session: AppFactory,
    provider_env: dict[str, str],
    caller_at: CallerFactory,
) -> None:
    app = app_of_session(**provider_env, PERSONAS="jsbank,ibx,blank")
    caller = caller_at(f"{app.url}{path}?lang={language}", viewport=DESKTOP, reduced_motion="reduce")
    caller.expects_problem("404")
    answer = caller.page.goto(caller.url)
    assert answer and (answer.status == 404) == (path == NO_PAGE)
    expect(caller.page.get_by_role("heading").first).to_be_visible()
    assert caller.page.locator("html").get_attribute("lang") == language
    assert found_in(caller) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_grave_at_the_door(
    language: str, app_of_session: AppFactory, caller_at: CallerFactory
) -> None:
    app = app_of_session(ACCESS_CODE="let me in")
    caller = caller_at(f"{app.url}/?lang={language}")
    caller.page.goto(caller.url)
    expect(caller.page.get_by_label(Words(language)["sign_in.label"])).to_be_visible()
    assert found_in(caller) == []


@pytest.mark.parametrize(
    ("persona", "viewport", "language"),  # every two of them together, not every three
    [("jsbank", PHONE, "ur"), ("jsbank", DESKTOP, "en"), ("ibx", PHONE, "en"), ("ibx", DESKTOP, "ur")],
)
def test_axe_finds_nothing_grave_in_a_call_and_after_it(
    persona: str,
    viewport: ViewportSize,
    language: str,
    provider: ScriptedProvider,
    provider_app: RunningApp,
    caller_at: CallerFactory,
) -> None:
    options = {"viewport": viewport, "reduced_motion": "reduce"}
    caller = in_a_call(caller_at, provider_app, provider, language, persona, **options)
    fall_silent(provider, persona)
    expect(caller.page.locator(".status")).to_have_attribute("data-state", "live")
    assert found_in(caller) == []
    tool(caller, language, "transcript_tools.search").click()
    caller.page.keyboard.type("JS" if persona == "jsbank" else "plan")
    expect(caller.page.locator(".transcript-tools__said")).not_to_be_empty()
    assert found_in(caller) == []
    caller.page.keyboard.press("Escape")
    tool(caller, language, "transcript_tools.download").click()
    assert found_in(caller) == []
    caller.page.keyboard.press("Escape")
    tool(caller, language, "transcript_tools.captions").click()
    expect(caller.page.get_by_role("log")).to_be_focused()
    assert found_in(caller) == []
    caller.page.keyboard.press("Escape")
    tool(caller, language, "tools.settings").click()
    expect(caller.page.get_by_role("dialog")).to_be_visible()
    assert found_in(caller) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("persona", ["jsbank", "ibx"])
def test_axe_finds_nothing_grave_when_a_call_fails(
    persona: str,
    language: str,
    provider: ScriptedProvider,
    provider_app: RunningApp,
    caller_at: CallerFactory,
) -> None:
    provider.answer_next("calls", status=500, body={"error": {"message": "x", "code": "x"}}, headers={})
    caller = enter(caller_at, provider_app, f"/p/{persona}", language, reduced_motion="reduce")
    caller.expects_problem("Failed to load resource")
    start = Words(language)["controls.start"] if language == "ur" else "Start"
    caller.page.get_by_role("button", name=start).click()
    expect(caller.page.locator(".status")).to_have_attribute("data-state", "failed")
    assert found_in(caller) == []


def tabbed_through(page: Page) -> list[str]:
    """Return the names of what Tab reaches, in order, and check that each shows its focus."""
    names: list[str] = []
    while True:
        page.keyboard.press("Tab")
        name = str(page.evaluate(FOCUSED))
        if not name or name in names:
            return names
        assert page.evaluate(OUTLINE) != "none", name
        names.append(name)


@pytest.mark.parametrize("language", LANGUAGES)
def test_tab_goes_through_the_page_in_the_order_it_is_read(
    language: str, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = enter(caller_at, provider_app, "/p/jsbank", language)
    words = Words(language)
    assert tabbed_through(caller.page) == [
        words["assistants.others"],
        words["page.other_language"],
        words["controls.start"],
        words["tools.push"],
        words["tools.sound"],
        words["tools.settings"],
        words["transcript_tools.captions"],
        words["transcript.label"],
        *load_persona(JSBANK).examples,
        words["field.label"],
    ]


def test_in_a_call_tab_reaches_stop_before_the_tools_and_the_field_last(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = in_a_call(caller_at, provider_app, provider, "en")
    words = Words("en")
    expect(tool(caller, "en", "tools.stop_answer")).to_be_enabled()
    expect(caller.text_field).to_be_enabled()
    caller.page.get_by_role("link", name=words["page.other_language"]).focus()
    assert tabbed_through(caller.page) == [
        words["controls.stop"],
        words["tools.mute"],
        words["tools.push"],
        words["tools.stop_answer"],
        words["tools.sound"],
        words["tools.settings"],
        words["transcript_tools.search"],
        words["transcript_tools.copy"],
        words["transcript_tools.download"],
        words["transcript_tools.captions"],
        words["transcript.label"],
        words["transcript.copy_one"],
        words["field.label"],
    ]


def test_the_settings_hold_the_focus_and_give_it_back(
    provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = enter(caller_at, provider_app, "/p/jsbank", "en")
    settings = tool(caller, "en", "tools.settings")
    settings.press("Enter")
    inside = "document.activeElement === document.body || document.activeElement.closest('dialog') !== null"
    for _ in range(30):
        caller.page.keyboard.press("Tab")
        assert caller.page.evaluate(inside)
    caller.page.keyboard.press("Escape")
    expect(settings).to_be_focused()


def test_the_keyboard_stays_at_start_and_stop(provider_app: RunningApp, caller_at: CallerFactory) -> None:
    caller = enter(caller_at, provider_app, "/p/jsbank", "en")
    caller.start_button.press("Enter")
    expect(caller.stop_button).to_be_focused()
    caller.wait_until_live()
    caller.stop_button.press("Enter")
    expect(caller.start_button).to_be_focused()


COLOURS = """
(selector) => {
  const style = getComputedStyle(document.querySelector(selector));
  return [style.color, style.backgroundColor];
}
"""


@pytest.mark.parametrize("persona", ["jsbank", "ibx"])
def test_large_captions_are_light_words_on_black_whatever_the_page_looks_like(
    persona: str, provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = in_a_call(caller_at, provider_app, provider, "en", persona, viewport=PHONE)
    tool(caller, "en", "transcript_tools.captions").click()
    expect(caller.page.get_by_role("log")).to_be_focused()

    def colours(selector: str) -> list[str]:
        return list(caller.page.evaluate(COLOURS, selector))

    white, black, clear = "rgb(255, 255, 255)", "rgb(0, 0, 0)", "rgba(0, 0, 0, 0)"
    assert colours(".transcript")[1] == black
    for role in ("user", "assistant"):
        assert colours(f".bubble[data-role={role}]")[1] == clear
        assert colours(f".bubble[data-role={role}] .bubble__text")[0] == white


def test_large_captions_tell_what_the_page_tells_and_space_talks_there(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = in_a_call(caller_at, provider_app, provider, "en", viewport=DESKTOP)
    tool(caller, "en", "tools.push").click()
    tool(caller, "en", "transcript_tools.captions").click()
    state = caller.page.locator(".transcript__state")
    expect(state).to_contain_text(Words("en")["status.agent_speaking"])
    expect(state).to_contain_text(Words("en")["tools.hold"])
    caller.page.keyboard.down("Space")
    expect(state).to_contain_text(Words("en")["tools.release"])
    caller.page.keyboard.up("Space")
    provider.send({"type": "error", "error": {"type": "server_error", "code": "odd", "message": "x"}})
    expect(state).to_contain_text(Words("en")["notice.title"])
    provider.call.close_channel()
    expect(state).to_contain_text(Words("en").failure("provider_ended"))


def test_what_was_not_heard_is_marked_without_colour(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = in_a_call(caller_at, provider_app, provider, "en", forced_colors="active")
    provider.send(*barge_in("agent_3", "user_4", 300))
    unheard = caller.bubble("agent_3").locator("[data-unheard]")
    expect(unheard).to_have_css("text-decoration-line", "underline")
    told = "getComputedStyle(document.querySelector('[data-unheard]'), '::before').content"
    caller.page.wait_for_function(f"word => {told}.includes(word)", arg=Words("en")["transcript.unheard"])


def test_a_screen_reader_is_told_only_what_is_finished(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = in_a_call(caller_at, provider_app, provider, "en", "ibx")
    announced = caller.page.locator(".transcript > [aria-live=polite]")
    expect(announced).to_contain_text("Open enrolment on Pennie")
    expect(announced).not_to_contain_text("exact premium")
    expect(caller.page.get_by_role("log")).to_have_attribute("aria-live", "off")
    fall_silent(provider, "ibx")
    expect(announced).to_contain_text("exact premium")
    assert caller.status.get_attribute("aria-live") in (None, "polite")


def test_nothing_moves_for_who_wants_no_movement(provider_app: RunningApp, caller_at: CallerFactory) -> None:
    caller = enter(caller_at, provider_app, "/p/jsbank", "en", reduced_motion="reduce")
    running = "document.getAnimations().filter(one => one.playState === 'running').length"
    assert caller.page.evaluate(running) == 0
    caller.page.emulate_media(reduced_motion="no-preference")
    caller.page.wait_for_function(f"{running} > 0")


@pytest.mark.parametrize("name", ["tools.push", "tools.sound"])
def test_what_is_switched_on_is_told_without_colour(
    name: str, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = enter(caller_at, provider_app, "/p/jsbank", "en", forced_colors="active")
    switch = tool(caller, "en", name)
    width = "node => getComputedStyle(node).borderTopWidth"
    seen = {}
    for _ in range(2):
        switch.click()
        seen[switch.get_attribute("aria-pressed")] = switch.evaluate(width)
    assert seen == {"true": "3px", "false": "1px"}
