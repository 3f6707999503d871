"""`POST /responses`: JSON by a client's schema, filled by rules from a written conversation."""

import json
import time
from typing import Annotated, Any, Literal

from pydantic import Field

from engine.demo.filling import instance
from engine.demo.transcript import transcript_of
from engine.http.validation import StrictObject
from engine.session.items import new_id
from engine.session.session_config import DEFAULT_MODEL
from engine.session.usage import text_tokens


class JsonSchemaFormat(StrictObject):
    """The form of the answer; `strict` changes nothing, as every answer fits."""

    type: Literal["json_schema"]
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    schema_: dict[str, Any] = Field(alias="schema")
    description: str | None = None
    strict: bool | None = None


class TextSettings(StrictObject):
    """`text`."""

    format: JsonSchemaFormat
    verbosity: Literal["low", "medium", "high"] | None = None


class WrittenRequest(StrictObject):
    """Body of `POST /responses`; what the rules have no use for is taken and shown, nothing is kept."""

    model: str = DEFAULT_MODEL
    input: str | list[dict[str, Any]]
    text: TextSettings
    instructions: str | None = None
    metadata: Annotated[dict[str, str], Field(max_length=16)] | None = None
    store: bool | None = None
    stream: Literal[False] | None = None
    max_output_tokens: Annotated[int, Field(ge=16)] | None = None
    temperature: float | None = None
    top_p: float | None = None
    reasoning: dict[str, Any] | None = None
    safety_identifier: str | None = None


def written_response(wanted: WrittenRequest) -> dict[str, Any]:
    """Return the answer in the Responses API's shape.

    :raises ApiError: for a schema that cannot be filled
    """
    made = instance(wanted.text.format.schema_, transcript_of(wanted.input))
    text = json.dumps(made, ensure_ascii=False)
    content = [{"type": "output_text", "text": text, "annotations": [], "logprobs": []}]
    message = {"id": new_id("msg"), "type": "message", "role": "assistant", "status": "completed"}
    return {
        "id": new_id("resp"),
        "object": "response",
        "created_at": int(time.time()),
        "status": "completed",
        "model": wanted.model,
        "output": [message | {"content": content}],
        "usage": _usage(wanted, text),
        "error": None,
        "incomplete_details": None,
        "instructions": wanted.instructions,
        "metadata": wanted.metadata or {},
        "store": False,
        "temperature": wanted.temperature,
        "top_p": wanted.top_p,
        "text": wanted.text.model_dump(by_alias=True, exclude_none=True),
        "parallel_tool_calls": False,
        "tool_choice": "none",
        "tools": [],
    }


def _usage(wanted: WrittenRequest, text: str) -> dict[str, Any]:
    given = wanted.input if isinstance(wanted.input, str) else json.dumps(wanted.input, ensure_ascii=False)
    tokens_in, tokens_out = text_tokens(given) + text_tokens(wanted.instructions or ""), text_tokens(text)
    return {
        "input_tokens": tokens_in,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": tokens_out,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": tokens_in + tokens_out,
    }
