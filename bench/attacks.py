"""Cost of attacks for other users: `/healthz` during each attack of `tests/attacks`, and the processor."""

import asyncio
from collections.abc import Mapping

from playwright.sync_api import Browser

from bench.figures import percentile, table, verdict
from bench.starters import our_app, scripted_provider
from tests.attacks.conftest import settings_for
from tests.attacks.honest import honest_call
from tests.attacks.measure import ATTACK_S, Cost, measured
from tests.attacks.scripts import connections, engine, memory, page_events, rest
from tests.attacks.target import Attack, Target
from tests.fakes.loop_thread import LoopThread

AIM_P99_MS = 100


async def no_attack(target: Target) -> None:
    """Do nothing beside the honest call for five seconds."""
    await asyncio.sleep(5)


WITH_PROVIDER: Mapping[str, Attack] = {
    "none, for comparison": no_attack,
    "10 items of 50 KB": page_events.large_items,
    "1 MB into one item, then a hang-up": page_events.large_item_by_deltas,
    "the head of 3,000 items moved": page_events.move_the_head,
    "items of many parts": page_events.many_parts,
    "copy, download, search × 60": page_events.copy_download_search,
    "500 new items a second": page_events.new_items,
    "3,000 malformed frames": page_events.unknown_frames,
    "3 REST bodies of half a MB": rest.large_bodies,
    "1,000 addresses of one file": memory.files_by_other_names,
    "300 unknown addresses": memory.unknown_pages,
    "600 idle connections": connections.idle_connections,
}
WITH_ENGINE: Mapping[str, Attack] = {
    "engine: 400 out-of-band responses": engine.out_of_band_responses,
    "engine: answers to 45,000 letters": engine.long_response,
    "engine: 5,000 items": engine.many_items,
    "engine: 2,000 session updates": engine.session_updates,
}


def measure(browser: Browser) -> str:
    """Return the figures as Markdown. No page is opened in the browser."""
    rows = []
    loop = LoopThread("attacks")  # Playwright's own loop runs in this thread.
    for name, attack in WITH_PROVIDER.items():
        with scripted_provider() as provider, our_app(settings_for(provider)) as app:
            rows.append(_row(name, loop.run(_cost(attack, Target(app, provider)), 2 * ATTACK_S)))
    for name, attack in WITH_ENGINE.items():
        with our_app({"MAX_CALLS_PER_ADDRESS": "0"}) as app:
            rows.append(_row(name, loop.run(_cost(attack, Target(app)), 2 * ATTACK_S)))
    loop.stop()
    columns = (
        "attack",
        "/healthz p50, ms",
        "p99, ms",
        "aim",
        "largest lag, ms",
        "processor, s",
        "memory, MB",
    )
    return table(columns, rows)


async def _cost(attack: Attack, target: Target) -> Cost:
    """Measure an attack beside an honest call; one that never ends is cut off."""
    async with measured(target.app) as cost, honest_call(target.url, target.provider):
        try:
            async with asyncio.timeout(ATTACK_S):
                await attack(target)
        except TimeoutError:
            print(f"{attack.__qualname__} was cut off after {ATTACK_S:g} s", flush=True)
    return cost


def _row(name: str, cost: Cost) -> tuple[str, ...]:
    p50, p99 = percentile(cost.delays_ms, 50), percentile(cost.delays_ms, 99)
    return (
        name,
        f"{p50:.0f}",
        f"{p99:.0f}",
        verdict(round(p99), AIM_P99_MS),
        f"{cost.lag_ms:.0f}",
        f"{cost.cpu_s:.1f}",
        f"{cost.grown_mb:+.0f}",
    )
