"""What the whole app refuses: frames that are too large, methods that a route does not take."""

import json
from collections.abc import Iterator

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.fakes.running_app import RunningApp

PAGE = "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
ENGINE = "/engine/v1/realtime?model=demo"


@pytest.fixture(scope="module")
def app() -> Iterator[RunningApp]:
    app = RunningApp({"ENGINE_API_KEY": "an-engine-key-of-16"}).start()
    yield app
    app.clean_up()


async def test_a_page_that_sends_a_frame_of_more_than_it_ever_would_is_cut_off(app: RunningApp) -> None:
    async with connect(app.url.replace("http", "ws") + PAGE) as socket:
        assert (await socket.recv())[0] == "0"
        await socket.send("4" + "x" * 200_000)
        with pytest.raises(ConnectionClosed):
            await socket.recv()


async def test_no_socket_holds_more_than_a_megabyte_of_one_frame(app: RunningApp) -> None:
    headers = {"Authorization": "Bearer an-engine-key-of-16"}
    async with connect(app.url.replace("http", "ws") + ENGINE, additional_headers=headers) as socket:
        assert json.loads(await socket.recv())["type"] == "session.created"
        await socket.send("x" * 1_100_000)
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                await socket.recv()
        assert closed.value.rcvd and closed.value.rcvd.code == 1009


@pytest.mark.parametrize("path", ["/calls/offer", "/calls/end"])
def test_a_method_that_a_route_does_not_take_is_refused_in_the_one_shape(app: RunningApp, path: str) -> None:
    answer = httpx.get(f"{app.url}{path}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")
