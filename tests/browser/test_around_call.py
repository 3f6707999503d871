"""What a caller meets around a call: another call, a translated page, a busy microphone, long text."""

import pytest
from playwright.sync_api import ViewportSize, expect

from components.shared.words import Words
from tests.browser.caller import Caller
from tests.browser.conftest import CallerFactory
from tests.browser.scenes import DESKTOP, LANGUAGES, PHONE, TABLET, press_start, talk
from tests.browser.test_layout import boxes, enter, outside, overlapping
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp
from tests.fakes.turns import spoken_turn

SCREENS: list[ViewportSize] = [
    {"width": 360, "height": 740},
    PHONE,
    TABLET,
    {"width": 1280, "height": 640},
    DESKTOP,
]
STAGE = (".orb", ".status", ".resume > p", ".resume > button", ".controls > .button", ".tool")
TRANSLATE = """
() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) found.push(texts.currentNode);
  for (const text of found) {
    if (!text.data.trim() || text.parentElement.closest("script, style, [translate=no]")) continue;
    const font = document.createElement("font");
    text.replaceWith(font);
    font.append(text.data);
  }
}
"""
"""What a browser's translation does: words move into other elements, and the page's own nodes go."""
BUSY = """
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => {
  if (wanted.audio?.deviceId) throw new DOMException("in use", "NotReadableError");
  return open(wanted);
};
localStorage.setItem("guftagu.microphone", "a-device-that-is-busy");
"""


@pytest.fixture
def caller(provider_app: RunningApp, caller_at: CallerFactory) -> Caller:
    return caller_at(provider_app.url).open()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_offer_to_carry_on_stands_above_start_and_over_nothing(
    language: str, provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = enter(caller_at, provider_app, "jsbank", language, PHONE)
    press_start(caller, language)
    talk(caller, provider, "jsbank")
    lost = provider.call
    caller.page.on("dialog", lambda dialog: dialog.accept())
    caller.page.reload()
    caller.page.wait_for_function("window.did_handshake")
    provider.wait_for_hangup(lost)
    resume = caller.page.get_by_role("button", name=Words(language)["resume.button"])
    expect(resume).to_be_visible()
    for screen in SCREENS:
        caller.page.set_viewport_size(screen)
        parts = boxes(caller.page, STAGE)
        assert overlapping(parts) == [], screen
        [offered] = boxes(caller.page, (".resume > button",))
        start = boxes(caller.page, (".controls > .button",))[0]
        assert offered["bottom"] <= start["top"], screen
        assert outside([offered], screen["width"], screen["height"]) == [], screen


def test_a_page_that_the_browser_translates_goes_on_telling_the_state(
    caller: Caller, provider: ScriptedProvider
) -> None:
    caller.page.evaluate(TRANSLATE)
    caller.go_live()
    expect(caller.status).to_contain_text("Listening")
    caller.page.evaluate(TRANSLATE)
    provider.send(*spoken_turn(1, "سوال", "جواب"))
    expect(caller.bubble("agent_1")).to_contain_text("جواب")
    caller.page.evaluate(TRANSLATE)
    caller.stop_button.click()
    expect(caller.status).to_contain_text("ended")


def test_a_remembered_microphone_that_is_in_use_is_replaced_and_the_caller_told(
    provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url, own=True)
    caller.page.add_init_script(BUSY)
    caller.open()
    caller.go_live()
    expect(caller.notice).to_contain_text("not there or in use")


def test_too_long_a_text_is_refused_with_its_length_and_kept(
    caller: Caller, provider: ScriptedProvider
) -> None:
    caller.go_live()
    send = caller.page.get_by_role("button", name="Send")
    caller.text_field.fill("ہ" * 5000)
    expect(caller.page.get_by_role("alert")).to_contain_text("2000")
    expect(caller.page.get_by_role("alert")).to_contain_text("5000")
    expect(send).to_be_disabled()
    caller.text_field.press("Enter")
    expect(caller.text_field).to_have_value("ہ" * 5000)
    caller.text_field.fill("ہ" * 2000)
    expect(caller.page.get_by_role("alert")).to_be_hidden()
    expect(send).to_be_enabled()


@pytest.mark.parametrize("path", ["/", "/p", "/captions"])
def test_a_page_has_one_main_part(path: str, provider_app: RunningApp, caller_at: CallerFactory) -> None:
    page = caller_at(f"{provider_app.url}{path}").page
    page.goto(f"{provider_app.url}{path}")
    page.wait_for_function("window.did_handshake")
    expect(page.locator("main")).to_have_count(1)


REFUSED = """
navigator.mediaDevices.getUserMedia = async (wanted) => {
  window.__asked = (window.__asked ?? 0) + 1;
  throw new DOMException("no", "NotAllowedError");
};
navigator.permissions.query = async () => ({ state: "denied", onchange: null });
"""
INSECURE = """
Object.defineProperty(window, "isSecureContext", { value: false });
Object.defineProperty(navigator, "mediaDevices", { value: undefined });
"""


@pytest.mark.parametrize("without", [REFUSED, INSECURE], ids=["refused", "insecure address"])
def test_a_call_begins_in_writing_without_a_microphone(
    without: str, provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url, own=True)
    caller.page.add_init_script(without)
    caller.open()
    caller.text_field.fill("میرا کارڈ گم ہو گیا ہے")
    caller.text_field.press("Enter")
    created = provider.calls.wait_for().wait_for("conversation.item.create")
    assert created["item"]["content"] == [{"type": "input_text", "text": "میرا کارڈ گم ہو گیا ہے"}]
    expect(caller.status).to_contain_text("Listening")
    expect(caller.text_field).to_have_value("")
    expect(caller.notice).to_contain_text("You can type")
    assert caller.page.evaluate("window.__asked ?? 0") == 0, "nobody asks for a microphone that was refused"
    provider.send(*spoken_turn(1, "سوال", "جواب"))
    expect(caller.bubble("agent_1")).to_contain_text("جواب")


def test_a_call_that_began_in_writing_takes_the_microphone_where_it_is_allowed(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url, own=True).open()
    caller.context.grant_permissions(["microphone"])
    caller.text_field.fill("hello")
    caller.text_field.press("Enter")
    provider.calls.wait_for().wait_for("conversation.item.create")
    caller.page.wait_for_function("() => window.__peers[0].getSenders()[0].track === window.__tracks[0]")
    assert caller.page.evaluate("window.__tracks.length") == 1


def test_what_was_typed_stays_where_no_call_comes_of_it(caller: Caller, provider: ScriptedProvider) -> None:
    provider.answer_next("calls", status=401, body={"error": {}})
    caller.expects_problem("Failed to load resource")
    caller.text_field.fill("hello")
    caller.text_field.press("Enter")
    expect(caller.status).to_contain_text("does not accept")
    expect(caller.text_field).to_have_value("hello")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_example_starts_the_call_with_it_and_lies_over_nothing(
    language: str, provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = enter(caller_at, provider_app, "ibx", language, PHONE)
    for screen in SCREENS:
        caller.page.set_viewport_size(screen)
        parts = boxes(
            caller.page, (".orb", ".status", ".controls > .button", ".transcript", ".examples", ".field")
        )
        assert overlapping(parts) == [], screen
        assert (
            outside(boxes(caller.page, (".examples", ".field")), screen["width"], screen["height"]) == []
        ), screen
    caller.page.get_by_role("button", name="What is a deductible?").click()
    item = provider.calls.wait_for().wait_for("conversation.item.create")["item"]
    assert item["content"] == [{"type": "input_text", "text": "What is a deductible?"}]
    expect(caller.page.locator(".examples")).to_be_hidden()


def test_the_circle_starts_a_call_too(caller: Caller, provider: ScriptedProvider) -> None:
    caller.page.locator(".orb").click()
    expect(caller.status).to_contain_text("Listening")
