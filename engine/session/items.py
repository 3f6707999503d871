"""The items of one conversation, in order."""

import secrets
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from engine.http.api_error import EngineError
from engine.http.validation import Sparse, StrictObject, validated

Item = dict[str, Any]
"""An item as the API sends it."""
MAX_ITEM_CHARS = 32_768
"""Of all texts in one item."""
MAX_PARTS = 64
"""Of one item's content."""
MAX_ITEMS = 1_000
MAX_CONVERSATION_CHARS = 500_000
"""Past either limit the oldest items leave a conversation, as the API's `truncation: auto` does."""
Chars = Annotated[str, Field(max_length=MAX_ITEM_CHARS)]


class InputText(StrictObject):
    """Typed words."""

    type: Literal["input_text"]
    text: Chars


class InputAudioPart(Sparse):
    """A recording; only a transcript in it can be understood."""

    type: Literal["input_audio"]
    audio: str | None = None
    transcript: Chars | None = None


class InputImage(Sparse):
    """Accepted; the engine does not look at it."""

    type: Literal["input_image"]
    image_url: str
    detail: Literal["auto", "low", "high"] | None = None


class OutputText(StrictObject):
    """Words of the assistant from an earlier conversation."""

    type: Literal["output_text"]
    text: Chars


class _Created(Sparse):
    id: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    object: Literal["realtime.item"] | None = None
    status: Literal["completed", "incomplete", "in_progress"] | None = None


class UserMessage(_Created):
    """What the caller says or types."""

    type: Literal["message"]
    role: Literal["user"]
    content: Annotated[
        list[Annotated[InputText | InputAudioPart | InputImage, Field(discriminator="type")]],
        Field(max_length=MAX_PARTS),
    ]


class AssistantMessage(_Created):
    """Assistant audio cannot be created, only its words."""

    type: Literal["message"]
    role: Literal["assistant"]
    content: Annotated[list[OutputText], Field(max_length=MAX_PARTS)]


class SystemMessage(_Created):
    """Something the agent is told mid-conversation."""

    type: Literal["message"]
    role: Literal["system"]
    content: Annotated[list[InputText], Field(max_length=MAX_PARTS)]


class FunctionCall(_Created):
    """A call of an earlier conversation."""

    type: Literal["function_call"]
    name: Annotated[str, Field(max_length=64)]
    arguments: Chars
    call_id: Annotated[str, Field(max_length=64)] | None = None


class FunctionCallOutput(_Created):
    """What a function gave back."""

    type: Literal["function_call_output"]
    call_id: Annotated[str, Field(max_length=64)]
    output: Chars


Message = Annotated[UserMessage | AssistantMessage | SystemMessage, Field(discriminator="role")]
CLIENT_ITEM: TypeAdapter[Any] = TypeAdapter(
    Annotated[Message | FunctionCall | FunctionCallOutput, Field(discriminator="type")]
)


def new_id(prefix: str) -> str:
    """Return an id such as `item_1f0c…`."""
    return f"{prefix}_{secrets.token_hex(10)}"


def client_item(data: Any, param: str = "item") -> Item:
    """Return an item as a client may create it, complete with id and status.

    :raises ApiError: naming the field
    """
    item: Item = validated(CLIENT_ITEM, data, param).model_dump()
    if chars_of(item) > MAX_ITEM_CHARS:
        raise EngineError(
            f"Invalid '{param}': its texts have more than {MAX_ITEM_CHARS} characters together.",
            code="string_above_max_length",
            param=param,
        )
    for part in item.get("content") or []:  # A recording or picture is not looked at, so it is not kept.
        part.pop("audio", None)
    return {"id": new_id("item"), **item, "object": "realtime.item", "status": "completed"}


def words_of(item: Item) -> str:
    """Return what a message says in words; empty for what is not known in words, and for functions."""
    parts = item.get("content") or []
    return " ".join(filter(None, (part.get("text") or part.get("transcript") for part in parts)))


def chars_of(item: Item) -> int:
    """Return how many characters of text an item holds."""
    parts = item.get("content") or []
    said = sum(len(part.get("text") or part.get("transcript") or "") for part in parts)
    return said + len(item.get("arguments") or "") + len(item.get("output") or "")


class Items:
    """One conversation."""

    def __init__(self) -> None:
        self._items: list[Item] = []
        self._by_id: dict[str, Item] = {}
        self._chars: dict[str, int] = {}
        """Of every item, as long as it was when it came."""
        self._all_chars = 0

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items)

    @property
    def last_id(self) -> str | None:
        """Id of the last item; None when there is none."""
        return str(self._items[-1]["id"]) if self._items else None

    def get(self, item_id: Any, operation: str) -> Item:
        """Return the item a client names.

        :raises ApiError: `item_<operation>_invalid_item_id`
        """
        if isinstance(item_id, str) and item_id in self._by_id:
            return self._by_id[item_id]
        raise EngineError(
            f"Item with item_id not found: {item_id!r}.",
            code=f"item_{operation}_invalid_item_id",
            param="item_id",
        )

    def add(self, item: Item, previous_item_id: Any = None) -> str | None:
        """Put an item behind another (None: at the end; `root`: first); what it stands behind.

        :raises ApiError: when the id is taken or the other item is not there
        """
        if item["id"] in self._by_id:
            raise EngineError(
                "An item with this id exists.", code="item_create_duplicate_id", param="item.id"
            )
        at = self._place_behind(previous_item_id)
        before = str(self._items[at - 1]["id"]) if at else None
        self._items.insert(at, item)
        self._by_id[item["id"]] = item
        self._chars[item["id"]] = chars = chars_of(item)
        self._all_chars += chars
        self._truncate()
        return before

    def remove(self, item_id: Any) -> None:
        """Delete an item.

        :raises EngineError: there is no such item
        """
        self._leave(self._index(self.get(item_id, "delete")))

    def _truncate(self) -> None:
        while len(self._items) > MAX_ITEMS or self._all_chars > MAX_CONVERSATION_CHARS:
            self._leave(0)

    def _leave(self, at: int) -> None:
        item_id = self._items.pop(at)["id"]
        del self._by_id[item_id]
        self._all_chars -= self._chars.pop(item_id)

    def _index(self, item: Item) -> int:
        return next(n for n, each in enumerate(self._items) if each is item)

    def _place_behind(self, previous_item_id: Any) -> int:
        if previous_item_id is None:
            return len(self._items)
        if previous_item_id == "root":
            return 0
        return self._index(self.get(previous_item_id, "create")) + 1
