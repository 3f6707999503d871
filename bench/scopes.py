"""Cost of the audio traces: frames a second, and the processor time beyond the same call without them."""

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, Page

from bench.client import Client, our_client, press_start, wait_until_live
from bench.figures import table, verdict
from bench.starters import our_app, provider_settings, scripted_provider

PROBE = Path(__file__).with_name("scope_probe.js")
TRACES = 2
SECONDS = 5.0
AIM_FPS, AIM_PERCENT = 55, 5


@dataclass(frozen=True, slots=True)
class Stretch:
    """Figures of one call, with the traces or without."""

    frames: float
    """Frames drawn per trace and second."""
    cpu: float
    """Processor use of all the browser's processes, in cores."""


def measure(browser: Browser) -> str:
    """Measure and return the figures as Markdown."""
    with scripted_provider() as provider, our_app(provider_settings(provider)) as app:
        provider.tone = True
        client = our_client("ours", app.url)
        shown, hidden = _stretches(browser, client)
    percent = (shown.cpu - hidden.cpu) / TRACES * 100
    rows = [
        ("frames a second", f"{shown.frames:.0f}", _at_least(shown.frames, AIM_FPS)),
        ("processor of each trace, % of a core", f"{percent:.1f}", verdict(percent, AIM_PERCENT)),
        ("whole browser with both, % of a core", f"{shown.cpu * 100:.0f}", ""),
        ("whole browser without, % of a core", f"{hidden.cpu * 100:.0f}", ""),
    ]
    return table(("two traces, both sounding", "", "aim"), rows)


def _stretches(browser: Browser, client: Client) -> tuple[Stretch, Stretch]:
    with client.visited(browser, PROBE) as page:
        press_start(page)
        wait_until_live(page)
        page.wait_for_function("benchScopes.drawn() > 60")
        processes = browser.new_browser_cdp_session()
        shown = _stretch(page, processes)
        page.get_by_role("button", name="Show the sound").click()
        return shown, _stretch(page, processes)


def _stretch(page: Page, processes: CDPSession) -> Stretch:
    before, drawn = _cpu_seconds(processes), page.evaluate("benchScopes.drawn()")
    lasted = page.evaluate("seconds => benchScopes.wait(seconds)", SECONDS)
    frames = (page.evaluate("benchScopes.drawn()") - drawn) / TRACES / lasted
    return Stretch(frames, (_cpu_seconds(processes) - before) / lasted)


def _cpu_seconds(processes: CDPSession) -> float:
    found = processes.send("SystemInfo.getProcessInfo")["processInfo"]
    return float(sum(process["cpuTime"] for process in found))


def _at_least(figure: float, aim: float) -> str:
    return f"≥ {aim:g}: {'met' if figure >= aim else '**missed**'}"
