"""A person in front of the page: opens it, presses, types, reads, and notes what goes wrong there."""

import re
from contextlib import suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Locator, Page, expect

SCREENSHOTS = Path(__file__).parents[2] / "test-results"

REMEMBER_MEDIA = """
window.__tracks = [];
window.__wanted = [];
window.__peers = [];
if (navigator.mediaDevices) {
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    window.__wanted.push(wanted);
    const stream = await open(wanted);
    window.__tracks.push(...stream.getTracks());
    return stream;
  };
}
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...settings) { super(...settings); window.__peers.push(this); }
};
"""
"""Run before the page's own scripts, so that tests can look at its microphone and its peer connections."""


def new_page(browser: Browser, **context_options: Any) -> Page:
    """Open an empty page in a context of its own."""
    context = browser.new_context(**context_options)
    context.add_init_script(REMEMBER_MEDIA)
    return context.new_page()


class Caller:
    """Caller and their page. An error of the console or the page fails the test."""

    def __init__(self, page: Page, url: str) -> None:
        """Take over a page.

        :param page: an unused page of a context without cookies
        :param url: address of the app
        """
        self.page = page
        self.context: BrowserContext = page.context
        self.url = url
        self.problems: list[str] = []
        self._expected: list[str] = []
        self.page.on("pageerror", self._note_error)
        self.page.on("console", self._note_console)

    def open(self) -> "Caller":
        """Open the page and wait until it is alive."""
        self.page.goto(self.url)
        self.wait_until_alive()
        return self

    def wait_until_alive(self) -> None:
        """Until NiceGUI's handshake is done; clicks before it are lost."""
        self.page.wait_for_function("window.did_handshake")
        expect(self.start_button).to_be_enabled()

    # --- what there is on the page

    @property
    def start_button(self) -> Locator:
        return self.page.get_by_role("button", name=re.compile("Start"))

    @property
    def stop_button(self) -> Locator:
        return self.page.get_by_role("button", name="Stop", exact=True)

    @property
    def status(self) -> Locator:
        return self.page.get_by_role("status").first

    @property
    def text_field(self) -> Locator:
        return self.page.get_by_role("textbox")

    @property
    def notice(self) -> Locator:
        return self.page.locator(".notice")

    @property
    def bubbles(self) -> Locator:
        return self.page.get_by_role("log").locator("[data-item-id]")

    def bubble(self, item_id: str) -> Locator:
        return self.page.get_by_role("log").locator(f"[data-item-id='{item_id}']")

    def bubbles_of(self, role: str) -> Locator:
        return self.page.get_by_role("log").locator(f"[data-item-id][data-role='{role}']")

    # --- what a caller does

    def start(self) -> None:
        self.start_button.click()

    def go_live(self) -> None:
        """Start, and wait until the page listens."""
        self.start()
        self.wait_until_live()

    def wait_until_live(self) -> None:
        """Wait for the call, and for the button that is drawn just after the words of the status."""
        expect(self.status).to_contain_text("بولیں")
        expect(self.stop_button).to_be_enabled()

    def stop(self) -> None:
        self.stop_button.click()

    def type(self, text: str) -> None:
        self.text_field.fill(text)
        self.text_field.press("Enter")

    # --- what a test looks at

    def expect_microphone_released(self) -> None:
        """Every track the page ever got from the microphone has ended."""
        self.page.wait_for_function("window.__tracks.every(track => track.readyState === 'ended')")

    def expect_peers_closed(self) -> None:
        self.page.wait_for_function("window.__peers.every(peer => peer.signalingState === 'closed')")

    def expect_told_of_the_lost_page(self) -> None:
        """Check that the page shows a lost connection and nothing on it still claims to listen."""
        expect(self.page.get_by_role("alert")).to_be_visible()
        expect(self.page.get_by_text("بولیں")).to_be_hidden()

    def expects_problem(self, *patterns: str) -> None:
        """Complaints of the browser this test provokes, as regular expressions."""
        self._expected += patterns

    def leave(self) -> None:
        """Close the tab, running its `pagehide`."""
        self.page.close(run_before_unload=False)

    def leaves_clean(self) -> bool:
        """Leave the page so that the next caller finds nothing of this one; False where that cannot be."""
        if self.page.is_closed() or len(self.context.pages) > 1:
            return False
        self.page.remove_listener("pageerror", self._note_error)
        self.page.remove_listener("console", self._note_console)
        with suppress(Error):  # a page that keeps nothing has no storage
            self.page.evaluate("localStorage.clear(), sessionStorage.clear()")
        self.page.goto("about:blank")
        self.context.clear_cookies()
        self.page.keyboard.up("Space")  # what a test held down until its end
        self.page.mouse.up()
        return True

    @property
    def surprises(self) -> list[str]:
        return [p for p in self.problems if not any(re.search(known, p) for known in self._expected)]

    def save_screenshot(self, name: str) -> None:
        """Best effort: a page that is closed or stuck has no picture."""
        SCREENSHOTS.mkdir(exist_ok=True)
        with suppress(Error):
            self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True, timeout=5_000)

    def _note_error(self, error: Error) -> None:
        self.problems.append(f"page error: {error}")

    def _note_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(f"console: {message.text} ({message.location.get('url', '')})")
