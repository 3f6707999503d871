from typing import Any

import pytest

from realtime.refused_fields import OPTIONAL, RefusedFields


def session(model: str = "m") -> dict[str, Any]:
    return {
        "type": "realtime",
        "model": model,
        "instructions": "Be kind.",
        "tools": [{"name": "x"}],
        "truncation": "auto",
        "reasoning": {"effort": "low"},
        "audio": {
            "input": {
                "noise_reduction": {"type": "near_field"},
                "turn_detection": {"type": "server_vad", "threshold": 0.5, "create_response": True},
                "transcription": {"model": "gpt-transcribe", "keywords": ["IBAN"]},
            },
            "output": {"voice": "verse", "speed": 1.2},
        },
    }


@pytest.mark.parametrize(
    ("named", "gone"),
    [
        ("truncation", "truncation"),
        ("truncation.token_limits", "truncation"),
        ("reasoning.effort", "reasoning"),
        ("audio.input.noise_reduction.type", "audio.input.noise_reduction"),
        ("audio.input.turn_detection.threshold", "audio.input.turn_detection.threshold"),
        ("audio.input.transcription.keywords", "audio.input.transcription.keywords"),
        ("audio.output.speed", "audio.output.speed"),
    ],
)
def test_an_optional_field_that_is_named_is_left_out_from_then_on_and_nothing_else(
    named: str, gone: str, caplog: pytest.LogCaptureFixture
) -> None:
    fields = RefusedFields()
    assert fields.learn(session(), ("unheard_of", named))
    expected = session()
    inner = expected
    *path, last = gone.split(".")
    for name in path:
        inner = inner[name]
    del inner[last]
    assert fields.without(session()) == expected
    assert [record.message for record in caplog.records] == [
        f"the provider refuses {gone} for m; it is left out"
    ]


@pytest.mark.parametrize(
    "named",
    [
        "instructions",
        "tools",
        "model",
        "type",
        "audio",
        "audio.input",
        "audio.input.turn_detection",
        "audio.input.turn_detection.type",
        "audio.input.turn_detection.create_response",
        "audio.input.transcription",
        "audio.output.voice",
    ],
)
def test_what_decides_about_the_agent_is_never_left_out(named: str) -> None:
    fields = RefusedFields()
    assert not fields.learn(session(), (named,))
    assert fields.without(session()) == session()


def test_a_field_that_was_not_sent_is_no_reason_to_ask_again() -> None:
    assert not RefusedFields().learn(session(), ("max_output_tokens",))


def test_another_model_may_take_what_one_refuses() -> None:
    fields = RefusedFields()
    fields.learn(session(), ("reasoning",))
    assert "reasoning" in fields.without(session("other"))


def test_each_field_is_refused_once() -> None:
    fields = RefusedFields()
    assert fields.learn(session(), ("truncation",))
    assert not fields.learn(fields.without(session()), ("truncation",))


def test_the_paths_stand_in_order() -> None:
    assert list(OPTIONAL) == sorted(OPTIONAL)
