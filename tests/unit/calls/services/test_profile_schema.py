from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from agents.persona import load_persona
from calls.services.profile_schema import CUSTOMER, is_profile_schema, kept

PERSONAS = Path(__file__).parents[4] / "personas"


def asked(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


TEXT = {"type": "string"}


@pytest.mark.parametrize(
    ("value", "schema", "expected"),
    [
        ({"a": "x", "b": "y"}, asked(a=TEXT), {"a": "x"}),
        ({"a": {"b": "y"}}, asked(a=TEXT), {"a": None}),
        ({"a": {"b": "y", "c": "z"}}, asked(a=asked(b=TEXT)), {"a": {"b": "y"}}),
        (
            {"a": [{"b": "y", "c": "z"}, "w"]},
            asked(a={"type": "array", "items": asked(b=TEXT)}),
            {"a": [{"b": "y"}, None]},
        ),
        ({"a": None}, asked(a={"anyOf": [asked(b=TEXT), {"type": "null"}]}), {"a": None}),
        (
            {"a": {"b": "y", "c": "z"}},
            asked(a={"anyOf": [{"type": "null"}, asked(b=TEXT)]}),
            {"a": {"b": "y"}},
        ),
        (
            {"a": {"b": "y", "c": "z"}},
            asked(a={"$ref": "#/$defs/B"}) | {"$defs": {"B": asked(b=TEXT)}},
            {"a": {"b": "y"}},
        ),
        ({"a": 1, "b": True}, asked(a={"type": "number"}, b={"type": "integer"}), {"a": 1, "b": None}),
        ({"a": {"b": "y"}}, asked(a={"type": "object"}), {"a": {}}),
        ({"a": "x"}, asked(a={}), {"a": "x"}),
        ({"a": "x", "b": "w"}, asked(a={"enum": ["x"]}, b={"enum": ["x", None]}), {"a": "x", "b": None}),
        ({"a": "x", "b": "w"}, asked(a={"const": "x"}, b={"const": "x"}), {"a": "x", "b": None}),
        ({"b": "y"}, asked(a=TEXT, b=TEXT, c=TEXT) | {"required": ["a", "b", "z"]}, {"b": "y", "a": None}),
        ({"a": {}}, asked(a=asked(b=TEXT) | {"required": ["b"]}), {"a": {"b": None}}),
        ({"a": "x"}, asked(a=TEXT) | {"required": "a"}, {"a": "x"}),
        ({"sentiment": "furious"}, CUSTOMER, dict.fromkeys(CUSTOMER["required"])),
    ],
)
def test_only_what_the_schema_asks_for_is_kept(value: Any, schema: dict[str, Any], expected: Any) -> None:
    assert kept(value, schema) == expected


@pytest.mark.parametrize(
    "endless",
    [
        {"$ref": "#/properties/a"},
        {"$ref": "#/nowhere"},
        {"$ref": 7},
        {"anyOf": [{"$ref": "#/properties/a"}, {"$ref": "#/properties/a"}]},
    ],
)
def test_a_schema_that_leads_nowhere_keeps_nothing(endless: dict[str, Any]) -> None:
    assert kept({"a": "x"}, asked(a=endless)) == {"a": None}


def test_a_value_deeper_than_any_profile_ends_somewhere() -> None:
    schema = asked(a={"$ref": "#"})
    value: dict[str, Any] = {}
    for _ in range(100):
        value = {"a": value}
    assert len(str(kept(value, schema))) < len(str(value))


def test_the_customer_profile_asks_for_what_a_bank_wants_to_know() -> None:
    assert is_profile_schema(CUSTOMER)
    assert CUSTOMER["required"] == list(CUSTOMER["properties"])


@pytest.mark.parametrize(
    "schema",
    [
        asked(a={"type": "text"}),
        asked(a={"type": 7}),
        asked(a={"enum": "x"}),
        asked(a=TEXT) | {"required": "a"},
        asked(a={"anyOf": []}),
        {"type": "object", "properties": {}},
        {"type": "array", "properties": {"a": TEXT}},
    ],
)
def test_what_is_no_schema_of_an_object_is_refused(schema: dict[str, Any]) -> None:
    assert not is_profile_schema(schema)


def test_nothing_is_fetched_for_a_schema_that_refers_to_another_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise AssertionError("fetched")

    monkeypatch.setattr("urllib.request.urlopen", fail)
    schema = asked(a={"$ref": "http://127.0.0.1:9/schema.json"})
    assert is_profile_schema(schema)
    assert kept({"a": "x"}, schema) == {"a": None}


@pytest.mark.parametrize("persona", ["jsbank", "ibx", "blank"])
def test_the_tools_of_every_persona_have_parameters_that_are_json_schema(persona: str) -> None:
    tools = load_persona(PERSONAS / persona).tools
    for tool in tools.values():
        Draft202012Validator.check_schema(tool.definition["parameters"])
