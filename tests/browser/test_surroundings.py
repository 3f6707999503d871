"""Browsers and frames that forbid something: the page says so and offers the way out."""

from playwright.sync_api import expect

from tests.browser.conftest import CallerFactory
from tests.browser.sentences import microphone_help
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp

REFUSE_FIRST_PLAY = """
const play = HTMLMediaElement.prototype.play;
HTMLMediaElement.prototype.play = function () {
  HTMLMediaElement.prototype.play = play;
  return Promise.reject(new DOMException('play() needs a gesture', 'NotAllowedError'));
};
"""


def test_where_autoplay_is_refused_a_tap_makes_the_agent_audible(
    provider: ScriptedProvider, provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    provider.tone = True
    caller = caller_at(provider_app.url, own=True)
    caller.page.add_init_script(REFUSE_FIRST_PLAY)
    caller.open().go_live()
    tap = caller.page.get_by_role("button", name="Tap to hear")
    tap.click()
    expect(tap).to_have_count(0)
    caller.page.wait_for_function("!document.querySelector('audio').paused")


def test_an_insecure_address_is_named_as_the_reason_not_the_microphone(
    provider_app: RunningApp, caller_at: CallerFactory
) -> None:
    caller = caller_at(provider_app.url.replace("localhost", "bank.example"))
    caller.page.goto(caller.url)
    expect(caller.page.get_by_text(microphone_help("insecure_origin")).first).to_be_visible()


def test_a_frame_without_the_microphone_offers_a_tab_of_its_own(
    provider: ScriptedProvider, framed_app: RunningApp, caller_at: CallerFactory
) -> None:
    # Another origin of the same site: NiceGUI itself does not start where a frame gets no storage.
    caller = caller_at(f"{provider.url}/frame".replace("127.0.0.1", "localhost"), own=True)
    frame_tag = f"<iframe src='{framed_app.url}' width=800 height=600></iframe>"
    provider.answer_next("other", headers={"Content-Type": "text/html"}, body=frame_tag)
    caller.expects_problem("favicon", "Failed to load resource")
    caller.page.goto(caller.url)
    frame = caller.page.frame_locator("iframe")
    expect(frame.get_by_text(microphone_help("frame_without_microphone")).first).to_be_visible()
    link = frame.get_by_role("link", name="new tab")
    expect(link).to_have_attribute("target", "_blank")
