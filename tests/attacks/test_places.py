"""A place is taken by a call that was placed, not by a page that says it will be."""

from contextlib import AsyncExitStack

import pytest

from tests.attacks.conftest import Started, settings_for
from tests.attacks.honest import NotPlaced, honest_call, place
from tests.attacks.stranger import visiting
from tests.fakes.provider import ScriptedProvider

pytestmark = pytest.mark.attacks


async def test_pages_that_only_ask_for_the_microphone_take_no_place(
    start_app: Started, provider: ScriptedProvider
) -> None:
    app = start_app(settings_for(provider) | {"MAX_CALLS": "10"})
    async with AsyncExitStack() as stack:
        for _page in range(12):
            page = await stack.enter_async_context(visiting(app.url))
            await page.phase("microphone")
            await page.wait_for("ticket", "refuse")
        async with honest_call(app.url, provider):
            pass


async def test_one_visitor_holds_two_calls_at_most(start_app: Started, provider: ScriptedProvider) -> None:
    app = start_app(settings_for(provider) | {"MAX_CALLS": "10"})
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(visiting(app.url))
        await place(first, app.url, provider)
        second = await stack.enter_async_context(visiting(app.url, cookies=first.cookies))
        await place(second, app.url, provider)
        third = await stack.enter_async_context(visiting(app.url, cookies=first.cookies))
        placed = len(provider.requests_to("calls"))
        with pytest.raises(NotPlaced):
            await place(third, app.url, provider)
        assert len(provider.requests_to("calls")) == placed, "a third call was placed at the provider"


async def test_one_address_holds_half_of_the_places_and_other_addresses_the_rest(
    start_app: Started, provider: ScriptedProvider
) -> None:
    """The addresses are public ones, told by a trusted proxy: they are only counted when they differ."""
    env = settings_for(provider) | {"MAX_CALLS": "8", "FORWARDED_ALLOW_IPS": "127.0.0.1"}
    del env["MAX_CALLS_PER_ADDRESS"]
    app = start_app(env)
    async with AsyncExitStack() as stack:
        refused = 0
        for _page in range(6):
            headers = {"X-Forwarded-For": "93.184.216.34"}
            page = await stack.enter_async_context(visiting(app.url, headers=headers))
            try:
                await place(page, app.url, provider, headers=headers)
            except NotPlaced:
                refused += 1
        assert refused == 2, f"{6 - refused} of 8 places are held by one address"
        headers = {"X-Forwarded-For": "93.184.216.99"}
        other = await stack.enter_async_context(visiting(app.url, headers=headers))
        await place(other, app.url, provider, headers=headers)
