"""Click → live: our page, relayed and ephemeral, in turn with the classic sequential client."""

import time
from collections import defaultdict
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser

from bench.client import Client, our_client, press_start, wait_until_over
from bench.figures import Spread, table, verdict
from bench.starters import classic_app, our_app, provider_settings, scripted_provider
from tests.fakes.provider import ScriptedProvider

PROBE = Path(__file__).with_name("live_probe.js")
AIMS = {0: 0.60, 80: 0.42, 200: 0.37}
"""Aim of the relay as a share of the classic client's time, by the provider's delay in ms."""
ROUNDS = 6
HELD_MS = (0, 90)
"""Seconds for which Start is held: none, as in scripts, and as long as a finger takes."""
SETTLE_S = 1.0
"""Seconds between an open page and the click."""

Samples = dict[tuple[int, int, str], list[float]]
"""Samples by the provider's delay, how long Start was held, and client."""


def measure(browser: Browser) -> str:
    """Measure and return the figures as Markdown."""
    with scripted_provider() as provider, classic_app(provider) as classic:
        settings = provider_settings(provider)
        with our_app(settings) as relay, our_app(settings | {"SIGNALING": "ephemeral"}) as ephemeral:
            ours = (
                our_client("relay", relay.url),
                our_client("ephemeral", ephemeral.url),
            )
            return _told(_samples(browser, provider, [classic, *ours]))


def _samples(browser: Browser, provider: ScriptedProvider, clients: list[Client]) -> Samples:
    for client in clients:
        _click_to_live_ms(browser, provider, client, 0, 0)  # the first of everything is slow
    samples: Samples = defaultdict(list)
    for delay_ms, held_ms in product(AIMS, HELD_MS):
        for _round in range(ROUNDS):
            for client in clients:
                ms = _click_to_live_ms(browser, provider, client, delay_ms, held_ms)
                samples[delay_ms, held_ms, client.name].append(ms)
    return samples


def _click_to_live_ms(
    browser: Browser, provider: ScriptedProvider, client: Client, delay_ms: int, held_ms: int
) -> float:
    with client.visited(browser, PROBE) as page:
        time.sleep(SETTLE_S)
        provider.delay_ms = delay_ms
        press_start(page, held_ms)
        at = page.evaluate("benchLive")
        provider.reset()
        wait_until_over(page)
    return float(max(at["attached"], at["painted"]) - at["clicked"])


def _told(samples: Samples) -> str:
    rows = []
    for (delay_ms, held_ms, client), ms in samples.items():
        spread, classic = Spread.of(ms), Spread.of(samples[delay_ms, held_ms, "classic"])
        ratio = spread.median / classic.median
        aim = verdict(round(ratio, 2), AIMS[delay_ms]) if client.startswith("relay") else ""
        rows.append(
            (
                client,
                delay_ms,
                held_ms,
                f"{spread.median:.0f}",
                f"{spread.p95:.0f}",
                f"{ratio:.2f}",
                aim,
                spread.count,
            )
        )
    columns = (
        "client",
        "provider's delay, ms",
        "Start held, ms",
        "median, ms",
        "p95, ms",
        "of classic",
        "aim",
        "runs",
    )
    return table(columns, rows)
