"""Whether a value is what a JSON schema asks for; only the keywords the tests use."""

from typing import Any

KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "boolean": (bool,), "integer": (int,),
    "number": (int, float), "null": (type(None),),
}  # fmt: skip


def fits(value: Any, schema: Any, root: Any = None) -> bool:
    """:param root: where references start; the schema itself if left out"""
    root = schema if root is None else root
    if schema is True:
        return True
    if "$ref" in schema:
        target = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        return fits(value, target, root)
    if "anyOf" in schema:
        return any(fits(value, branch, root) for branch in schema["anyOf"])
    if value is None and schema.get("nullable"):
        return True
    return _has_kind(value, schema) and _has_value(value, schema) and _fits_inside(value, schema, root)


def _has_kind(value: Any, schema: Any) -> bool:
    kinds = schema.get("type", list(KINDS))
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return any(
        isinstance(value, KINDS[kind]) and not (isinstance(value, bool) and kind in ("integer", "number"))
        for kind in kinds
    )


def _has_value(value: Any, schema: Any) -> bool:
    if "enum" in schema and value not in schema["enum"]:
        return False
    if isinstance(value, str):
        return bool(schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 10**9))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))
    return True


def _fits_inside(value: Any, schema: Any, root: Any) -> bool:
    if isinstance(value, list):
        items = schema.get("items", True)
        return len(value) >= schema.get("minItems", 0) and all(fits(each, items, root) for each in value)
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        known = schema.get("additionalProperties", True) or set(value) <= set(properties)
        inside = all(fits(each, properties.get(name, True), root) for name, each in value.items())
        return bool(known and inside and set(schema.get("required", [])) <= set(value))
    return True
