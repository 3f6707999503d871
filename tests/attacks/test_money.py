"""What a page claims of its usage closes the service for nobody, and what it hides is counted."""

import asyncio
from decimal import Decimal

import pytest

from tests.attacks.admin import AUTH, SETTINGS
from tests.attacks.conftest import Started, settings_for
from tests.attacks.honest import NotPlaced, honest_call, place, reply
from tests.attacks.stranger import Event, visiting
from tests.attacks.target import Target
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp

pytestmark = pytest.mark.attacks

LIARS = 13
FORGED: Event = {
    "type": "response.done",
    "response": {
        "id": "resp_forged",
        "status": "completed",
        "output": [],
        "usage": {
            "total_tokens": 10**9,
            "input_tokens": 0,
            "output_tokens": 10**9,
            "output_token_details": {"audio_tokens": 10**9, "text_tokens": 0},
        },
    },
}


async def test_pages_that_only_say_they_are_live_spend_no_money_of_others(
    start_app: Started, provider: ScriptedProvider
) -> None:
    app = start_app(settings_for(provider) | SETTINGS)
    for _liar in range(LIARS):
        async with visiting(app.url) as page:
            await page.phase("microphone")
            await page.wait_for("ticket", "refuse")
            await page.phase("live")
            await page.batch(FORGED)
            await page.phase("ended", reason="stopped")
            await page.wait_for_ack()
    assert provider.requests_to("calls") == [], "the provider has seen a call"
    async with honest_call(app.url, provider):
        pass
    async with Target(app).http(auth=AUTH) as http:
        sessions = (await http.get("/sessions")).json()["sessions"]
    costs = [Decimal(str(session["costUsd"])) for session in sessions if session["costUsd"]]
    assert sum(costs) < Decimal("0.1"), "forged usage stands in records of calls that never were"


async def test_one_visitor_with_placed_calls_cannot_spend_the_day(
    start_app: Started, provider: ScriptedProvider
) -> None:
    """Each placed call may claim its whole limit; a visitor has a tenth of the day at most."""
    provider.refuses_sidebands = True
    app = start_app(settings_for(provider) | {"MAX_DAY_USD": "8", "MAX_CALL_USD": "2"})
    async with visiting(app.url) as first:
        cookies = first.cookies
    for _call in range(6):
        async with visiting(app.url, cookies=cookies) as page:
            try:
                await place(page, app.url, provider)
            except NotPlaced:
                break
            await page.batch(FORGED)
            await page.phase("ended", reason="stopped")
            await page.wait_for_ack()
    async with honest_call(app.url, provider):
        pass


async def cost_of_the_call(app: RunningApp) -> Decimal:
    """Wait until the only call is closed, and return what its record says it cost."""
    async with Target(app).http(auth=AUTH) as http:
        for _look in range(50):
            (session,) = (await http.get("/sessions")).json()["sessions"]
            if session["closedAt"]:
                break
            await asyncio.sleep(0.1)
    return Decimal(str(session["costUsd"]))


async def test_a_page_that_hides_what_it_spends_is_charged_full_rate_audio_where_nobody_else_hears_it(
    start_app: Started, provider: ScriptedProvider
) -> None:
    provider.refuses_sidebands = True
    app = start_app(settings_for(provider) | SETTINGS)
    async with visiting(app.url) as page:
        await place(page, app.url, provider)
        for number in range(6):
            await page.batch(*(event for event in reply(number) if event["type"] != "response.done"))
            await asyncio.sleep(1)
        await page.phase("ended", reason="stopped")
        await page.wait_for_ack()
    # Six seconds of audio, 10 tokens a second in and 20 out, at the list price of the cheapest model.
    assert await cost_of_the_call(app) >= Decimal("0.002")


async def test_what_the_provider_bills_counts_whatever_the_page_hides_or_makes_up(
    start_app: Started, provider: ScriptedProvider
) -> None:
    app = start_app(settings_for(provider) | SETTINGS)
    async with visiting(app.url) as page:
        await place(page, app.url, provider)
        call_id = await asyncio.to_thread(provider.attached.wait_for)
        usage = {"total_tokens": 1000, "output_tokens": 1000, "output_token_details": {"audio_tokens": 1000}}
        response = {"id": "resp_hidden", "status": "completed", "output": [], "usage": usage}
        provider.bill(call_id, {"type": "response.done", "response": response})
        await page.batch(FORGED)
        await asyncio.sleep(1)
        await page.phase("ended", reason="stopped")
        await page.wait_for_ack()
    # A thousand tokens of audio at $20 a million, and nothing of the billion that was made up.
    assert await cost_of_the_call(app) == Decimal("0.02")
