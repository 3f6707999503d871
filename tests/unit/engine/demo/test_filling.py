from typing import Any

import pytest

from engine.demo.filling import _is_quick, instance
from engine.demo.transcript import transcript_of
from engine.http.api_error import EngineError

CALL = transcript_of("Caller: My name is Ali Khan.\nCaller: My card is lost in Lahore.\nAgent: We block it.")
NULLABLE = {"type": ["string", "null"]}
NODE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
        "more": {"type": "array", "items": {"$ref": "#/$defs/node"}},
    },
    "required": ["name", "next", "more"],
}


def filled(**properties: Any) -> Any:
    return instance({"type": "object", "properties": properties, "required": list(properties)}, CALL)


def test_what_was_said_is_filled_in_and_what_was_not_is_null() -> None:
    assert filled(name=NULLABLE, city=NULLABLE, phone=NULLABLE) == {
        "name": "Ali Khan", "city": "Lahore", "phone": None,
    }  # fmt: skip


def test_a_topic_is_what_the_caller_wanted() -> None:
    assert "card is lost" in filled(topic={"type": "string"})["topic"]


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string"}, ""),
        ({"type": "string", "nullable": True}, None),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, None),
        ({"oneOf": [{"type": "null"}, {"type": "integer"}]}, None),
        ({"enum": ["a", "b"]}, "a"),
        ({"enum": ["a", None]}, None),
        ({"type": ["string", "null"], "enum": ["a", None]}, None),
        ({"type": "integer", "enum": [7, 8]}, 7),
        ({"const": "v1"}, "v1"),
        ({"type": "boolean"}, False),
        ({"type": ["boolean", "null"]}, None),
        ({"type": "integer"}, 0),
        ({"type": "integer", "minimum": 3}, 3),
        ({"type": "integer", "maximum": -3}, -3),
        ({"type": "integer", "exclusiveMinimum": 0, "multipleOf": 5}, 5),
        ({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}, 0.5),
        ({"type": "array", "items": {"type": "string"}}, []),
        ({"type": "array", "items": {"type": "string"}, "minItems": 2}, ["", ""]),
        ({"type": "array", "prefixItems": [{"type": "integer"}, {"const": "x"}], "items": False}, [0, "x"]),
        ({"type": "string", "minLength": 2}, "??"),
        ({"type": "string", "format": "date"}, "1970-01-01"),
        ({"type": "object"}, {}),
        ({"type": "object", "properties": {"age": {"type": "integer"}}}, {}),
        ({"type": "object", "required": ["whatever"]}, {"whatever": None}),
        ({"properties": {"x": {}}, "required": ["x"]}, {"x": None}),
        (True, None),
        ({"allOf": [{"$ref": "#/$defs/text"}, {"minLength": 1}]}, "?"),
    ],
)
def test_the_unknown_is_as_empty_as_the_schema_allows(schema: Any, value: Any) -> None:
    made = instance(
        {
            "type": "object", "properties": {"age": schema}, "required": ["age"],
            "$defs": {"text": {"type": "string"}},
        },
        CALL,
    )  # fmt: skip
    assert made == {"age": value}
    assert type(made["age"]) is type(value)


def test_objects_and_arrays_are_filled_inside() -> None:
    customer = {"type": "object", "properties": {"name": NULLABLE, "age": {"type": "integer"}}}
    cities = {"type": "array", "items": {"type": "string"}}
    assert filled(customer=customer, cities=cities, city=cities) == {
        "customer": {"name": "Ali Khan"}, "cities": [], "city": ["Lahore"],
    }  # fmt: skip


def test_an_object_nobody_spoke_of_is_null_where_it_may_be() -> None:
    person = {"type": ["object", "null"], "properties": {"phone": NULLABLE}, "required": ["phone"]}
    assert filled(customer=person) == {"customer": None}


def test_a_known_value_comes_before_null_and_before_the_first_alternative() -> None:
    known = {"anyOf": [{"type": "integer"}, {"type": "null"}, {"type": "string"}], "description": "city"}
    assert filled(where=known) == {"where": "Lahore"}


def test_a_value_that_does_not_fit_is_not_forced() -> None:
    assert filled(city={"type": ["string", "null"], "minLength": 10}) == {"city": None}
    assert filled(city={"type": "string", "maxLength": 3}) == {"city": "Lah"}
    assert filled(city={"type": ["string", "null"], "pattern": "^[0-9]+$"}) == {"city": None}
    assert filled(city={"type": "string", "pattern": "^L[a-z]+$"}) == {"city": "Lahore"}
    assert filled(city={"type": ["string", "null"], "format": "date"}) == {"city": None}


def test_a_pattern_that_could_take_for_ever_is_not_tried() -> None:
    assert filled(city={"type": ["string", "null"], "pattern": "(L|l)ahore"}) == {"city": None}


def test_only_whether_to_get_in_touch_again_is_a_yes() -> None:
    promised = transcript_of("Caller: call me back on 0300 1234567")
    schema = {
        "type": "object",
        "properties": {"follow_up": {"type": "boolean"}, "phone_verified": {"type": "boolean"}},
        "required": ["follow_up", "phone_verified"],
    }
    assert instance(schema, promised) == {"follow_up": True, "phone_verified": False}


def test_a_schema_inside_itself_ends_where_it_may() -> None:
    assert instance({"$ref": "#/$defs/node", "$defs": {"node": NODE}}, CALL) == {
        "name": "Ali Khan", "next": None, "more": [],
    }  # fmt: skip


def deep(levels: int) -> Any:
    return {"type": "array", "items": deep(levels - 1)} if levels else {"type": "string"}


WIDE = {"type": "object", "properties": {f"f{n}": {"type": "string"} for n in range(3000)}}


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#"},
        {"$ref": "#/nowhere"},
        {"$ref": "https://example.com/schema"},
        {"type": "object", "properties": {"me": {"$ref": "#"}}, "required": ["me"]},
        {"type": "text"},
        {"type": "object", "properties": {"x": 7}},
        {"type": "object", "properties": [1]},
        {"type": "string", "pattern": "(a+)+$"},
        {"type": "string", "pattern": "["},
        {"type": "string", "minLength": "x"},
        {"type": "integer", "minimum": 2, "maximum": 1},
        {"enum": []},
        WIDE,
        deep(400),
    ],
)
def test_a_schema_that_cannot_be_filled_is_refused(schema: Any) -> None:
    with pytest.raises(EngineError) as caught:
        instance(schema, CALL)
    assert (caught.value.code, caught.value.status) == ("invalid_json_schema", 400)


@pytest.mark.parametrize(
    ("pattern", "least"),
    [(r"\?\?" + r"\??" * 28 + "$", 29), (r"\?+\?+x", 2000), (r"\?*\?*\?*x", 100), ("(?:[?]+)+x", 100)],
)
def test_a_pattern_that_would_be_tried_for_ever_is_not_tried(pattern: str, least: int) -> None:
    with pytest.raises(EngineError) as caught:
        filled(code={"type": "string", "minLength": least, "pattern": pattern})
    assert caught.value.code == "invalid_json_schema"


@pytest.mark.parametrize("pattern", [r"^\+?92\d{10}$", r"^\d{5}-\d{7}-\d$", r"^[A-Z*+?{]{2}.*$"])
def test_ordinary_patterns_are_tried(pattern: str) -> None:
    assert _is_quick(pattern)


def nested(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "minLength": 1}
    for _ in range(levels):
        schema = {"type": "array", "items": schema, "minItems": 100}
    return schema


@pytest.mark.parametrize(
    "schema",
    [
        nested(5),
        {"type": "array", "items": {"const": "x" * 50_000}, "minItems": 100},
        {"type": "string", "enum": [f"option {n}" for n in range(1001)]},
        {"type": "number", "multipleOf": 5e-324, "minimum": 1e300},
        {"type": "string", "pattern": "a{99999999999}", "minLength": 1},
    ],
)
def test_a_schema_that_asks_for_too_much_is_refused(schema: dict[str, Any]) -> None:
    with pytest.raises(EngineError) as caught:
        filled(value=schema)
    assert caught.value.code == "invalid_json_schema"
