"""A whole spoken call over WebRTC; what the engine emits is checked against the SDK's types."""

import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.contract.sideband import checked
from tests.fakes.engine_server import EngineServer
from tests.fakes.speech import write_microphone
from tests.fakes.webrtc_caller import RATE, Caller, calling, soon

SESSION: dict[str, Any] = {
    "type": "realtime",
    "instructions": "# اوقات\nہم نو بجے کھلتے ہیں۔",
    "audio": {
        "input": {
            "transcription": {"model": "gpt-transcribe", "languages": ["ur"]},
            "turn_detection": {"type": "server_vad", "silence_duration_ms": 300},
        }
    },
}
FAILED = "conversation.item.input_audio_transcription.failed"


@pytest.fixture(scope="session")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """About two seconds of Urdu, mono PCM16 at 48 kHz."""
    path: Path = write_microphone(
        tmp_path_factory.mktemp("speech") / "urdu.wav", "میرا کارڈ گم ہو گیا ہے، اب میں کیا کروں؟"
    )
    with wave.open(str(path)) as file:
        rate, samples = file.getframerate(), np.frombuffer(file.readframes(file.getnframes()), np.int16)
    at = np.arange(0, samples.size, rate / RATE)
    return np.interp(at, np.arange(samples.size), samples).astype(np.int16)


async def connected(engine: EngineServer, caller: Caller) -> str:
    """Make the call with an ephemeral key, as a browser does; its id."""
    secret = (await engine.http.post("/realtime/client_secrets", json={"session": SESSION})).json()["value"]
    answer = await engine.http.post(
        "/realtime/calls",
        content=await caller.offer(),
        headers={"Authorization": f"Bearer {secret}", "Content-Type": "application/sdp"},
    )
    assert answer.status_code == 201, answer.text
    await caller.accept(answer.text)
    return str(answer.headers["location"].rsplit("/", 1)[-1])


async def test_speech_is_heard_and_answered_aloud_and_a_barge_in_is_silence(
    engine: EngineServer, speech: Any
) -> None:
    async with calling() as caller:
        await connected(engine, caller)
        caller.microphone.say(speech)
        await caller.event("output_audio_buffer.started")
        await caller.heard(after=caller.microphone.quiet_at)
        assert (await caller.event(FAILED))["error"]["code"] == "no_recognizer"
        started = await caller.event("input_audio_buffer.speech_started")
        stopped = await caller.event("input_audio_buffer.speech_stopped")
        length_ms = stopped["audio_end_ms"] - started["audio_start_ms"] - 300 - 300
        assert abs(length_ms - 1000 * speech.size / RATE) < 400
        await caller.event("response.done")
        caller.microphone.say(speech)
        cut = await caller.event("conversation.item.truncated")
        assert 0 < cut["audio_end_ms"] < 8000
        assert "output_audio_buffer.stopped" not in caller.types()
        await caller.event("output_audio_buffer.stopped", within_s=15)
        for event in caller.events:
            checked(event)


async def test_typed_words_over_the_data_channel_are_answered_aloud(engine: EngineServer) -> None:
    async with calling() as caller:
        await connected(engine, caller)
        content = [{"type": "input_text", "text": "اوقات کیا ہیں؟"}]
        caller.send("conversation.item.create", item={"type": "message", "role": "user", "content": content})
        caller.send("response.create")
        done = await caller.event("response.output_audio_transcript.done")
        assert done["transcript"] == "ہم نو بجے کھلتے ہیں۔"
        await caller.heard()


async def test_a_hang_up_closes_the_callers_channel(engine: EngineServer) -> None:
    async with calling() as caller:
        call_id = await connected(engine, caller)
        assert (await engine.http.post(f"/realtime/calls/{call_id}/hangup")).status_code == 200
        await soon(caller.closed)


async def test_two_callers_at_once_never_see_each_other(engine: EngineServer) -> None:
    async with calling() as one, calling() as other:
        await connected(engine, one)
        await connected(engine, other)
        one.send("response.create")
        await one.event("response.done")
        await other.event("session.created")
        assert other.types() == ["session.created"]
