"""What a `response.create` may ask."""

from typing import Annotated, Any, Literal

from pydantic import Field

from engine.http.api_error import EngineError
from engine.http.validation import Sparse, StrictObject
from engine.session.items import MAX_ITEMS, Item, Items, client_item
from engine.session.session_config import (
    AudioFormat,
    CustomVoice,
    Instructions,
    MaxTokens,
    Metadata,
    Modalities,
    ToolChoice,
    Tools,
)


class ResponseAudioOutput(Sparse):
    """`audio.output` of one response."""

    format: AudioFormat | None = None
    voice: str | CustomVoice | None = None


class ResponseAudio(Sparse):
    """`audio` of one response."""

    output: ResponseAudioOutput | None = None


class ResponseParams(StrictObject):
    """`response`; what is left out comes from the session."""

    conversation: Literal["auto", "none"] | None = None
    input: Annotated[list[dict[str, Any]], Field(max_length=MAX_ITEMS)] | None = None
    instructions: Instructions | None = None
    output_modalities: Modalities | None = None
    audio: ResponseAudio | None = None
    metadata: Metadata | None = None
    tools: Tools | None = None
    tool_choice: ToolChoice | None = None
    max_output_tokens: MaxTokens | None = None
    reasoning: dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    prompt: None = None

    @property
    def out_of_band(self) -> bool:
        """Whether the response stays out of the conversation."""
        return self.conversation == "none"

    @property
    def voice(self) -> str | CustomVoice | None:
        """The voice of this one response."""
        return self.audio.output.voice if self.audio and self.audio.output else None


def input_items(given: list[dict[str, Any]] | None, conversation: Items) -> list[Item]:
    """Return what the response goes by: the conversation, or the items given, references resolved.

    :raises ApiError: for an item that is wrong or not there
    """
    if given is None:
        return list(conversation)
    return [_resolved(item, n, conversation) for n, item in enumerate(given)]


def _resolved(item: dict[str, Any], n: int, conversation: Items) -> Item:
    if item.get("type") != "item_reference":
        return client_item(item, f"response.input[{n}]")
    if set(item) != {"type", "id"}:
        raise EngineError("An item reference has an id.", code="invalid_value", param=f"response.input[{n}]")
    return conversation.get(item["id"], "reference")
