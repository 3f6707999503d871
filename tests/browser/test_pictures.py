"""Pictures of the page as callers see it, for the documentation and for whoever changes how it looks.

They go to `test-results/pictures`; those of the documentation also to the folder that PICTURES_DIR names.
"""

import os
from pathlib import Path

import pytest

from tests.browser.caller import SCREENSHOTS, Caller
from tests.browser.conftest import CallerFactory
from tests.browser.scenes import LANGUAGES, SCREENS, press_start, talk
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp

FOR_DOCS = (
    "jsbank-en-desktop-call",
    "jsbank-ur-desktop-idle",
    "ibx-en-desktop-call",
    "jsbank-ur-tablet-call",
    "jsbank-en-phone-idle",
    "jsbank-ur-phone-call",
    "ibx-en-phone-call",
    "ibx-ur-phone-call",
)
LARGEST_BYTES = 300_000


def take(caller: Caller, name: str) -> None:
    caller.page.evaluate("document.fonts.ready")
    picture = caller.page.screenshot(type="jpeg", quality=90, animations="disabled", caret="hide")
    assert len(picture) < LARGEST_BYTES
    for folder in folders(name):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.jpg").write_bytes(picture)


def folders(name: str) -> list[Path]:
    wanted = os.environ.get("PICTURES_DIR")
    return [SCREENSHOTS / "pictures", *([Path(wanted)] if wanted and name in FOR_DOCS else [])]


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
