"""Order of a conversation's items: each behind its `previous_item_id`, in any order of events."""

from collections import OrderedDict
from collections.abc import Iterator

from realtime.bounds import MAX_MOVED
from realtime.conversation.changes import ItemAdded, ItemMoved

ROOT = "root"
MAX_HIDDEN = 64
"""Places without an item that are kept for late events: of deleted items, and of those only named so far."""
GAP = 4096
"""Difference of the positions of two items added one after the other: room for twelve insertions."""
LAST_POSITION = 2**31 - 1
"""Largest integer of the record's column."""


class _Place:
    """Link of the list. All that follows it by `previous_item_id`, near or far, stands right behind it."""

    __slots__ = ("after", "before", "item_id", "parent", "position", "shown")

    def __init__(self, item_id: str) -> None:
        self.item_id = item_id
        self.before = self.after = self
        self.parent: _Place | None = None
        self.position = 0
        self.shown = False


class Ordering:
    """Linked list of a conversation's items, in order.

    A place exists from the first time its id is named, even if only as another item's predecessor, and
    outlives a deleted item: a late item still finds where it belongs. An item without a known predecessor
    stands at the end. All steps take the same time in a long conversation as in a short one: an item moves
    together with the items behind it by `previous_item_id`, unless these are more than `MAX_MOVED`.
    """

    def __init__(self) -> None:
        self._edge = _Place("")
        """Sentinel before the first place and behind the last."""
        self._places: dict[str, _Place] = {}
        self._hidden: OrderedDict[str, None] = OrderedDict()
        """Places without an item, the one used last at the end."""
        self._has_first = False
        self._renumbered: list[str] = []

    def __iter__(self) -> Iterator[str]:
        """Iterate over the shown ids, in order."""
        place = self._edge.after
        while place is not self._edge:
            if place.shown:
                yield place.item_id
            place = place.after

    def __reversed__(self) -> Iterator[str]:
        """Iterate over the shown ids, the last one first."""
        place = self._edge.before
        while place is not self._edge:
            if place.shown:
                yield place.item_id
            place = place.before

    def position(self, item_id: str) -> int:
        """Return a number that is greater for later items; it seldom changes unless the item moves.

        Very many insertions at one place make items share one: the numbers of thousands never change at once.
        """
        return self._places[item_id].position

    def pop_renumbered(self) -> list[str]:
        """Return the shown items that got another position since the last call, though they did not move."""
        renumbered, self._renumbered = self._renumbered, []
        return renumbered

    def show(self, item_id: str) -> ItemAdded:
        """Show the item in the conversation."""
        place = self._place(item_id)
        place.shown = True
        self._hidden.pop(item_id, None)
        return ItemAdded(item_id, self._shown_before(place))

    def hide(self, item_id: str) -> None:
        """Remove the item; its place stays for items that name it as their predecessor."""
        place = self._place(item_id)
        place.shown = False
        self._hide(place)

    def forget(self, item_id: str) -> None:
        """Remove the item and its place."""
        if place := self._places.pop(item_id, None):
            self._hidden.pop(item_id, None)
            _unlink(place, place)
            # Others may still refer to it as their parent; it must not keep its own neighbours in memory.
            place.parent, place.before, place.after = None, place, place

    def place_after(self, item_id: str, previous: str | None) -> list[ItemMoved]:
        """Put `item_id` directly behind `previous`; "root" puts it first.

        None puts it first too, but only once: servers that do not keep the order send null for every item.
        """
        place = self._place(item_id)
        if previous is None and (place.parent or self._has_first):
            return []
        target = self._edge if previous in (None, ROOT) else self._predecessor(previous or "", place)
        if target is place.parent:
            return []
        moving = self._with_followers(place)
        if target in moving or len(moving) > MAX_MOVED:
            return []
        self._has_first = self._has_first or target is self._edge
        return self._move(place, moving, target)

    def _place(self, item_id: str) -> _Place:
        if item_id in self._hidden:
            self._hidden.move_to_end(item_id)
        return self._places.get(item_id) or self._new_place(item_id, self._edge.before)

    def _predecessor(self, item_id: str, of: _Place) -> _Place:
        if of.parent and of.parent.item_id == item_id:
            return of.parent  # It may be forgotten by now.
        if item_id not in self._places and of.parent is None:
            return self._new_place(item_id, of.before)
        return self._place(item_id)

    def _new_place(self, item_id: str, target: _Place) -> _Place:
        place = self._places[item_id] = _Place(item_id)
        self._link([place], target)
        self._hide(place)
        return place

    def _hide(self, place: _Place) -> None:
        self._hidden[place.item_id] = None
        if len(self._hidden) > MAX_HIDDEN:
            self.forget(next(iter(self._hidden)))

    def _move(self, place: _Place, moving: list[_Place], target: _Place) -> list[ItemMoved]:
        place.parent = target
        if target.after is place:
            return []
        stood_behind = self._shown_before(place)
        _unlink(place, moving[-1])
        self._link(moving, target)
        if self._shown_before(place) == stood_behind:
            return []
        return [ItemMoved(moved.item_id, self._shown_before(moved)) for moved in moving if moved.shown]

    def _with_followers(self, place: _Place) -> list[_Place]:
        """Return the place and what moves with it, in order; at most one more than may be moved."""
        followers = {place: None}
        follower = place.after
        while follower.parent in followers and len(followers) <= MAX_MOVED:
            followers[follower] = None
            follower = follower.after
        return list(followers)

    def _shown_before(self, place: _Place) -> str | None:
        before = place.before
        while before is not self._edge and not before.shown:
            before = before.before
        return before.item_id or None

    def _link(self, places: list[_Place], target: _Place) -> None:
        """Put `places`, which stand in a row, behind `target`."""
        first, last = places[0], places[-1]
        last.after, first.before = target.after, target
        target.after.before, target.after = last, first
        self._number(places, target, last.after)

    def _number(self, places: list[_Place], before: _Place, after: _Place) -> None:
        step = self._step(places, before, after)
        if not step:
            following = self._following(after)
            self._renumbered += [place.item_id for place in following if place.shown]
            places = places + following
            step = self._step(places, before, following[-1].after)
        for count, place in enumerate(places, 1):
            place.position = min(before.position + count * step, LAST_POSITION)

    def _step(self, places: list[_Place], before: _Place, after: _Place) -> int:
        return GAP if after is self._edge else (after.position - before.position) // (len(places) + 1)

    def _following(self, place: _Place) -> list[_Place]:
        """Return the place and those behind it, as many as are numbered anew at once."""
        following: list[_Place] = []
        while place is not self._edge and len(following) < MAX_MOVED:
            following.append(place)
            place = place.after
        return following


def _unlink(first: _Place, last: _Place) -> None:
    first.before.after, last.after.before = last.after, first.before
