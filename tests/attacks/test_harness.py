"""The harness itself: an honest call without any attack, and a stranger that reaches the bridge."""

import asyncio

import pytest

from tests.attacks.honest import honest_call
from tests.attacks.measure import measured
from tests.attacks.stranger import visiting
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp

pytestmark = pytest.mark.attacks


async def test_a_stranger_reaches_the_bridge_of_a_page(app: RunningApp) -> None:
    async with visiting(app.url) as page:
        await page.phase("failed", reason="microphone_denied")
        await page.wait_for_ack()
        assert page.acknowledged == 1


async def test_an_honest_call_alone_costs_little_and_is_acknowledged(
    app: RunningApp, provider: ScriptedProvider
) -> None:
    async with measured(app) as cost, honest_call(app.url, provider):
        await asyncio.sleep(3)
    cost.check(cpu_s=1.5)
