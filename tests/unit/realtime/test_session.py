import pytest

from realtime.session import (
    SessionSpec,
    build_session,
    build_transcription_session,
    transcription_for,
)

SPEC = SessionSpec(model="gpt-realtime-2.1-mini", voice="verse", instructions="Be kind.")


def test_optional_fields_are_left_out_until_they_are_set() -> None:
    assert build_session(SPEC) == {
        "type": "realtime",
        "model": "gpt-realtime-2.1-mini",
        "output_modalities": ["audio"],
        "instructions": "Be kind.",
        "audio": {"input": {"turn_detection": None}, "output": {"voice": "verse"}},
    }


def test_everything_that_is_set_stands_where_the_api_has_it() -> None:
    tool = {"type": "function", "name": "x", "parameters": {}}
    session = build_session(
        SessionSpec(
            model="m",
            voice="marin",
            instructions="i",
            transcription={"model": "gpt-transcribe"},
            turn_detection={"type": "server_vad"},
            noise_reduction={"type": "near_field"},
            speed=1.2,
            tools=[tool],
            prompt_id="pmpt_1",
            extra={"reasoning": {"effort": "low"}},
        )
    )
    assert session["audio"] == {
        "input": {
            "turn_detection": {"type": "server_vad"},
            "transcription": {"model": "gpt-transcribe"},
            "noise_reduction": {"type": "near_field"},
        },
        "output": {"voice": "marin", "speed": 1.2},
    }
    assert session["tools"] == [tool]
    assert session["prompt"] == {"id": "pmpt_1"}
    assert session["reasoning"] == {"effort": "low"}


@pytest.mark.parametrize(
    ("model", "hints"),
    [
        ("gpt-transcribe", {"languages": ["ur"], "keywords": ["IBAN", "PIN"]}),
        ("gpt-live-transcribe", {"languages": ["ur"], "keywords": ["IBAN", "PIN"]}),
        ("gpt-4o-mini-transcribe", {"language": "ur", "prompt": "IBAN, PIN"}),
        ("gpt-realtime-whisper", {"language": "ur"}),
    ],
)
def test_each_transcription_model_gets_only_the_hints_it_takes(model: str, hints: dict[str, object]) -> None:
    assert transcription_for(model, ["ur"], ["IBAN", "PIN"]) == {"model": model, **hints}


def test_a_transcription_session_says_only_how_to_listen() -> None:
    detection = {"type": "server_vad", "create_response": True, "interrupt_response": True, "threshold": 0.5}
    spec = SessionSpec("gpt-transcribe", "verse", "Be kind.", {"model": "gpt-transcribe"}, detection)
    assert build_transcription_session(spec) == {
        "type": "transcription",
        "audio": {
            "input": {
                "turn_detection": {"type": "server_vad", "threshold": 0.5},
                "transcription": {"model": "gpt-transcribe"},
            }
        },
    }


def test_manual_turns_of_a_transcription_session_are_said_to_be_manual() -> None:
    session = build_transcription_session(SessionSpec("gpt-live-transcribe", "", ""))
    assert session["audio"]["input"] == {"turn_detection": None}
