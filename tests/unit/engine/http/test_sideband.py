import asyncio
import json
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from engine.http.sideband import MAX_WAITING_EVENTS, SidebandSocket
from tests.fakes.engine_server import EngineServer, authorization, running_engine
from tests.fakes.webrtc_caller import calling

SESSION = {"type": "realtime"}


async def call_in(engine: EngineServer) -> str:
    async with calling() as caller:
        files: Any = {"sdp": (None, await caller.offer()), "session": (None, json.dumps(SESSION))}
        answer = await engine.http.post("/realtime/calls", files=files)
    return str(answer.headers["location"].rsplit("/", 1)[-1])


def attach(engine: EngineServer, query: str, **headers: str) -> connect:
    return connect(
        f"{engine.url.replace('http', 'ws')}/realtime{query}", additional_headers=authorization() | headers
    )


async def received(socket: ClientConnection) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(await socket.recv())
    return event


async def test_two_sidebands_hear_the_same_and_one_may_leave() -> None:
    async with running_engine() as engine:
        query = f"?call_id={await call_in(engine)}"
        async with attach(engine, query) as stays:
            async with attach(engine, query) as leaves:
                await received(leaves)
                await leaves.send(b'{"type": "input_audio_buffer.clear"}')
                assert (await received(leaves))["type"] == "input_audio_buffer.cleared"
            assert (await received(stays))["type"] == "session.created"
            assert (await received(stays))["type"] == "input_audio_buffer.cleared"
            await stays.send("not json")
            assert (await received(stays))["error"]["code"] == "invalid_json"
            assert len(engine.calls) == 1
            assert len(next(iter(engine.calls)).session.connections) == 1


async def test_the_end_of_the_call_closes_the_sideband() -> None:
    async with running_engine() as engine:
        call_id = await call_in(engine)
        async with attach(engine, f"?call_id={call_id}") as socket:
            await received(socket)
            await engine.calls.hang_up(call_id)
            with pytest.raises(ConnectionClosed) as caught:
                await socket.recv()
            assert caught.value.rcvd is not None
            assert caught.value.rcvd.code == 1000


@pytest.mark.parametrize(
    ("query", "headers", "status", "code"),
    [
        ("?call_id=rtc_nobody", {}, 404, "call_id_not_found"),
        ("", {}, 400, "missing_model"),
        ("?call_id=rtc_nobody", {"Authorization": "Bearer sk-wrong"}, 401, "invalid_api_key"),
    ],
)
async def test_who_may_not_attach_is_told_why(
    query: str, headers: dict[str, str], status: int, code: str
) -> None:
    async with running_engine() as engine:
        with pytest.raises(InvalidStatus) as caught:
            async with attach(engine, query, **headers):
                pass
    assert caught.value.response.status_code == status
    assert json.loads(caught.value.response.body or b"")["error"]["code"] == code


async def test_the_beta_header_closes_with_4000() -> None:
    async with (
        running_engine() as engine,
        attach(engine, "?call_id=x", **{"OpenAI-Beta": "realtime=v1"}) as socket,
    ):
        with pytest.raises(ConnectionClosed) as caught:
            await socket.recv()
    assert caught.value.rcvd is not None
    assert (caught.value.rcvd.code, caught.value.rcvd.reason) == (4000, "beta_api_shape_disabled")


class StuckSocket:
    """Takes one event and no more."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.closed = asyncio.Event()
        self.free = asyncio.Event()

    async def send_text(self, text: str) -> None:
        self.sent.append(text)
        await self.free.wait()

    async def close(self) -> None:
        self.closed.set()


async def test_a_reader_that_falls_far_behind_is_cut_off() -> None:
    socket: Any = StuckSocket()
    sideband = SidebandSocket(socket)
    for n in range(MAX_WAITING_EVENTS + 100):
        sideband.send(str(n))
    sending = asyncio.create_task(sideband._send_waiting())
    socket.free.set()
    await socket.closed.wait()
    await sending
    assert len(socket.sent) == MAX_WAITING_EVENTS
