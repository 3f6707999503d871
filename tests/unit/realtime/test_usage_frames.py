import json
from typing import Any

import pytest

from realtime.conversation.changes import UsageReported
from realtime.usage_frames import TranscriptionFailed, failed_transcription_in, usage_in

USAGE = {"type": "tokens", "output_tokens": 5}
DONE = {"type": "response.done", "response": {"id": "r1", "status": "completed", "usage": USAGE}}
TRANSCRIBED = {
    "type": "conversation.item.input_audio_transcription.completed",
    "item_id": "u1",
    "transcript": "Salam",
    "usage": {"type": "duration", "seconds": 2},
}


@pytest.mark.parametrize("as_bytes", [False, True])
def test_the_usage_of_responses_and_transcriptions_is_found(as_bytes: bool) -> None:
    def frame(event: dict[str, Any]) -> str | bytes:
        return json.dumps(event).encode() if as_bytes else json.dumps(event)

    assert usage_in(frame(DONE)) == UsageReported("response", USAGE, "r1")
    heard = {"type": "duration", "seconds": 2}
    assert usage_in(frame(TRANSCRIBED)) == UsageReported("transcription", heard, "u1")


def failed(item_id: object = "u1", code: str = "server_error") -> dict[str, Any]:
    kind = "conversation.item.input_audio_transcription.failed"
    return {"type": kind, "item_id": item_id, "error": {"code": code, "message": "?"}}


def test_a_failed_transcription_is_found() -> None:
    frame = json.dumps(failed())
    assert failed_transcription_in(frame) == TranscriptionFailed("u1", "server_error")
    assert failed_transcription_in(frame.encode()) == TranscriptionFailed("u1", "server_error")
    assert usage_in(frame) is None


@pytest.mark.parametrize("frame", ["", "[]", json.dumps(TRANSCRIBED), json.dumps(failed(7)), b"\xff"])
def test_other_frames_tell_of_no_failed_transcription(frame: str | bytes) -> None:
    assert failed_transcription_in(frame) is None


def test_a_frame_of_another_type_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: str) -> None:
        raise AssertionError("parsed")

    monkeypatch.setattr("realtime.usage_frames.json.loads", fail)
    spoken = {"type": "response.output_audio_transcript.delta", "delta": 'I said "response.done" to them'}
    assert usage_in(json.dumps(spoken)) is None
    with pytest.raises(AssertionError, match="parsed"):
        usage_in(json.dumps(DONE))


@pytest.mark.parametrize(
    "frame",
    [
        '"response.done"',
        '["response.done"]',
        '{"type": "response.done"',
        '{"type": "response.done"}',
        '{"type": "response.done", "response": {"id": "r1"}}',
        '{"type": "response.done", "response": {"usage": {"output_tokens": 5}}}',
        '{"type": "error", "code": "response.done"}',
        b"\xff\xfe",
    ],
)
def test_what_reports_no_usage_is_nothing(frame: str | bytes) -> None:
    assert usage_in(frame) is None
