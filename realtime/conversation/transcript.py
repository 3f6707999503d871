"""Items of a conversation, in order, and the operations of events on them."""

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
    """Items by id and in order; every change is reported.

    The text of an item is reported by `TextAppended` and `TextReplaced` alone, even if the item came with it.
    """

    def __init__(self, report: Callable[[Change], None]) -> None:
        """:param report: called with every change"""
        self._report = report
        self._items: OrderedDict[str, Item] = OrderedDict()
        """Items by id, the one known longest first."""
        self._chars = 0
        self._removed = RecentIds(MAX_ITEMS)
        """Ids of deleted and forgotten items: late events bring none of them back."""
        self._ordering = Ordering()
        self.unfinished: dict[str, Item] = {}
        """Items whose text is not final, by id."""

    @property
    def items(self) -> list[Item]:
        """All items in order; a new list each time."""
        return [self._items[item_id] for item_id in self._ordering]

    def __len__(self) -> int:
        return len(self._items)

    def __reversed__(self) -> Iterator[Item]:
        return (self._items[item_id] for item_id in reversed(self._ordering))

    def get(self, item_id: str) -> Item | None:
        """Return the item of that id, if there is one."""
        return self._items.get(item_id)

    def place(self, item_id: str, event: Json) -> None:
        """Put the item where the event says that it stands (`previous_item_id`), if it says so."""
        previous = an_id(event, "previous_item_id")
        if previous or event.get("previous_item_id", "") is None:
            for moved in self._ordering.place_after(item_id, previous):
                self._report_place(moved)

    def get_or_add(
        self, item_id: str, role: Role, at_ms: float | None, kind: Kind = "message"
    ) -> Item | None:
        """Return the item, added where it was not known; None when it was deleted.

        :param at_ms: when it was first named
        :raises Malformed: the id is that of an item of another role
        """
        if item_id in self._removed:
            return None
        if item_id not in self._items:
            item = Item(item_id, role, kind, started_at_ms=at_ms)
            self._items[item_id] = self.unfinished[item_id] = item
            self._report_place(self._ordering.show(item_id))
        item = self._items[item_id]
        if (item.role, item.kind) != (role, kind):
            raise Malformed("role")
        return item

    def delete(self, item_id: str) -> None:
        """Remove the item; later events about it are ignored."""
        self._ordering.hide(item_id)
        if self._remove(item_id):
            self._report(ItemRemoved(item_id))

    def report_renumbered(self) -> None:
        """Report the items that got another position though they did not move."""
        for item in filter(None, map(self.get, self._ordering.pop_renumbered())):
            item.position = self._ordering.position(item.id)
            self._report(ItemUpdated(item.id))

    def forget_oldest(self, at_ms: float | None) -> None:
        """Remove the items known longest from memory while there are too many."""
        while len(self._items) > MAX_ITEMS or self._chars > MAX_CALL_CHARS:
            oldest = next(iter(self._items.values()))
            self.finish(oldest, "incomplete", at_ms)
            self._remove(oldest.id)
            self._ordering.forget(oldest.id)
            self._report(ItemForgotten(oldest.id))

    def _remove(self, item_id: str) -> bool:
        self._removed.add(item_id)
        item = self._items.pop(item_id, None)
        self.unfinished.pop(item_id, None)
        self._chars -= len(item.text) if item else 0
        return item is not None

    def _report_place(self, change: ItemAdded | ItemMoved) -> None:
        if item := self._items.get(change.item_id):
            item.position = self._ordering.position(item.id)
        self._report(change)

    def merge_item(self, raw: Json, at_ms: float | None, status: str | None = None) -> Item | None:
        """Add or update an item from a provider's item object; None for one that only has a place.

        :param status: what its status is if the object does not say
        :raises Malformed: it has no id, or that of an item of another role
        """
        kind = _TOOL_KINDS.get(text(raw, "type"), "message")
        role = "tool" if kind != "message" else _ROLES.get(text(raw, "role"))
        if role is None or (kind == "message" and raw.get("type") != "message"):
            return None
        item = self.get_or_add(needed_id(raw, "id"), role, at_ms, kind)
        if item:
            with self.updating(item):
                item.advance_status(text(raw, "status") or status)
                _read_tool_fields(item, raw)
                item.spoken = item.spoken or any(map(is_audio, content(raw)))
            self._merge_content(item, content(raw), at_ms)
        return item

    def append_text(self, item: Item, part: int, delta: str) -> None:
        """Add `delta` to a content part."""
        self._report_text(item, len(item.text), item.append_text(part, delta))

    def set_final_text(self, item: Item, part: int, final: str) -> None:
        """Set a content part's final text."""
        self._report_text(item, len(item.text), item.set_final_text(part, final))

    def _report_text(self, item: Item, chars_before: int, change: TextAppended | TextReplaced | None) -> None:
        if change:
            self._chars += len(item.text) - chars_before
            self._report(change)
        if item.shortened and not item.shortened_reported:
            item.shortened_reported = True
            self._report(ErrorReported("item_too_long", ""))

    def finish(self, item: Item, status: str, at_ms: float | None) -> None:
        """Mark the item's text as final. A status that is more final than `status` stays."""
        with self.updating(item):
            item.advance_status(status)
        if not item.finished:
            item.finished = True
            self.unfinished.pop(item.id, None)
            item.ended_at_ms = at_ms if item.ended_at_ms is None else item.ended_at_ms
            self._report(ItemFinished(item.id))

    @contextmanager
    def updating(self, item: Item) -> Iterator[None]:
        """Report `ItemUpdated` if anything but the text changes inside."""
        before = item.facts()
        yield
        if item.facts() != before:
            self._report(ItemUpdated(item.id))

    def _merge_content(self, item: Item, parts: list[Json], at_ms: float | None) -> None:
        if item.role in ("assistant", "tool") and item.status == "in_progress" and item.output is None:
            return
        for place, part in enumerate(parts):
            self.set_final_text(item, place, words(part) or "")
        awaits_recogniser = any(is_audio(part) and words(part) is None for part in parts)
        if item.role != "user" or (parts and not awaits_recogniser):
            self.finish(item, item.status if item.status != "in_progress" else "completed", at_ms)


def _read_tool_fields(item: Item, raw: Json) -> None:
    item.name = an_id(raw, "name") or item.name
    item.call_id = an_id(raw, "call_id") or item.call_id
    item.arguments = _bounded(raw, "arguments") or item.arguments
    output = _bounded(raw, "output")
    item.output = item.output if output is None else output


def _bounded(raw: Json, name: str) -> str | None:
    value = text(raw, name)
    return None if value is None else value[:MAX_ITEM_CHARS]
