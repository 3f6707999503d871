"""A whole phone call of the engine, run with the official SDK: webhook, accept, sideband, speech, hang-up."""

import base64
import wave
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import openai as sdk
import pytest
from openai import AsyncOpenAI

from tests.contract.sideband import Sideband
from tests.fakes.engine_server import EngineServer, running_engine
from tests.fakes.phone_line import PhoneLine
from tests.fakes.ring_webhook import Webhook
from tests.fakes.speech import write_microphone
from tests.fakes.webhook_receiver import WebhookReceiver, receiving
from tests.fakes.webrtc_caller import soon

SECRET = "whsec_" + base64.b64encode(b"a secret of 24 bytes ...").decode()
SESSION: Any = {"type": "realtime", "instructions": "# اوقات\nہم نو بجے کھلتے ہیں۔"}
RATE = 16_000


@pytest.fixture
async def receiver() -> AsyncIterator[WebhookReceiver]:
    async with receiving() as made:
        yield made


@pytest.fixture
async def engine(receiver: WebhookReceiver) -> AsyncIterator[EngineServer]:
    async with running_engine(webhook=Webhook(receiver.url, SECRET)) as server:
        yield server


@pytest.fixture
async def line(engine: EngineServer) -> PhoneLine:
    return await engine.ringing.ring("sip:+923001234567@trunk.example", "sip:+9221111@bank.example")


def spoken(path: Path) -> bytes:
    """Urdu and the silence behind it, as a phone line carries it."""
    with wave.open(str(write_microphone(path, "میرا کارڈ گم ہو گیا ہے", 1.0))) as file:
        rate, samples = file.getframerate(), np.frombuffer(file.readframes(file.getnframes()), np.int16)
    at = np.arange(0, samples.size, rate / RATE)
    return np.interp(at, np.arange(samples.size), samples).astype(np.int16).tobytes()


async def test_a_call_is_told_of_accepted_greeted_heard_and_hung_up(
    openai: AsyncOpenAI, receiver: WebhookReceiver, line: PhoneLine, tmp_path: Path
) -> None:
    body, headers = receiver.deliveries[0]
    incoming = openai.webhooks.unwrap(body, headers, secret=SECRET)
    assert incoming.type == "realtime.call.incoming"
    assert incoming.data.call_id == line.call_id
    packets: list[bytes] = []
    line.listen(packets.append)
    await openai.realtime.calls.accept(line.call_id, **SESSION)
    async with openai.realtime.connect(call_id=line.call_id) as connection:
        call = Sideband(line.call_id, connection)
        await call.until("session.created")
        await connection.response.create()
        await call.until("output_audio_buffer.stopped")
        assert len(packets) > 20
        line.say(spoken(tmp_path / "caller.wav"))
        await call.until("input_audio_buffer.speech_started")
        await call.until("input_audio_buffer.committed")
        await call.until("output_audio_buffer.started")
        await openai.realtime.calls.hangup(line.call_id)
        await soon(line.over)


async def test_an_unaccepted_call_has_no_session(openai: AsyncOpenAI, line: PhoneLine) -> None:
    with pytest.raises(Exception, match="HTTP 404"):
        async with openai.realtime.connect(call_id=line.call_id):
            pass


async def test_a_caller_who_hangs_up_ends_the_sideband(openai: AsyncOpenAI, line: PhoneLine) -> None:
    await openai.realtime.calls.accept(line.call_id, **SESSION)
    async with openai.realtime.connect(call_id=line.call_id) as connection:
        call = Sideband(line.call_id, connection)
        await call.until("session.created")
        line.hang_up()
        with pytest.raises(Exception, match="1000"):
            await call.until("never")


async def test_a_call_is_rejected_and_another_referred(
    openai: AsyncOpenAI, engine: EngineServer, line: PhoneLine
) -> None:
    await openai.realtime.calls.reject(line.call_id, status_code=486)
    assert (line.state, line.status_code) == ("rejected", 486)
    other = await engine.ringing.ring("sip:a@b", "sip:c@d")
    await openai.realtime.calls.accept(other.call_id, **SESSION)
    await openai.realtime.calls.refer(other.call_id, target_uri="tel:+922112345")
    assert other.referred_to == "tel:+922112345"


async def test_the_vad_fields_of_a_browser_are_refused_by_the_phone(
    openai: AsyncOpenAI, line: PhoneLine
) -> None:
    detection: Any = {"input": {"turn_detection": {"type": "server_vad", "silence_duration_ms": 400}}}
    with pytest.raises(sdk.BadRequestError) as caught:
        await openai.realtime.calls.accept(line.call_id, **SESSION, audio=detection)
    assert caught.value.param == "audio.input.turn_detection.silence_duration_ms"
