"""Where items stand in a conversation: behind their `previous_item_id`, whatever order the news came in."""

from collections.abc import Iterator

from realtime.changes import ItemAdded, ItemMoved

ROOT = "root"


class _Place:
    """A link of the list. All that follows it by `previous_item_id`, near or far, stands right behind it."""

    __slots__ = ("after", "before", "item_id", "parent", "shown")

    def __init__(self, item_id: str) -> None:
        self.item_id = item_id
        self.before = self.after = self
        self.parent: _Place | None = None
        self.shown = False


class Ordering:
    """The order of a conversation's items.

    A place exists from the first time its id is named, even if only as another item's predecessor, and
    outlives a deleted item: a late item still finds where it belongs. An item that said nothing of where it
    stands waits at the end. All steps take the same time in a long conversation as in a short one, except
    that moving an item takes along all that stands behind it by `previous_item_id`.
    """

    def __init__(self) -> None:
        self._edge = _Place("")
        """Stands before the first place and behind the last."""
        self._places: dict[str, _Place] = {}
        self._has_first = False

    def __iter__(self) -> Iterator[str]:
        """The shown ids, in order."""
        place = self._edge.after
        while place is not self._edge:
            if place.shown:
                yield place.item_id
            place = place.after

    def show(self, item_id: str) -> ItemAdded:
        place = self._place(item_id)
        place.shown = True
        return ItemAdded(item_id, self._shown_before(place))

    def hide(self, item_id: str) -> None:
        self._place(item_id).shown = False

    def follow(self, item_id: str, previous: str | None) -> list[ItemMoved]:
        """Put `item_id` directly behind `previous`; "root" puts it first.

        None too, but only for one item: servers that do not keep the order send null for every item.
        """
        place = self._place(item_id)
        if previous is None and (place.parent or self._has_first):
            return []
        target = self._edge if previous in (None, ROOT) else self._predecessor(previous or "", place)
        if target is place.parent or self._stands_within(target, place):
            return []
        self._has_first = self._has_first or target is self._edge
        return self._move(place, target)

    def _place(self, item_id: str) -> _Place:
        if item_id not in self._places:
            self._places[item_id] = _Place(item_id)
            _link(self._places[item_id], self._places[item_id], self._edge.before)
        return self._places[item_id]

    def _predecessor(self, item_id: str, of: _Place) -> _Place:
        if item_id not in self._places and of.parent is None:
            self._places[item_id] = _Place(item_id)
            _link(self._places[item_id], self._places[item_id], of.before)
        return self._place(item_id)

    def _stands_within(self, target: _Place, place: _Place) -> bool:
        if place.after.parent is not place:
            return target is place
        above: _Place | None = target
        while above and above is not place:
            above = above.parent
        return above is place

    def _move(self, place: _Place, target: _Place) -> list[ItemMoved]:
        place.parent = target
        if target.after is place:
            return []
        moving = self._with_followers(place)
        stood_behind = self._shown_before(place)
        _unlink(place, moving[-1])
        _link(place, moving[-1], target)
        if self._shown_before(place) == stood_behind:
            return []
        return [ItemMoved(moved.item_id, self._shown_before(moved)) for moved in moving if moved.shown]

    def _with_followers(self, place: _Place) -> list[_Place]:
        followers = {place: None}
        follower = place.after
        while follower.parent in followers:
            followers[follower] = None
            follower = follower.after
        return list(followers)

    def _shown_before(self, place: _Place) -> str | None:
        before = place.before
        while before is not self._edge and not before.shown:
            before = before.before
        return before.item_id or None


def _unlink(first: _Place, last: _Place) -> None:
    first.before.after, last.after.before = last.after, first.before


def _link(first: _Place, last: _Place, target: _Place) -> None:
    last.after, first.before = target.after, target
    target.after.before, target.after = last, first
