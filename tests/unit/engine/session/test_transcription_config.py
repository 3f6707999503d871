from typing import Any

import pytest

from engine.http.api_error import EngineError
from engine.session.session_config import SessionConfig
from engine.session.transcription_config import (
    TranscriptionConfig,
    new_session_of_any_type,
    updated_session_of_any_type,
)

SERVER_VAD: Any = {"type": "server_vad"}


def listening(model: str | None = None, **audio_input: Any) -> dict[str, Any]:
    transcription = {"transcription": {"model": model}} if model else {}
    return {"type": "transcription", "audio": {"input": transcription | audio_input}}


def turn_detection(session: Any) -> Any:
    return session.turn_detection and session.turn_detection.type


def test_the_type_decides_what_kind_of_session_it_is() -> None:
    assert isinstance(new_session_of_any_type({"type": "realtime"}), SessionConfig)
    assert isinstance(new_session_of_any_type({"type": "transcription"}), TranscriptionConfig)
    with pytest.raises(EngineError):
        new_session_of_any_type({"type": "translation"})


@pytest.mark.parametrize("model", [None, "gpt-transcribe", "whisper-1"])
def test_turns_are_heard_unless_they_are_turned_off(model: str | None) -> None:
    assert turn_detection(new_session_of_any_type(listening(model))) == "server_vad"
    assert turn_detection(new_session_of_any_type(listening(model, turn_detection=None))) is None


@pytest.mark.parametrize("model", ["gpt-live-transcribe", "gpt-realtime-whisper"])
def test_a_live_model_takes_no_turn_detection(model: str) -> None:
    assert turn_detection(new_session_of_any_type(listening(model))) is None
    with pytest.raises(EngineError) as caught:
        new_session_of_any_type(listening(model, turn_detection=SERVER_VAD))
    assert caught.value.param == "session.audio.input.turn_detection"


def test_an_update_to_a_live_model_turns_turns_off() -> None:
    session = new_session_of_any_type({"type": "transcription"})
    updated = updated_session_of_any_type(session, listening("gpt-live-transcribe"), has_spoken=False)
    assert turn_detection(updated) is None


def test_an_update_keeps_what_it_leaves_out() -> None:
    session = new_session_of_any_type(listening("gpt-transcribe", turn_detection=None))
    patch = {"type": "transcription", "audio": {"input": {"noise_reduction": {"type": "near_field"}}}}
    updated = updated_session_of_any_type(session, patch, has_spoken=False)
    assert isinstance(updated, TranscriptionConfig)
    assert (updated.transcription.model, turn_detection(updated)) == ("gpt-transcribe", None)


@pytest.mark.parametrize("field", ["instructions", "tools", "output_modalities", "model"])
def test_what_only_an_agent_has_is_unknown(field: str) -> None:
    with pytest.raises(EngineError) as caught:
        new_session_of_any_type({"type": "transcription", field: "x"})
    assert (caught.value.code, caught.value.param) == ("unknown_parameter", f"session.{field}")


@pytest.mark.parametrize("patch", [{}, 7, {"type": "realtime"}, {"type": "transcription", "audio": 7}])
def test_an_update_that_is_none_is_an_api_error(patch: Any) -> None:
    session = new_session_of_any_type({"type": "transcription"})
    with pytest.raises(EngineError):
        updated_session_of_any_type(session, patch, has_spoken=False)
