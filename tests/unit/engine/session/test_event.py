import json

import pytest

from engine.http.api_error import EngineError
from engine.session.event import decoded, encoded


def test_every_event_has_an_id_of_its_own() -> None:
    first, second = json.loads(encoded("a", x=1)), json.loads(encoded("a", x=1))
    assert first["type"] == "a"
    assert first["x"] == 1
    assert first["event_id"] != second["event_id"]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "7", b"\xff\xfe", '{"a": NaN}', '{"a": 1e999}', '{"a": "\\ud83d"}', "[" * 100_000],
)
def test_what_is_no_clean_json_object_is_refused(text: str | bytes) -> None:
    with pytest.raises(EngineError) as caught:
        decoded(text)
    assert caught.value.code == "invalid_json"


def test_urdu_survives_both_ways() -> None:
    assert decoded(encoded("a", text="سلام"))["text"] == "سلام"
