"""Pictures of the page as callers see it, for the documentation and for changes of its design.

They are taken where PICTURES_DIR names the folder of those for the documentation; all of them go to
`test-results/pictures`.
"""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from components.shared.words import Words
from tests.browser.caller import SCREENSHOTS, Caller
from tests.browser.conftest import AppFactory, CallerFactory
from tests.browser.scenes import LANGUAGES, SCREENS, press_start, talk
from tests.browser.test_mixed_text import CASES
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp
from tests.fakes.turns import barge_in, reply

FOR_DOCS = (
    "jsbank-en-desktop-call",
    "jsbank-ur-desktop-idle",
    "ibx-en-desktop-call",
    "jsbank-ur-tablet-call",
    "jsbank-en-phone-idle",
    "jsbank-ur-phone-call",
    "ibx-en-phone-call",
    "ibx-ur-phone-call",
    "jsbank-ur-phone-talk-button",
    "ibx-en-desktop-settings",
    "jsbank-ur-desktop-large-captions",
    "picker-en-desktop",
    "mixed-text-en",
    "mixed-text-ur",
)
LARGEST_BYTES = 400_000

pytestmark = pytest.mark.skipif(
    "PICTURES_DIR" not in os.environ, reason="takes pictures, for whom PICTURES_DIR says where to put them"
)


def take(caller: Caller, name: str) -> None:
    caller.page.evaluate("document.fonts.ready")
    picture = caller.page.screenshot(type="jpeg", quality=90, animations="disabled", caret="hide")
    assert len(picture) < LARGEST_BYTES
    for folder in folders(name):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.jpg").write_bytes(picture)


def folders(name: str) -> list[Path]:
    return [SCREENSHOTS / "pictures", *([Path(os.environ["PICTURES_DIR"])] if name in FOR_DOCS else [])]


@pytest.mark.parametrize("persona", ["jsbank", "ibx"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("screen", SCREENS)
def test_a_page_before_and_in_a_call_has_its_picture(
    screen: str,
    language: str,
    persona: str,
    provider: ScriptedProvider,
    provider_app: RunningApp,
    caller_at: CallerFactory,
) -> None:
    url = f"{provider_app.url}/p/{persona}?lang={language}"
    caller = caller_at(url, viewport=SCREENS[screen], reduced_motion="reduce")
    caller.page.goto(url)
    caller.page.wait_for_function("window.did_handshake")
    take(caller, f"{persona}-{language}-{screen}-idle")
    press_start(caller, language)
    talk(caller, provider, persona)
    take(caller, f"{persona}-{language}-{screen}-call")


@pytest.mark.parametrize("persona", ["jsbank", "ibx"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("screen", ["phone", "desktop"])
def test_what_is_opened_in_a_call_has_its_picture(
    screen: str,
    language: str,
    persona: str,
    provider: ScriptedProvider,
    provider_app: RunningApp,
    caller_at: CallerFactory,
) -> None:
    url = f"{provider_app.url}/p/{persona}?lang={language}"
    caller = caller_at(url, viewport=SCREENS[screen], reduced_motion="reduce")
    caller.page.goto(url)
    caller.page.wait_for_function("window.did_handshake")
    press_start(caller, language)
    talk(caller, provider, persona)
    provider.send(*barge_in("agent_3", "user_4", 300))
    expect(caller.bubble("agent_3").locator("[data-unheard]")).to_be_visible()
    words, name = Words(language), f"{persona}-{language}-{screen}"

    def press(key: str) -> None:
        caller.page.get_by_role("button", name=words[key], exact=True).click()

    press("tools.push")
    take(caller, f"{name}-talk-button")
    press("tools.settings")
    take(caller, f"{name}-settings")
    caller.page.keyboard.press("Escape")
    press("transcript_tools.captions")
    take(caller, f"{name}-large-captions")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("screen", ["phone", "desktop"])
def test_the_choice_of_assistants_has_its_picture(
    screen: str,
    language: str,
    provider_env: dict[str, str],
    app_of_session: AppFactory,
    caller_at: CallerFactory,
) -> None:
    app = app_of_session(**provider_env, PERSONAS="jsbank,ibx,blank")
    caller = caller_at(f"{app.url}/p?lang={language}", viewport=SCREENS[screen])
    caller.page.goto(caller.url)
    expect(caller.page.get_by_role("heading").first).to_be_visible()
    take(caller, f"picker-{language}-{screen}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_mixed_text_has_its_picture(
    language: str, provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    url = f"{provider_app.url}/p/jsbank?lang={language}"
    caller = caller_at(url, viewport={"width": 620, "height": 2900}, reduced_motion="reduce")
    caller.page.goto(url)
    caller.page.wait_for_function("window.did_handshake")
    press_start(caller, language)
    last = None
    for number, text in enumerate(CASES):
        provider.send(*reply(f"agent_{number}", last, [text]))
        last = f"agent_{number}"
    expect(caller.bubble(f"agent_{len(CASES) - 1}")).to_be_visible()
    take(caller, f"mixed-text-{language}")
