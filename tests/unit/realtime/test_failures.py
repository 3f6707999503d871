from typing import Any

import pytest

from realtime.failures import named_fields


@pytest.mark.parametrize(
    ("error", "named"),
    [
        ({"param": "session.truncation"}, ("truncation",)),
        ({"param": "audio.output.speed"}, ("audio.output.speed",)),
        ({"message": "Unknown parameter: 'session.reasoning.effort'."}, ("reasoning.effort",)),
        ({"param": "session.speed", "message": "'session.speed' or 'voice'"}, ("speed", "voice")),
        ({"code": "model_not_found", "message": "no such model"}, ("model",)),
        ({"param": 7, "message": None}, ()),
        ({"param": "4111 1111 1111 1111"}, ()),
        ({"message": "'Salam' is not right"}, ()),
        ({}, ()),
    ],
)
def test_the_fields_that_an_error_names_are_read(error: dict[str, Any], named: tuple[str, ...]) -> None:
    assert named_fields(error) == named
