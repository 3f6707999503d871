"""Text sent by the provider → painted: our page in turn with JavaScript that appends straight to the DOM.

Our page twice: *bridged*, where the browser forwards what its data channel says, and *controlled*, where this
server hears it over the sideband.
"""

import random
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from bench.client import Client, our_client, press_start, wait_until_live
from bench.clock import clock_offset
from bench.figures import Spread, table, verdict
from bench.starters import classic_app, our_app, provider_settings, scripted_provider
from tests.fakes.provider import ScriptedProvider
from tests.fakes.turns import reply_begins, typed

PROBE = Path(__file__).with_name("text_probe.js")
SILENCE = Path(__file__).with_name("silent_microphone.js")
SOUNDING = "bridged, sounding"
"""Our client with the browser's fake microphone, which beeps: nearly every frame draws circle and traces."""
CALM = "bridged, sounding, little motion"
"""The same for a visitor with reduced motion, which shows how much of the wait is the next frame's."""
ROUNDS = 3
DELTAS = 100
DELTA = "لفظ "
INTERVAL_S = (0.040, 0.060)
"""Seconds between deltas, about 0.05; random, since an even rate would keep its phase to the screen's."""
MESSAGES_BEFORE = (0, 5000)
FILL_BURST, FILL_INTERVAL_S = 50, 0.25
"""Seconds between deltas, faster than speech and slow enough for our page's limit on events."""
AIM_MEDIAN_MS, AIM_P95_MS = 4, 8


@dataclass
class Seen:
    """Samples of the deltas of one client at one length of the conversation."""

    dom_ms: list[float] = field(default_factory=list)
    painted_ms: list[float] = field(default_factory=list)
    lost: int = 0
    uncertainty_ms: float = 0


Results = dict[tuple[int, str], Seen]


def measure(browser: Browser) -> str:
    """Measure and return the figures as Markdown."""
    results: Results = defaultdict(Seen)
    with (
        scripted_provider() as provider,
        classic_app(provider) as classic,
        our_app(provider_settings(provider)) as bridged,
        our_app(provider_settings(provider) | {"CONTROL": "sideband"}) as controlled,
    ):
        clients = (
            classic,
            our_client("bridged", bridged.url),
            our_client("controlled", controlled.url),
            our_client(SOUNDING, bridged.url),
            replace(our_client(CALM, bridged.url), reduced_motion="reduce"),
        )
        for _round in range(ROUNDS):
            for client in clients:
                _talk(browser, provider, client, results)
    return _told(results)


def _talk(browser: Browser, provider: ScriptedProvider, client: Client, results: Results) -> None:
    """Measure one call: a reply at its beginning, and another after many messages."""
    with _call(browser, provider, client) as page:
        last = None
        for before in MESSAGES_BEFORE:
            last = _fill(provider, page, before, last)
            last = _measure_reply(
                provider, page, client, f"reply_{before}", last, results[before, client.name]
            )


@contextmanager
def _call(browser: Browser, provider: ScriptedProvider, client: Client) -> Iterator[Page]:
    probes = (PROBE,) if client.name in (SOUNDING, CALM) else (PROBE, SILENCE)
    with client.visited(browser, *probes) as page:
        press_start(page)
        wait_until_live(page)
        yield page
        provider.reset()


def _fill(provider: ScriptedProvider, page: Page, count: int, last: str | None) -> str | None:
    """Add messages up to `count`, and return the last one."""
    due = time.monotonic()
    for number in range(count):
        provider.send(typed(f"message_{number}", f"پیغام نمبر {number}", last)[0])
        last = f"message_{number}"
        if number % FILL_BURST == 0:
            due += FILL_INTERVAL_S
            time.sleep(max(0, due - time.monotonic()))
    if count:
        expect(page.locator(f"[data-item-id={last}]")).to_be_visible(timeout=60_000)
    return last


def _measure_reply(
    provider: ScriptedProvider, page: Page, client: Client, item_id: str, last: str | None, seen: Seen
) -> str:
    clock = clock_offset(page)
    page.evaluate("([s, n]) => benchText(s, n)", [_selector(client, item_id), len(DELTA)])
    sent_ms = [ms + clock.ms for ms in _speak(provider, item_id, last)]
    page.wait_for_timeout(500)  # what has not come by then is lost
    found = page.evaluate("benchTextSeen()")
    seen.dom_ms += [at - sent for at, sent in zip(found["inDom"], sent_ms, strict=False)]
    seen.painted_ms += [at - sent for at, sent in zip(found["painted"], sent_ms, strict=False)]
    seen.lost += DELTAS - found["text"].count(DELTA)
    seen.uncertainty_ms = max(seen.uncertainty_ms, clock.uncertainty_ms)
    return item_id


def _selector(client: Client, item_id: str) -> str:
    return f"[data-item-id={item_id}] {client.bubble_text}".strip()


def _speak(provider: ScriptedProvider, item_id: str, last: str | None) -> list[float]:
    """Let the agent say its deltas, and return when each was sent, in ms of `time.time()`."""
    events = reply_begins(item_id, last, [DELTA] * DELTAS)
    opening, deltas = events[:-DELTAS], events[-DELTAS:]
    provider.send(*opening)
    sent_ms, due = [], time.monotonic()
    for delta in deltas:
        due += random.uniform(*INTERVAL_S)
        time.sleep(max(0, due - time.monotonic()))
        sent_ms.append(time.time() * 1000)
        provider.send(delta)
    return sent_ms


def _told(results: Results) -> str:
    rows = []
    for (before, client), seen in results.items():
        dom, painted = Spread.of(seen.dom_ms), Spread.of(seen.painted_ms)
        figures = (f"{ms:.1f}" for ms in (dom.median, dom.p95, painted.median, painted.p95))
        rows.append((client, before, *figures, seen.lost, painted.count))
    columns = (
        "client",
        "messages before",
        "DOM median, ms",
        "DOM p95",
        "painted median",
        "painted p95",
        "lost",
        "deltas",
    )
    return f"{table(columns, rows)}\n\n{_beyond_classic(results)}\n\n{_clocks(results)}"


def _beyond_classic(results: Results) -> str:
    rows = []
    for before in MESSAGES_BEFORE:
        classic = Spread.of(results[before, "classic"].painted_ms)
        for client in ("bridged", "controlled", SOUNDING, CALM):
            ours = Spread.of(results[before, client].painted_ms)
            median, p95 = round(ours.median - classic.median, 1), round(ours.p95 - classic.p95, 1)
            aims = verdict(median, AIM_MEDIAN_MS), verdict(p95, AIM_P95_MS)
            rows.append((f"{client}, after {before} messages", median, aims[0], p95, aims[1]))
    columns = ("painted, beyond classic", "median, ms", "aim", "p95, ms", "aim")
    return table(columns, rows)


def _clocks(results: Results) -> str:
    worst = max(seen.uncertainty_ms for seen in results.values())
    return f"The clocks of browser and provider were related to within {worst:.2f} ms."
