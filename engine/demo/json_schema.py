"""Reading a client's JSON schema: references followed, `allOf` laid together, alternatives spread out."""

from typing import Any

from engine.http.api_error import EngineError

Schema = dict[str, Any]


class Endless(Exception):
    """The schema stands inside itself here."""


def bad_schema(why: str) -> EngineError:
    """Return what a schema gets that no instance can be made of."""
    return EngineError(f"Invalid schema: {why}.", code="invalid_json_schema", param="text.format.schema")


def resolved(schema: Any, root: Schema, inside: tuple[str, ...]) -> tuple[Schema, tuple[str, ...]]:
    """Return a schema without `$ref` and `allOf` at its top, and the references it stands inside of.

    :raises Endless: it stands inside itself
    :raises ApiError: a reference leads nowhere, or this is no schema
    """
    if schema is True:
        return {}, inside
    if not isinstance(schema, dict):
        raise bad_schema("a schema is an object")
    if "$ref" in schema:
        reference = str(schema["$ref"])
        if reference in inside:
            raise Endless
        beside = {name: value for name, value in schema.items() if name != "$ref"}
        found, inside = resolved(_target(reference, root), root, (*inside, reference))
        return {**found, **beside}, inside
    for part in schema.get("allOf") or []:
        found, inside = resolved(part, root, inside)
        schema = _together(found, schema)
    return schema, inside


def alternatives(schema: Schema) -> list[Schema]:
    """Return the schemas of which a value has to fit one; a schema without alternatives is its only one."""
    for name in ("anyOf", "oneOf"):
        if branches := schema.get(name):
            around = {key: value for key, value in schema.items() if key != name}
            return [_together(around, branch) if isinstance(branch, dict) else branch for branch in branches]
    if isinstance(schema.get("type"), list):
        return [{**schema, "type": kind} for kind in schema["type"]]
    if schema.get("nullable") is True:
        return [{**schema, "nullable": False}, {"type": "null"}]
    return [schema]


def _together(first: Schema, second: Schema) -> Schema:
    """Both at once: properties and required names of either, everything else by the second."""
    whole = {**first, **second}
    whole.pop("allOf", None)
    if "properties" in first and "properties" in second:
        whole["properties"] = {**first["properties"], **second["properties"]}
    if "required" in first and "required" in second:
        whole["required"] = [*first["required"], *second["required"]]
    return whole


def _target(reference: str, root: Schema) -> Any:
    node: Any = root
    if not reference.startswith("#"):
        raise bad_schema("only references inside the schema are followed")
    for part in filter(None, reference.removeprefix("#").split("/")):
        part = part.replace("~1", "/").replace("~0", "~")
        if not isinstance(node, dict) or part not in node:
            raise bad_schema(f"there is no {reference!r}")
        node = node[part]
    return node
