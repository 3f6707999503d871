from collections.abc import AsyncIterator
from http import HTTPStatus

import pytest

from realtime.sideband import ATTACH_DELAYS_S, MAX_EVENT_BYTES, Sideband, SidebandLost, sideband_url
from tests.fakes.sideband_provider import SidebandProvider


@pytest.fixture
async def provider() -> AsyncIterator[SidebandProvider]:
    async with SidebandProvider.running() as provider:
        yield provider


async def no_wait(_: float) -> None:
    return None


def test_the_address_follows_the_providers() -> None:
    assert (
        sideband_url("https://api.openai.com/v1", "rtc_1") == "wss://api.openai.com/v1/realtime?call_id=rtc_1"
    )
    assert (
        sideband_url("http://127.0.0.1:80/engine/v1", "rtc_1")
        == "ws://127.0.0.1:80/engine/v1/realtime?call_id=rtc_1"
    )


async def test_events_go_both_ways_with_the_servers_key(provider: SidebandProvider) -> None:
    sideband = await Sideband.attach(provider.url, "sk-test", "rtc_1", no_wait)
    connection = await provider.connections.get()
    assert provider.requests[0].headers["Authorization"] == "Bearer sk-test"
    assert provider.requests[0].path == "/v1/realtime?call_id=rtc_1"
    await sideband.send({"type": "response.create"})
    assert await provider.received.get() == {"type": "response.create"}
    await connection.send('{"type": "session.created"}')
    deep = "[" * 100_000
    await connection.send("not json")
    await connection.send(deep)
    await connection.close()
    assert [event async for event in sideband] == [{"type": "session.created"}, "not json", deep]


async def test_a_call_that_is_not_known_yet_is_tried_again(provider: SidebandProvider) -> None:
    provider.refusals = 2
    await (await Sideband.attach(provider.url, "sk", "rtc_1", no_wait)).close()
    assert len(provider.requests) == 3


async def test_attaching_is_given_up_after_all_tries(provider: SidebandProvider) -> None:
    provider.refusals = 100
    with pytest.raises(SidebandLost):
        await Sideband.attach(provider.url, "sk", "rtc_1", no_wait)
    assert len(provider.requests) == len(ATTACH_DELAYS_S)


async def test_sending_on_a_closed_connection_says_so(provider: SidebandProvider) -> None:
    sideband = await Sideband.attach(provider.url, "sk", "rtc_1", no_wait)
    await (await provider.connections.get()).close()
    await sideband._connection.wait_closed()
    with pytest.raises(SidebandLost):
        await sideband.send({"type": "response.cancel"})


async def test_a_refused_key_is_not_tried_again(provider: SidebandProvider) -> None:
    provider.refusals, provider.refuse_with = 9, HTTPStatus.UNAUTHORIZED
    with pytest.raises(SidebandLost):
        await Sideband.attach(provider.url, "sk", "rtc_1", no_wait)
    assert len(provider.requests) == 1


async def test_an_event_over_the_limit_ends_the_connection_unread(provider: SidebandProvider) -> None:
    sideband = await Sideband.attach(provider.url, "sk", "rtc_1", no_wait)
    connection = await provider.connections.get()
    assert "Sec-WebSocket-Extensions" not in provider.requests[0].headers
    await connection.send('"' + "x" * (MAX_EVENT_BYTES - 2) + '"')
    await connection.send('"' + "x" * MAX_EVENT_BYTES + '"')
    assert [len(str(event)) for event in [each async for each in sideband]] == [MAX_EVENT_BYTES - 2]
