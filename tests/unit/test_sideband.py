import asyncio
import json
from collections.abc import AsyncIterator
from http import HTTPStatus

import pytest
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response

from realtime.sideband import ATTACH_DELAYS_S, Sideband, SidebandLost, sideband_url


class SidebandServer:
    """A provider's WebSocket that refuses as often as a test says."""

    def __init__(self) -> None:
        self.refusals = 0
        self.requests: list[Request] = []
        self.received: asyncio.Queue[dict[str, object]] = asyncio.Queue()
        self.connections: asyncio.Queue[ServerConnection] = asyncio.Queue()
        self.server: Server

    def check(self, _: ServerConnection, request: Request) -> Response | None:
        self.requests.append(request)
        if self.refusals > 0:
            self.refusals -= 1
            return Response(HTTPStatus.NOT_FOUND, "Not Found", request.headers)
        return None

    async def serve(self, connection: ServerConnection) -> None:
        self.connections.put_nowait(connection)
        async for frame in connection:
            self.received.put_nowait(json.loads(frame))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{next(iter(self.server.sockets)).getsockname()[1]}/v1"


@pytest.fixture
async def provider() -> AsyncIterator[SidebandServer]:
    provider = SidebandServer()
    async with serve(provider.serve, "127.0.0.1", 0, process_request=provider.check) as server:
        provider.server = server
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


async def test_events_go_both_ways_with_the_servers_key(provider: SidebandServer) -> None:
    sideband = await Sideband.attach(provider.url, "sk-test", "rtc_1", no_wait)
    connection = await provider.connections.get()
    assert provider.requests[0].headers["Authorization"] == "Bearer sk-test"
    assert provider.requests[0].path == "/v1/realtime?call_id=rtc_1"
    await sideband.send({"type": "response.create"})
    assert await provider.received.get() == {"type": "response.create"}
    await connection.send('{"type": "session.created"}')
    await connection.send("not json")
    await connection.close()
    assert [event async for event in sideband] == [{"type": "session.created"}, "not json"]


async def test_a_call_that_is_not_known_yet_is_tried_again(provider: SidebandServer) -> None:
    provider.refusals = 2
    await (await Sideband.attach(provider.url, "sk", "rtc_1", no_wait)).close()
    assert len(provider.requests) == 3


async def test_attaching_is_given_up_after_all_tries(provider: SidebandServer) -> None:
    provider.refusals = 100
    with pytest.raises(SidebandLost):
        await Sideband.attach(provider.url, "sk", "rtc_1", no_wait)
    assert len(provider.requests) == len(ATTACH_DELAYS_S)


async def test_sending_on_a_closed_connection_says_so(provider: SidebandServer) -> None:
    sideband = await Sideband.attach(provider.url, "sk", "rtc_1", no_wait)
    await (await provider.connections.get()).close()
    await sideband._connection.wait_closed()
    with pytest.raises(SidebandLost):
        await sideband.send({"type": "response.cancel"})
