"""The scripted provider itself, driven by an aiortc client in the test's own loop."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest
from aiortc import (
    AudioStreamTrack,
    RTCConfiguration,
    RTCDataChannel,
    RTCPeerConnection,
    RTCSessionDescription,
)
from websockets.asyncio.client import connect

from tests.fakes.provider import ScriptedProvider
from tests.fakes.turns import spoken_turn

SESSION = {"type": "realtime", "model": "gpt-realtime-2.1-mini"}


@pytest.fixture
def provider() -> Iterator[ScriptedProvider]:
    provider = ScriptedProvider().start()
    yield provider
    provider.stop()


class Client:
    """A caller without a browser."""

    def __init__(self, provider: ScriptedProvider) -> None:
        self.http = httpx.AsyncClient(base_url=provider.url, verify=False)
        self.peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.channel: RTCDataChannel = self.peer.createDataChannel("oai-events")
        self.events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.channel.on("message", lambda text: self.events.put_nowait(json.loads(text)))

    async def offer(self) -> str:
        self.peer.addTrack(AudioStreamTrack())
        await self.peer.setLocalDescription(await self.peer.createOffer())
        return str(self.peer.localDescription.sdp)

    async def accept(self, answer: str) -> None:
        await self.peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def relay(self, key: str) -> httpx.Response:
        session = (None, json.dumps(SESSION), "application/json")
        parts = {"sdp": (None, await self.offer(), "application/sdp"), "session": session}
        headers = {"Authorization": f"Bearer {key}"}
        return await self.http.post("/realtime/calls", files=parts, headers=headers)

    async def close(self) -> None:
        await self.peer.close()
        await self.http.aclose()


@pytest.fixture
async def client(provider: ScriptedProvider) -> AsyncIterator[Client]:
    client = Client(provider)
    yield client
    await client.close()


async def in_thread(blocking: Callable[..., Any], *args: object) -> Any:
    return await asyncio.wait_for(asyncio.to_thread(blocking, *args), 20)


async def test_a_relayed_offer_becomes_a_call_with_the_session_it_was_sent(
    provider: ScriptedProvider, client: Client
) -> None:
    answer = await client.relay(provider.key)
    assert answer.status_code == 201
    await client.accept(answer.text)
    created = await asyncio.wait_for(client.events.get(), 10)
    assert created["type"] == "session.created"
    assert created["session"]["model"] == SESSION["model"]
    assert provider.requests_to("calls")[0].session == SESSION
    assert answer.headers["location"] == f"/v1/realtime/calls/{provider.call.id}"


async def test_events_go_both_ways_and_a_hangup_ends_the_call(
    provider: ScriptedProvider, client: Client
) -> None:
    await client.accept((await client.relay(provider.key)).text)
    await client.events.get()
    turn = spoken_turn(1, "سلام", "وعلیکم السلام")
    await in_thread(provider.send, *turn)
    assert [await client.events.get() for _ in turn] == turn
    client.channel.send(json.dumps({"type": "response.create"}))
    assert await in_thread(provider.call.wait_for, "response.create")

    hang_up = f"/realtime/calls/{provider.call.id}/hangup"
    headers = {"Authorization": f"Bearer {provider.key}"}
    assert (await client.http.post(hang_up, headers=headers)).status_code == 200
    assert provider.call.id in provider.hangups
    assert (await client.http.post(hang_up, headers=headers)).status_code == 404


async def test_an_ephemeral_key_opens_a_call_from_another_origin(
    provider: ScriptedProvider, client: Client
) -> None:
    minted = await client.http.post(
        "/realtime/client_secrets",
        json={"expires_after": {"anchor": "created_at", "seconds": 60}, "session": SESSION},
        headers={"Authorization": f"Bearer {provider.key}"},
    )
    preflight = await client.http.options("/realtime/calls", headers={"Origin": "http://localhost"})
    assert preflight.headers["access-control-allow-headers"] == "authorization, content-type"
    answer = await client.http.post(
        "/realtime/calls",
        content=await client.offer(),
        headers={"Authorization": f"Bearer {minted.json()['value']}", "Content-Type": "application/sdp"},
    )
    assert answer.status_code == 201
    assert answer.headers["access-control-expose-headers"] == "Location"
    assert provider.call.key == minted.json()["value"]


async def test_a_wrong_key_is_refused(provider: ScriptedProvider, client: Client) -> None:
    assert (await client.relay("sk-wrong")).status_code == 401


async def test_scripted_answers_come_once_and_in_order(provider: ScriptedProvider, client: Client) -> None:
    provider.answer_next("client_secrets", status=429, headers={"Retry-After": "7"}, body={"error": {}})
    provider.answer_next("client_secrets", body="not json")
    headers = {"Authorization": f"Bearer {provider.key}"}
    answers = [await client.http.post("/realtime/client_secrets", json={}, headers=headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 200, 200]
    assert answers[0].headers["retry-after"] == "7"
    assert answers[1].text == "not json"
    assert answers[2].json()["value"].startswith("ek_")


async def test_a_hanging_route_never_answers(provider: ScriptedProvider, client: Client) -> None:
    provider.hang_next("client_secrets")
    with pytest.raises(httpx.ReadTimeout):
        await client.http.post("/realtime/client_secrets", json={}, timeout=0.2)


async def test_a_withheld_channel_never_opens(provider: ScriptedProvider, client: Client) -> None:
    provider.media = "no_channel"
    await client.accept((await client.relay(provider.key)).text)
    await in_thread(provider.call.states.wait_for, lambda state: state == "connected")
    assert client.channel.readyState == "connecting"


async def test_a_sideband_sees_what_the_channel_sees(provider: ScriptedProvider, client: Client) -> None:
    await client.accept((await client.relay(provider.key)).text)
    url = provider.url.replace("http", "ws") + f"/realtime?call_id={provider.call.id}"
    async with connect(url) as sideband:
        await sideband.send('{"type": "response.cancel"}')
        await in_thread(provider.sideband_events.wait_for)
        await in_thread(provider.send, {"type": "error", "error": {}})
        assert json.loads(await sideband.recv())["type"] == "error"
