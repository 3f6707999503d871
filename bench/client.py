"""Client under measurement, ours or that of the comparison, as its visitor and the probes see it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, expect

LIVE = "بولیں"
"""Word in the status of every client once it is live."""


@dataclass(frozen=True, slots=True)
class Client:
    """Address of a client, and the parts of its page."""

    name: str
    url: str
    ready: str
    """JavaScript that is true once a click has an effect."""
    bubble_text: str
    """Selector of a bubble's words inside the bubble; empty: the bubble holds nothing else."""
    reduced_motion: Literal["reduce", "no-preference"] = "no-preference"
    """Motion that its visitor asks for."""

    @contextmanager
    def visited(self, browser: Browser, *probes: Path) -> Iterator[Page]:
        """Open a page of a new visitor, with `probes` run before its scripts."""
        # The policy of our pages would keep the probes' worklet out.
        context = browser.new_context(bypass_csp=True, reduced_motion=self.reduced_motion)
        for probe in probes:
            context.add_init_script(path=probe)
        try:
            page = context.new_page()
            page.goto(self.url)
            page.wait_for_function(self.ready)
            yield page
        finally:
            context.close()


def our_client(name: str, url: str) -> Client:
    return Client(name, url, "window.did_handshake", ".bubble__text")


def classic_client(url: str) -> Client:
    return Client("classic", url, "document.readyState === 'complete'", "")


def press_start(page: Page, held_ms: float = 0) -> None:
    """Click Start.

    :param held_ms: between button down and up, which is when a click is one
    """
    page.get_by_role("button", name="Start Conversation").click(delay=held_ms)


def wait_until_live(page: Page) -> None:
    expect(page.get_by_role("status").first).to_contain_text(LIVE, timeout=15_000)


def wait_until_over(page: Page) -> None:
    expect(page.get_by_role("status").first).not_to_contain_text(LIVE)
