from typing import Any

import pytest

from engine.http.api_error import EngineError
from engine.session.session_config import SessionConfig, new_session, updated_session


def session(**fields: Any) -> SessionConfig:
    return new_session({"type": "realtime", **fields})


def refused(**fields: Any) -> EngineError:
    with pytest.raises(EngineError) as caught:
        session(**fields)
    return caught.value


def test_what_is_left_out_is_shown_as_the_effective_default() -> None:
    shown = session().model_dump()
    assert shown["output_modalities"] == ["audio"]
    assert shown["tool_choice"] == "auto"
    assert shown["audio"]["output"] == {
        "format": {"type": "audio/pcm", "rate": 24000},
        "voice": "marin",
        "speed": 1.0,
    }
    assert shown["audio"]["input"]["transcription"] is None
    assert shown["audio"]["input"]["turn_detection"] == {
        "type": "server_vad",
        "threshold": 0.5,
        "prefix_padding_ms": 300,
        "silence_duration_ms": 500,
        "idle_timeout_ms": None,
        "create_response": True,
        "interrupt_response": True,
    }


def test_null_turn_detection_is_manual() -> None:
    assert session(audio={"input": {"turn_detection": None}}).turn_detection is None


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"voice": "verse"}, "session.voice"),
        ({"modalities": ["text"]}, "session.modalities"),
        ({"temperature": 0.8}, "session.temperature"),
        ({"input_audio_format": "pcm16"}, "session.input_audio_format"),
        ({"audio": {"output": {"pitch": 3}}}, "session.audio.output.pitch"),
        (
            {"audio": {"input": {"turn_detection": {"type": "server_vad", "eagerness": "low"}}}},
            "session.audio.input.turn_detection.eagerness",
        ),
    ],
)
def test_flat_beta_fields_and_other_strangers_are_unknown_parameters(
    fields: dict[str, Any], param: str
) -> None:
    error = refused(**fields)
    assert (error.code, error.param) == ("unknown_parameter", param)


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"output_modalities": ["audio", "text"]}, "session.output_modalities"),
        ({"audio": {"output": {"speed": 2.0}}}, "session.audio.output.speed"),
        ({"tools": [{"type": "mcp", "server_label": "x"}]}, "session.tools[0].type"),
        ({"tools": [{"type": "function", "name": ""}]}, "session.tools[0].name"),
        ({"prompt": {"id": "pmpt_1"}}, "session.prompt"),
    ],
)
def test_what_the_engine_cannot_do_is_refused_by_name(fields: dict[str, Any], param: str) -> None:
    assert refused(**fields).param == param


def test_a_session_needs_its_type() -> None:
    with pytest.raises(EngineError) as caught:
        new_session({"model": "x"})
    assert (caught.value.code, caught.value.param) == ("missing_required_parameter", "session.type")


def test_an_update_keeps_what_it_does_not_name() -> None:
    before = session(
        instructions="Be kind.",
        audio={"input": {"transcription": {"model": "gpt-transcribe"}}, "output": {"voice": "verse"}},
    )
    patch = {"type": "realtime", "audio": {"output": {"speed": 1.2}}}
    after = updated_session(before, patch, has_spoken=False)
    assert after.instructions == "Be kind."
    assert after.audio.output.voice == "verse"
    assert after.audio.output.speed == 1.2
    assert after.audio.input == before.audio.input


def test_an_update_clears_with_empty_values() -> None:
    before = session(instructions="Be kind.", tools=[{"type": "function", "name": "f"}])
    after = updated_session(before, {"type": "realtime", "instructions": "", "tools": []}, has_spoken=False)
    assert (after.instructions, after.tools) == ("", [])


def test_every_update_carries_the_type() -> None:
    with pytest.raises(EngineError) as caught:
        updated_session(session(), {"instructions": "x"}, has_spoken=False)
    assert caught.value.code == "missing_required_parameter"


def test_the_model_never_changes() -> None:
    with pytest.raises(EngineError) as caught:
        updated_session(session(model="a"), {"type": "realtime", "model": "b"}, has_spoken=False)
    assert caught.value.param == "session.model"


def test_the_voice_stays_once_it_was_heard() -> None:
    patch = {"type": "realtime", "audio": {"output": {"voice": "ash"}}}
    assert updated_session(session(), patch, has_spoken=False).audio.output.voice == "ash"
    with pytest.raises(EngineError) as caught:
        updated_session(session(), patch, has_spoken=True)
    assert caught.value.code == "cannot_update_voice"


@pytest.mark.parametrize("patch", [None, [], "x", {"type": "realtime", "audio": []}])
def test_an_update_of_another_shape_is_refused(patch: Any) -> None:
    with pytest.raises(EngineError):
        updated_session(session(), patch, has_spoken=False)
