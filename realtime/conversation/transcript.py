"""The items of a conversation, in order, and what each event's piece of news does to them."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from realtime.bounds import MAX_CALL_CHARS, MAX_ITEM_CHARS, MAX_ITEMS
from realtime.conversation.changes import (
    Change,
    ErrorReported,
    ItemAdded,
    ItemFinished,
    ItemForgotten,
    ItemMoved,
    ItemRemoved,
    ItemUpdated,
    TextAppended,
    TextReplaced,
)
from realtime.conversation.content import content, is_audio, words
from realtime.conversation.item import Item, Kind, Role
from realtime.conversation.ordering import Ordering
from realtime.fields import Json, Malformed, an_id, needed_id, text
from realtime.recent import RecentIds

_ROLES: dict[str | None, Role] = {
    "user": "user",
    "assistant": "assistant",
    "system": "system",
    "developer": "system",
}
_TOOL_KINDS: dict[str | None, Kind] = {
    "function_call": "function_call",
    "function_call_output": "function_call_output",
}


class Transcript:
    """Items by id and in order; every change goes to `tell`.

    The text of an item is told by `TextAppended` and `TextReplaced` alone, also when the item came with it.
    """

    def __init__(self, tell: Callable[[Change], None]) -> None:
        self._tell = tell
        self._items: OrderedDict[str, Item] = OrderedDict()
        """By id, the one known longest first."""
        self._chars = 0
        self._gone = RecentIds(MAX_ITEMS)
        """Ids of deleted and forgotten items: late news brings none of them back."""
        self._ordering = Ordering()
        self.unfinished: dict[str, Item] = {}
        """The items whose text is not final."""

    @property
    def items(self) -> list[Item]:
        return [self._items[item_id] for item_id in self._ordering]

    def __len__(self) -> int:
        return len(self._items)

    def __reversed__(self) -> Iterator[Item]:
        return (self._items[item_id] for item_id in reversed(self._ordering))

    def get(self, item_id: str) -> Item | None:
        return self._items.get(item_id)

    def place(self, item_id: str, event: Json) -> None:
        """Take in where the event says the item stands (`previous_item_id`), if it says so."""
        previous = an_id(event, "previous_item_id")
        if previous or event.get("previous_item_id", "") is None:
            for moved in self._ordering.follow(item_id, previous):
                self._tell_place(moved)

    def open(self, item_id: str, role: Role, at_ms: float | None, kind: Kind = "message") -> Item | None:
        """The item, which stands in the conversation from now on; None when it was deleted.

        :raises Malformed: the id is that of an item of another role
        """
        if item_id in self._gone:
            return None
        if item_id not in self._items:
            item = Item(item_id, role, kind, started_at_ms=at_ms)
            self._items[item_id] = self.unfinished[item_id] = item
            self._tell_place(self._ordering.show(item_id))
        item = self._items[item_id]
        if (item.role, item.kind) != (role, kind):
            raise Malformed("role")
        return item

    def delete(self, item_id: str) -> None:
        """Take the item out; whatever is still told of it counts for nothing."""
        self._ordering.hide(item_id)
        if self._leave(item_id):
            self._tell(ItemRemoved(item_id))

    def tidy(self, at_ms: float | None) -> None:
        """Tell of new positions, and let the items known longest leave memory while there are too many."""
        for item in filter(None, map(self.get, self._ordering.take_renumbered())):
            item.position = self._ordering.position(item.id)
            self._tell(ItemUpdated(item.id))
        while len(self._items) > MAX_ITEMS or self._chars > MAX_CALL_CHARS:
            oldest = next(iter(self._items.values()))
            self.finish(oldest, "incomplete", at_ms)
            self._leave(oldest.id)
            self._ordering.forget(oldest.id)
            self._tell(ItemForgotten(oldest.id))

    def _leave(self, item_id: str) -> bool:
        self._gone.add(item_id)
        item = self._items.pop(item_id, None)
        self.unfinished.pop(item_id, None)
        self._chars -= len(item.text) if item else 0
        return item is not None

    def _tell_place(self, change: ItemAdded | ItemMoved) -> None:
        if item := self._items.get(change.item_id):
            item.position = self._ordering.position(item.id)
        self._tell(change)

    def take(self, raw: Json, at_ms: float | None, status: str | None = None) -> Item | None:
        """Take in a provider's item object; None for one that only keeps its place in the order.

        :param status: what its status is if the object does not say
        :raises Malformed: it has no id, or that of an item of another role
        """
        kind = _TOOL_KINDS.get(text(raw, "type"), "message")
        role = "tool" if kind != "message" else _ROLES.get(text(raw, "role"))
        if role is None or (kind == "message" and raw.get("type") != "message"):
            return None
        item = self.open(needed_id(raw, "id"), role, at_ms, kind)
        if item:
            with self.updating(item):
                item.advance(text(raw, "status") or status)
                _take_tool_fields(item, raw)
                item.spoken = item.spoken or any(map(is_audio, content(raw)))
            self._take_content(item, content(raw), at_ms)
        return item

    def append(self, item: Item, part: int, delta: str) -> None:
        """Add `delta` to a content part."""
        self._tell_text(item, len(item.text), item.append(part, delta))

    def settle(self, item: Item, part: int, final: str) -> None:
        """Take in a content part's final text."""
        self._tell_text(item, len(item.text), item.settle(part, final))

    def _tell_text(self, item: Item, chars_before: int, change: TextAppended | TextReplaced | None) -> None:
        if change:
            self._chars += len(item.text) - chars_before
            self._tell(change)
        if item.shortened and not item.shortened_told:
            item.shortened_told = True
            self._tell(ErrorReported("item_too_long", ""))

    def finish(self, item: Item, status: str, at_ms: float | None) -> None:
        """No more text will come. A status the item has already stands."""
        with self.updating(item):
            item.advance(status)
        if not item.finished:
            item.finished = True
            self.unfinished.pop(item.id, None)
            item.ended_at_ms = at_ms if item.ended_at_ms is None else item.ended_at_ms
            self._tell(ItemFinished(item.id))

    @contextmanager
    def updating(self, item: Item) -> Iterator[None]:
        """Tell `ItemUpdated` if anything but the text changes inside."""
        before = item.facts()
        yield
        if item.facts() != before:
            self._tell(ItemUpdated(item.id))

    def _take_content(self, item: Item, parts: list[Json], at_ms: float | None) -> None:
        if item.role in ("assistant", "tool") and item.status == "in_progress" and item.output is None:
            return
        for place, part in enumerate(parts):
            self.settle(item, place, words(part) or "")
        awaits_recogniser = any(is_audio(part) and words(part) is None for part in parts)
        if item.role != "user" or (parts and not awaits_recogniser):
            self.finish(item, item.status if item.status != "in_progress" else "completed", at_ms)


def _take_tool_fields(item: Item, raw: Json) -> None:
    item.name = an_id(raw, "name") or item.name
    item.call_id = an_id(raw, "call_id") or item.call_id
    item.arguments = _bounded(raw, "arguments") or item.arguments
    output = _bounded(raw, "output")
    item.output = item.output if output is None else output


def _bounded(raw: Json, name: str) -> str | None:
    value = text(raw, name)
    return None if value is None else value[:MAX_ITEM_CHARS]
