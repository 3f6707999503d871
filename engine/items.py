"""The items of one conversation, in order."""

import secrets
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from engine.api_error import ApiError
from engine.validation import Sparse, Strict, validated

Item = dict[str, Any]
"""An item as the API sends it."""


class InputText(Strict):
    """Typed words."""

    type: Literal["input_text"]
    text: str


class InputAudio(Sparse):
    """A recording; only a transcript in it can be understood."""

    type: Literal["input_audio"]
    audio: str | None = None
    transcript: str | None = None


class InputImage(Sparse):
    """Accepted; the engine does not look at it."""

    type: Literal["input_image"]
    image_url: str
    detail: Literal["auto", "low", "high"] | None = None


class OutputText(Strict):
    """Words of the assistant from an earlier conversation."""

    type: Literal["output_text"]
    text: str


class _Created(Sparse):
    id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    object: Literal["realtime.item"] | None = None
    status: Literal["completed", "incomplete", "in_progress"] | None = None


class UserMessage(_Created):
    """What the caller says or types."""

    type: Literal["message"]
    role: Literal["user"]
    content: list[Annotated[InputText | InputAudio | InputImage, Field(discriminator="type")]]


class AssistantMessage(_Created):
    """Assistant audio cannot be created, only its words."""

    type: Literal["message"]
    role: Literal["assistant"]
    content: list[OutputText]


class SystemMessage(_Created):
    """Something the agent is told mid-conversation."""

    type: Literal["message"]
    role: Literal["system"]
    content: list[InputText]


class FunctionCall(_Created):
    """A call of an earlier conversation."""

    type: Literal["function_call"]
    name: str
    arguments: str
    call_id: str | None = None


class FunctionCallOutput(_Created):
    """What a function gave back."""

    type: Literal["function_call_output"]
    call_id: str
    output: str


Message = Annotated[UserMessage | AssistantMessage | SystemMessage, Field(discriminator="role")]
CLIENT_ITEM: TypeAdapter[Any] = TypeAdapter(
    Annotated[Message | FunctionCall | FunctionCallOutput, Field(discriminator="type")]
)


def new_id(prefix: str) -> str:
    """An id such as `item_1f0c…`."""
    return f"{prefix}_{secrets.token_hex(10)}"


def client_item(data: Any, param: str = "item") -> Item:
    """An item as a client may create it, complete with id and status.

    :raises ApiError: naming the field
    """
    item: Item = validated(CLIENT_ITEM, data, param).model_dump()
    return {"id": new_id("item"), **item, "object": "realtime.item", "status": "completed"}


def words_of(item: Item) -> str:
    """What a message says in words; empty for what is not known in words, and for functions."""
    parts = item.get("content") or []
    return " ".join(filter(None, (part.get("text") or part.get("transcript") for part in parts)))


class Items:
    """One conversation."""

    def __init__(self) -> None:
        self._items: list[Item] = []

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items)

    @property
    def last_id(self) -> str | None:
        """Id of the last item; None when there is none."""
        return str(self._items[-1]["id"]) if self._items else None

    def get(self, item_id: Any, operation: str) -> Item:
        """The item a client names.

        :raises ApiError: `item_<operation>_invalid_item_id`
        """
        for item in self._items:
            if item["id"] == item_id:
                return item
        raise ApiError(
            f"Item with item_id not found: {item_id!r}.",
            code=f"item_{operation}_invalid_item_id",
            param="item_id",
        )

    def add(self, item: Item, previous_item_id: Any = None) -> str | None:
        """Put an item behind another (None: at the end; `root`: first); what it stands behind.

        :raises ApiError: when the id is taken or the other item is not there
        """
        if any(known["id"] == item["id"] for known in self._items):
            raise ApiError("An item with this id exists.", code="item_create_duplicate_id", param="item.id")
        at = self._place_behind(previous_item_id)
        self._items.insert(at, item)
        return str(self._items[at - 1]["id"]) if at else None

    def remove(self, item_id: Any) -> None:
        """:raises ApiError: when there is no such item"""
        self._items.remove(self.get(item_id, "delete"))

    def _place_behind(self, previous_item_id: Any) -> int:
        if previous_item_id is None:
            return len(self._items)
        if previous_item_id == "root":
            return 0
        return self._items.index(self.get(previous_item_id, "create")) + 1
