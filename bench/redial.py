"""Time of a redial: from the moment the page gives up a lost path until it is live again."""

from pathlib import Path

from playwright.sync_api import Browser, Page

from bench.client import our_client, press_start, wait_until_live
from bench.figures import Spread, table, verdict
from bench.starters import our_app, provider_settings, scripted_provider
from tests.fakes.provider import ScriptedProvider
from tests.fakes.turns import spoken_turn

PROBE = Path(__file__).with_name("redial_probe.js")
DROPS = 5
AIM_MS = 3000


def measure(browser: Browser) -> str:
    """Measure and return the figures as Markdown."""
    with (
        scripted_provider() as provider,
        our_app(provider_settings(provider)) as app,
        our_client("ours", app.url).visited(browser, PROBE) as page,
    ):
        press_start(page)
        wait_until_live(page)
        provider.send(*spoken_turn(1, "السلام علیکم", "وعلیکم السلام"))
        spread = Spread.of([_live_again_ms(page, provider) for _drop in range(DROPS)])
    figures = f"{spread.median:.0f}", verdict(spread.p95, AIM_MS), f"{spread.p95:.0f}", spread.count
    return table(("", "median, ms", "aim", "p95, ms", "drops"), [("given up → live again", *figures)])


def _live_again_ms(page: Page, provider: ScriptedProvider) -> float:
    page.evaluate("window.benchLiveAgain = benchRedial(); 0")
    provider.call.vanish()
    return float(page.evaluate("benchLiveAgain"))
