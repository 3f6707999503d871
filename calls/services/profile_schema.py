"""What a profile may hold: the JSON schema it is asked for by, and nothing beside it."""

from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from referencing import Registry

Schema = dict[str, Any]

MAX_HOPS = 8
"""References and alternatives on the way to one value."""
MAX_DEPTH = 16
OWN_KEYWORDS = ("type", "enum", "const")
"""Those that decide whether a value fits, apart from what is in it."""


def _text(description: str) -> Schema:
    return {"type": ["string", "null"], "description": description}


CUSTOMER: Schema = {
    "type": "object",
    "properties": {
        "name": _text("The customer's name, as they said it"),
        "phone": _text("The customer's phone number, as they said it"),
        "city": _text("The city the customer lives in or asks about"),
        "account_type": _text("Which kind of account they have or want"),
        "need": _text("What the customer wants, in a short sentence"),
        "sentiment": {"type": ["string", "null"], "enum": ["positive", "neutral", "negative", None]},
        "follow_up": _text("What was promised or asked to be done after the call"),
    },
    "required": ["name", "phone", "city", "account_type", "need", "sentiment", "follow_up"],
    "additionalProperties": False,
}
"""The profile unless a client brings its own schema."""


def is_profile_schema(schema: Schema) -> bool:
    """Return whether it is a JSON Schema (draft 2020-12) that names the properties of an object."""
    properties = schema.get("properties")
    if schema.get("type") != "object" or not isinstance(properties, dict) or not properties:
        return False
    try:
        Draft202012Validator.check_schema(schema)
    except (SchemaError, RecursionError):
        return False
    return True


def kept(value: Any, schema: Schema) -> Any:
    """Return what of `value` its schema asks for; None where it is something else or missing.

    A model writes it, and may write anything: so no more and no other value than the schema names is kept.
    """
    return _kept(value, schema, schema, 0)


def _kept(value: Any, schema: Any, root: Schema, depth: int) -> Any:
    schema = _resolved(value, schema, root)
    if depth > MAX_DEPTH or not _fits(value, schema):
        return None
    if isinstance(value, dict):
        return _kept_object(value, schema, root, depth + 1)
    if isinstance(value, list):
        return [_kept(each, schema.get("items", {}), root, depth + 1) for each in value]
    return value


def _kept_object(value: dict[str, Any], schema: Schema, root: Schema, depth: int) -> dict[str, Any]:
    properties = schema.get("properties")
    named = properties if isinstance(properties, dict) else {}
    found = {name: _kept(each, named[name], root, depth) for name, each in value.items() if name in named}
    required = schema.get("required")
    missing = [
        each for each in named if isinstance(required, list) and each in required and each not in found
    ]
    return found | dict.fromkeys(missing)


def _resolved(value: Any, schema: Any, root: Schema) -> Schema:
    """Behind references and alternatives; a schema that leads nowhere asks for nothing."""
    for _ in range(MAX_HOPS):
        if not isinstance(schema, dict):
            break
        options = schema.get("anyOf") or schema.get("oneOf")
        if "$ref" in schema:
            schema = _referenced(schema["$ref"], root)
        elif isinstance(options, list):
            schema = next((each for each in options if _fits(value, _referring(each, root))), None)
        else:
            return schema
    return {"enum": []}


def _referring(schema: Any, root: Schema) -> Any:
    return _referenced(schema["$ref"], root) if isinstance(schema, dict) and "$ref" in schema else schema


def _referenced(reference: object, root: Schema) -> Any:
    found: Any = root
    for part in str(reference).removeprefix("#").strip("/").split("/"):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _fits(value: Any, schema: Any) -> bool:
    """Return whether a value has the type that a schema asks for, and is one of the values it names.

    An own registry, because the default one fetches what a schema refers to.
    """
    if not isinstance(schema, dict):
        return False
    own = {name: schema[name] for name in OWN_KEYWORDS if name in schema}
    return bool(Draft202012Validator(own, registry=Registry()).is_valid(value))
