"""The server ends within eight seconds of SIGTERM, and hangs every call up, whatever others do."""

import asyncio
import time

import pytest

from tests.attacks.conftest import Started, settings_for
from tests.attacks.honest import place
from tests.attacks.new_log import NewLog
from tests.attacks.scripts.connections import HALF_BODY, HALF_HEADERS, opened
from tests.attacks.stranger import visiting
from tests.attacks.target import Target
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp

pytestmark = pytest.mark.attacks

END_S = 8
SPARE_S = 2
"""For a machine that is busy with other things."""


async def seconds_to_end(app: RunningApp) -> float:
    began = time.monotonic()
    app.ask_to_end()
    await asyncio.to_thread(app.wait_until_ended)
    return time.monotonic() - began


def hangups(provider: ScriptedProvider) -> int:
    return len(provider.requests_to("hangup"))


async def test_slow_bodies_and_half_heads_do_not_keep_the_server_or_its_calls_from_ending(
    start_app: Started, provider: ScriptedProvider
) -> None:
    app = start_app(settings_for(provider))
    async with visiting(app.url) as page:
        await place(page, app.url, provider)
        await opened(Target(app), HALF_BODY, 5)
        await opened(Target(app), HALF_HEADERS, 5)
        took_s = await seconds_to_end(app)
    assert hangups(provider) == 1, "the call was not hung up at the provider"
    assert took_s < END_S + SPARE_S, f"it took {took_s:.1f} s"
    assert NewLog.of(app).tracebacks == []


async def test_a_provider_that_answers_no_hang_up_does_not_keep_the_server_from_ending(
    start_app: Started, provider: ScriptedProvider
) -> None:
    app = start_app(settings_for(provider))
    async with visiting(app.url) as page:
        await place(page, app.url, provider)
        for _try in range(10):
            provider.hang_next("hangup")
        took_s = await seconds_to_end(app)
    assert hangups(provider) >= 1
    assert took_s < END_S + SPARE_S, f"it took {took_s:.1f} s"
    assert NewLog.of(app).tracebacks == []


async def test_pages_that_read_nothing_do_not_keep_the_server_from_ending(
    start_app: Started, provider: ScriptedProvider
) -> None:
    app = start_app(settings_for(provider))
    _reader, writer = await asyncio.open_connection("127.0.0.1", app.port, limit=1024)
    for _request in range(200):
        writer.write(
            b"GET /static/fonts/noto-nastaliq-urdu-arabic-400-normal.woff2 HTTP/1.1\r\nHost: x\r\n\r\n"
        )
    await asyncio.sleep(1)
    took_s = await seconds_to_end(app)
    writer.close()
    assert took_s < END_S + SPARE_S, f"it took {took_s:.1f} s"


async def test_a_second_server_on_the_same_database_leaves_the_first_ones_calls_alone(
    start_app: Started, provider: ScriptedProvider
) -> None:
    first = start_app(settings_for(provider))
    database = {"DATABASE_URL": f"sqlite+aiosqlite:///{first.directory}/data/guftagu.db"}
    async with visiting(first.url) as page:
        await place(page, first.url, provider)
        await asyncio.sleep(0.5)
        second = start_app(settings_for(provider) | database)
        await asyncio.sleep(1)
        assert hangups(provider) == 0, "the second server hung the first one's call up"
        assert page.last_run("stop") is None
        await seconds_to_end(second)
        assert hangups(provider) == 0
