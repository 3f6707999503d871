"""The items of a conversation, in order, and what each event's piece of news does to them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from realtime.changes import Change, ItemFinished, ItemRemoved, ItemUpdated
from realtime.content import is_audio, words
from realtime.fields import Json, mappings, needed_id, text
from realtime.item import Item, Kind, Role
from realtime.ordering import Ordering

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
        self._items: dict[str, Item] = {}
        self._deleted: set[str] = set()
        self._ordering = Ordering()

    @property
    def items(self) -> list[Item]:
        return [self._items[item_id] for item_id in self._ordering]

    def get(self, item_id: str) -> Item | None:
        return self._items.get(item_id)

    def place(self, item_id: str, event: Json) -> None:
        """Take in where the event says the item stands (`previous_item_id`), if it says so."""
        previous = event.get("previous_item_id", "")
        if previous is None or (isinstance(previous, str) and previous):
            for moved in self._ordering.follow(item_id, previous):
                self._tell(moved)

    def open(self, item_id: str, role: Role, at_ms: float | None, kind: Kind = "message") -> Item | None:
        """The item, which stands in the conversation from now on; None when it was deleted."""
        if item_id in self._deleted:
            return None
        if item_id not in self._items:
            self._items[item_id] = Item(item_id, role, kind, started_at_ms=at_ms)
            self._tell(self._ordering.show(item_id))
        return self._items[item_id]

    def delete(self, item_id: str) -> None:
        self._deleted.add(item_id)
        self._ordering.hide(item_id)
        if self._items.pop(item_id, None):
            self._tell(ItemRemoved(item_id))

    def take(self, raw: Json, at_ms: float | None, status: str | None = None) -> Item | None:
        """Take in a provider's item object; None for one that only keeps its place in the order.

        :param status: what its status is if the object does not say
        """
        kind = _TOOL_KINDS.get(text(raw, "type"), "message")
        role = "tool" if kind != "message" else _ROLES.get(text(raw, "role"))
        if role is None or (kind == "message" and raw.get("type") != "message"):
            return None
        item = self.open(needed_id(raw, "id"), role, at_ms, kind)
        if item:
            with self.updating(item):
                item.role, item.kind = role, kind
                item.advance(text(raw, "status") or status)
                _take_tool_fields(item, raw)
                item.spoken = item.spoken or any(map(is_audio, mappings(raw, "content")))
            self._take_content(item, mappings(raw, "content"), at_ms)
        return item

    def append(self, item: Item, part: int, delta: str) -> None:
        if change := item.append(part, delta):
            self._tell(change)

    def settle(self, item: Item, part: int, final: str) -> None:
        if change := item.settle(part, final):
            self._tell(change)

    def finish(self, item: Item, status: str, at_ms: float | None) -> None:
        """No more text will come. A status the item has already stands."""
        with self.updating(item):
            item.advance(status)
        if not item.finished:
            item.finished = True
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
    item.name = text(raw, "name") or item.name
    item.call_id = text(raw, "call_id") or item.call_id
    item.arguments = text(raw, "arguments") or item.arguments
    item.output = item.output if text(raw, "output") is None else text(raw, "output")
