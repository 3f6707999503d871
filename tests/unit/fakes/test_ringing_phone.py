import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.fakes.engine_server import EngineServer, running_engine
from tests.fakes.phone_line import PhoneLine
from tests.fakes.ring_webhook import Webhook
from tests.fakes.webhook_receiver import WebhookReceiver, receiving
from tests.fakes.webrtc_caller import calling, soon

SECRET = "whsec_" + base64.b64encode(b"a secret of 24 bytes ...").decode()
FROM, TO = "sip:+923001234567@trunk.example", "sip:+9221111@bank.example"
SESSION: dict[str, Any] = {"type": "realtime", "instructions": "Be kind."}


@dataclass(frozen=True, slots=True)
class Exchange:
    """An engine, and the server it tells of calls."""

    engine: EngineServer
    receiver: WebhookReceiver

    async def ring(self) -> PhoneLine:
        return await self.engine.ringing.ring(FROM, TO)

    async def post(self, line: PhoneLine | str, what: str, body: Any = None) -> httpx.Response:
        call_id = line if isinstance(line, str) else line.call_id
        return await self.engine.http.post(f"/realtime/calls/{call_id}/{what}", json=body)


@pytest.fixture
async def exchange() -> AsyncIterator[Exchange]:
    async with receiving() as receiver, running_engine(webhook=Webhook(receiver.url, SECRET)) as engine:
        yield Exchange(engine, receiver)


def with_detection(**fields: Any) -> dict[str, Any]:
    return SESSION | {"audio": {"input": {"turn_detection": {"type": "server_vad", **fields}}}}


async def test_a_phone_that_rings_is_told_of_and_is_no_call_yet(exchange: Exchange) -> None:
    line = await exchange.ring()
    assert json.loads(exchange.receiver.deliveries[0][0])["data"]["call_id"] == line.call_id
    assert line.state == "ringing"
    assert len(exchange.engine.calls) == 0
    assert (await exchange.post(line, "hangup")).status_code == 404


async def test_an_accepted_call_has_the_session_that_was_asked_for(exchange: Exchange) -> None:
    line = await exchange.ring()
    assert (await exchange.post(line, "accept", SESSION)).status_code == 200
    assert exchange.engine.calls.get(line.call_id).session.agent.instructions == "Be kind."
    assert line.state == "accepted"


@pytest.mark.parametrize("field", ["threshold", "prefix_padding_ms", "silence_duration_ms"])
async def test_what_sip_refuses_of_turn_detection_is_refused(exchange: Exchange, field: str) -> None:
    line = await exchange.ring()
    answer = await exchange.post(line, "accept", with_detection(**{field: 0}))
    error = answer.json()["error"]
    assert (answer.status_code, error["param"]) == (400, f"audio.input.turn_detection.{field}")
    assert line.state == "ringing"
    fit = with_detection(create_response=False, idle_timeout_ms=6000)
    assert (await exchange.post(line, "accept", fit)).status_code == 200


@pytest.mark.parametrize(
    ("session", "param"),
    [
        ({}, "type"),
        (SESSION | {"voice": "ash"}, "voice"),
        ([], None),
        ({"type": "realtime", "audio": 1}, "audio"),
    ],
)
async def test_a_bad_session_leaves_the_phone_ringing(
    exchange: Exchange, session: Any, param: str | None
) -> None:
    line = await exchange.ring()
    answer = await exchange.post(line, "accept", session)
    assert answer.status_code == 400
    assert (answer.json()["error"]["param"] or None) == param
    assert line.state == "ringing"


async def test_a_call_is_accepted_once(exchange: Exchange) -> None:
    line = await exchange.ring()
    await exchange.post(line, "accept", SESSION)
    for what in ("accept", "reject"):
        answer = await exchange.post(line, what, SESSION if what == "accept" else {})
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "call_id_not_found")


async def test_a_rejected_caller_gets_the_status(exchange: Exchange) -> None:
    busy, declined = await exchange.ring(), await exchange.ring()
    assert (await exchange.post(busy, "reject", {"status_code": 486})).status_code == 200
    assert (await exchange.post(declined, "reject")).status_code == 200
    assert [(line.state, line.status_code) for line in (busy, declined)] == [
        ("rejected", 486),
        ("rejected", 603),
    ]
    assert (await exchange.post(busy, "accept", SESSION)).status_code == 404


@pytest.mark.parametrize("status", [200, 399, 700, "486"])
async def test_a_rejection_has_the_status_of_a_failure(exchange: Exchange, status: Any) -> None:
    line = await exchange.ring()
    assert (await exchange.post(line, "reject", {"status_code": status})).status_code == 400
    assert line.state == "ringing"


async def test_a_referred_caller_is_sent_on_and_stays_until_somebody_hangs_up(exchange: Exchange) -> None:
    line = await exchange.ring()
    assert (await exchange.post(line, "refer", {"target_uri": "tel:+922112345"})).status_code == 404
    await exchange.post(line, "accept", SESSION)
    assert (await exchange.post(line, "refer", {"target_uri": "tel:+922112345"})).status_code == 200
    assert line.referred_to == "tel:+922112345"
    assert len(exchange.engine.calls) == 1
    assert (await exchange.post(line, "refer", {"target_uri": "https://x"})).status_code == 400


async def test_a_web_call_cannot_be_referred(exchange: Exchange) -> None:
    async with calling(channel=False) as caller:
        answer = await exchange.engine.http.post(
            "/realtime/calls", content=await caller.offer(), headers={"Content-Type": "application/sdp"}
        )
        call_id = answer.headers["location"].rsplit("/", 1)[-1]
        assert (await exchange.post(call_id, "refer", {"target_uri": "tel:+1"})).status_code == 404


async def test_either_side_hangs_up(exchange: Exchange) -> None:
    ours, theirs = await exchange.ring(), await exchange.ring()
    for line in (ours, theirs):
        await exchange.post(line, "accept", SESSION)
    assert (await exchange.post(ours, "hangup")).status_code == 200
    theirs.hang_up()
    for line in (ours, theirs):
        await soon(line.over)
    assert len(exchange.engine.calls) == 0


async def test_a_call_nobody_takes_notice_of_does_not_ring_on(exchange: Exchange) -> None:
    exchange.receiver.status = 503
    with pytest.raises(httpx.HTTPStatusError):
        await exchange.ring()
    call_id = json.loads(exchange.receiver.deliveries[0][0])["data"]["call_id"]
    assert (await exchange.post(call_id, "accept", SESSION)).status_code == 404


@pytest.mark.parametrize("what", ["accept", "reject", "refer"])
async def test_only_the_server_key_answers_the_phone(exchange: Exchange, what: str) -> None:
    line = await exchange.ring()
    answer = await exchange.engine.http.post(
        f"/realtime/calls/{line.call_id}/{what}", json={}, headers={"Authorization": "Bearer ek_x"}
    )
    assert answer.status_code == 401
    assert line.state == "ringing"
