"""What a profile may hold: the JSON schema it is asked for by, and nothing beside it."""

from typing import Any

Schema = dict[str, Any]

MAX_HOPS = 8
"""References and alternatives on the way to one value."""
MAX_DEPTH = 16
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "null": (type(None),),
}


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
    """Whether it names the properties of an object."""
    properties = schema.get("properties")
    return schema.get("type") == "object" and isinstance(properties, dict) and bool(properties)


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
    return {"type": []}


def _referring(schema: Any, root: Schema) -> Any:
    return _referenced(schema["$ref"], root) if isinstance(schema, dict) and "$ref" in schema else schema


def _referenced(reference: object, root: Schema) -> Any:
    found: Any = root
    for part in str(reference).removeprefix("#").strip("/").split("/"):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _fits(value: Any, schema: Any) -> bool:
    if not isinstance(schema, dict):
        return False
    kinds = schema.get("type", list(_TYPES))
    kinds = kinds if isinstance(kinds, list) else [kinds]
    is_of_kind = any(type(value) in _TYPES.get(str(kind), ()) for kind in kinds)
    return is_of_kind and _is_named(value, schema)


def _is_named(value: Any, schema: Schema) -> bool:
    """Whether it is among the values that a schema names, if it names any."""
    named = [schema["const"]] if "const" in schema else schema.get("enum")
    return not isinstance(named, list) or value in named
