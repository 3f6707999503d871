"""Checking a client's JSON against pydantic models, with failures named as the API names them."""

from typing import Any, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    SerializerFunctionWrapHandler,
    TypeAdapter,
    ValidationError,
    model_serializer,
)
from pydantic_core import ErrorDetails

from engine.http.api_error import EngineError

T = TypeVar("T")


class StrictObject(BaseModel):
    """An object of the API: unknown fields are errors, nothing is coerced."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Sparse(StrictObject):
    """An object of the API whose unset optional fields are left out, not sent as null."""

    @model_serializer(mode="wrap")
    def _without_nulls(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in dump(self).items() if value is not None}


def validated(shape: type[T] | TypeAdapter[T], data: Any, param: str) -> T:
    """Return `data` as an object of `shape`.

    :param param: what the client calls `data`, such as `session`; empty for the event itself
    :raises ApiError: for the first thing that is wrong
    """
    adapter: TypeAdapter[T] = shape if isinstance(shape, TypeAdapter) else TypeAdapter(shape)
    try:
        return adapter.validate_python(data)
    except ValidationError as error:
        # What is missing last: a flat beta session is better explained by its strange fields.
        problems = sorted(error.errors(include_url=False), key=lambda e: e["type"] == "missing")
        raise _api_error(problems[0], data, param) from None


def _api_error(problem: ErrorDetails, data: Any, root: str) -> EngineError:
    param = _path(problem, data, root)
    if problem["type"].startswith("union_tag"):
        param += "." + problem["ctx"]["discriminator"].strip("'")
    match problem["type"]:
        case "extra_forbidden":
            return EngineError(f"Unknown parameter: '{param}'.", code="unknown_parameter", param=param)
        case "missing" | "union_tag_not_found":
            message = f"Missing required parameter: '{param}'."
            return EngineError(message, code="missing_required_parameter", param=param)
        case "string_too_long" | "too_long" as kind:
            code = f"{'string' if kind == 'string_too_long' else 'array'}_above_max_length"
            return EngineError(f"Invalid value for '{param}': {problem['msg']}.", code=code, param=param)
        case kind:
            code = "invalid_type" if kind.endswith("_type") else "invalid_value"
            return EngineError(f"Invalid value for '{param}': {problem['msg']}.", code=code, param=param)


def _path(problem: ErrorDetails, data: Any, root: str) -> str:
    """Return the client's own path to the problem: pydantic's location without the names of union members."""
    path, node = root, data
    for part in problem["loc"]:
        if isinstance(node, list) and isinstance(part, int):
            path, node = f"{path}[{part}]", node[part]
        elif isinstance(node, dict) and part in node:
            path, node = f"{path}.{part}", node[part]
        elif isinstance(node, dict) and problem["type"] == "missing" and part == problem["loc"][-1]:
            path = f"{path}.{part}"
    return path.lstrip(".")
