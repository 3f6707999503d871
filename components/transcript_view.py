"""A call's changes as drawing operations for `transcript.js`: a delta costs the same however much was said.

An operation is a list: its name, the item's id, and what it takes. The window holds what the page shows;
of a long conversation that is the end.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from calls.changes import CallChange
from components.direction import Letters
from components.words import Words
from realtime.changes import (
    ItemAdded,
    ItemCut,
    ItemFinished,
    ItemMoved,
    ItemRemoved,
    ItemUpdated,
    TextAppended,
    TextReplaced,
)
from realtime.conversation import Conversation
from realtime.item import Item

Op = list[Any]

SHOWN_AT_FIRST = 300
EARLIER_STEP = 100
MAX_BUBBLE_CHARS = 10_000
"""Browsers need seconds to lay out more Nastaliq than that; nobody reads it in a bubble."""


@dataclass(slots=True)
class Shown:
    """What is known of a bubble in the window."""

    letters: Letters
    chars: int = 0


class TranscriptView:
    """What the page shows of one conversation."""

    def __init__(self, conversation: Conversation, words: Words, language: str) -> None:
        """:param language: what the persona speaks, assumed where letters do not tell"""
        self._conversation = conversation
        self._words = words
        self._language = language
        self._window: list[str] = []
        self._shown: dict[str, Shown] = {}
        self._limit = SHOWN_AT_FIRST
        self._has_earlier = False

    def ops(self, changes: Iterable[CallChange]) -> list[Op]:
        """What the page must do now."""
        return [op for change in changes for op in self._ops_of(change)]

    def _ops_of(self, change: CallChange) -> list[Op]:
        match change:
            case ItemAdded(item_id, after):
                return self._add(item_id, after)
            case ItemMoved(item_id, after):
                return self._move(item_id, after)
            case ItemRemoved(item_id):
                return self._remove(item_id)
            case TextAppended(item_id, text) if item_id in self._shown:
                return self._append(item_id, text)
            case TextReplaced(item_id, text) if item_id in self._shown:
                return self._replace(item_id, text)
            case ItemUpdated(item_id) | ItemCut(item_id) if item_id in self._shown:
                return self._marks(item_id)
            case ItemFinished(item_id) if item_id in self._shown:
                return [*self._marks(item_id), ["finish", item_id]]
        return []

    # -- which items, and where ------------------------------------------------------------------------

    def _add(self, item_id: str, after: str | None) -> list[Op]:
        item = self._conversation.item(item_id)
        if item is None or not is_bubble(item) or item_id in self._shown:
            return []
        before = self._nearest_shown(item_id, after)
        if before is None and self._has_earlier:
            return []
        return [*self._open(item, before), *self._trim()]

    def _open(self, item: Item, before: str | None) -> list[Op]:
        self._window.insert(self._window.index(before) + 1 if before else 0, item.id)
        letters = Letters(self._language)
        self._shown[item.id] = Shown(letters)
        return [["add", item.id, item.role, before, letters.language, letters.direction]]

    def _nearest_shown(self, item_id: str, after: str | None) -> str | None:
        """The shown item it stands behind; `after` itself may be a tool's, which has no bubble."""
        if after is None or after in self._shown:
            return after
        nearest = None
        for item in self._conversation.items:
            if item.id == item_id:
                break
            nearest = item.id if item.id in self._shown else nearest
        return nearest

    def _move(self, item_id: str, after: str | None) -> list[Op]:
        if item_id not in self._shown:
            return []
        self._window.remove(item_id)
        before = self._nearest_shown(item_id, after)
        self._window.insert(self._window.index(before) + 1 if before else 0, item_id)
        return [["move", item_id, before]]

    def _remove(self, item_id: str) -> list[Op]:
        if self._shown.pop(item_id, None) is None:
            return []
        self._window.remove(item_id)
        return [["remove", item_id]]

    def _trim(self) -> list[Op]:
        if len(self._window) <= self._limit:
            return []
        ops = self._remove(self._window[0])
        if not self._has_earlier:
            self._has_earlier = True
            ops.append(["earlier", True])
        return ops

    def show_earlier(self) -> list[Op]:
        """Up to `EARLIER_STEP` items more, before those that are shown."""
        bubbles = [item for item in self._conversation.items if is_bubble(item)]
        first = next((n for n, item in enumerate(bubbles) if item.id in self._shown), 0)
        start = max(0, first - EARLIER_STEP)
        self._limit += first - start
        self._has_earlier = start > 0
        ops: list[Op] = []
        before: str | None = None
        for item in islice(bubbles, start, first):
            ops += [*self._open(item, before), *self._whole(item)]
            before = item.id
        return [*ops, ["earlier", self._has_earlier]]

    def _whole(self, item: Item) -> list[Op]:
        return [*self._append(item.id, item.text), *self._marks(item.id)]

    # -- what a bubble looks like ----------------------------------------------------------------------

    def _append(self, item_id: str, text: str) -> list[Op]:
        shown = self._shown[item_id]
        room = MAX_BUBBLE_CHARS - shown.chars
        shown.chars += len(text)
        if room <= 0 or not text:
            return []
        fitting = text if len(text) <= room else f"{text[:room]}…"
        return [["append", item_id, fitting], *self._turn(item_id, shown.letters, fitting)]

    def _replace(self, item_id: str, text: str) -> list[Op]:
        before = self._shown[item_id].letters.language
        shown = self._shown[item_id] = Shown(Letters(self._language))
        ops = self._append(item_id, text)
        turned = [["turn", item_id, shown.letters.language, shown.letters.direction]]
        return [
            ["text", item_id, ops[0][2] if ops else ""],
            *(turned if shown.letters.language != before else []),
        ]

    def _turn(self, item_id: str, letters: Letters, text: str) -> list[Op]:
        before = letters.language
        letters.add(text)
        return [] if letters.language == before else [["turn", item_id, letters.language, letters.direction]]

    def _marks(self, item_id: str) -> list[Op]:
        item = self._conversation.item(item_id)
        if item is None:
            return []
        ops: list[Op] = [["cut", item_id, heard_units(item)]] if item.interrupted else []
        if item.failure:
            ops.append(["note", item_id, self._speech_note(item)])
        return ops

    def _speech_note(self, item: Item) -> str:
        if item.failure != "no_recognizer":
            return self._words["transcript.untranscribed"]
        if item.speech_ms is None:
            return self._words["transcript.speech_unknown_length"]
        return self._words("transcript.speech", seconds=f"{item.speech_ms / 1000:.1f}")


def is_bubble(item: Item) -> bool:
    """Whether people said it; tools and system messages have no bubble."""
    return item.kind == "message" and item.role in ("user", "assistant")


def heard_units(item: Item) -> int | None:
    """Where the unheard part begins, in UTF-16 units, never inside a word; None: unknown."""
    if item.heard is None:
        return None
    end = item.heard
    while 0 < end < len(item.text) and not item.text[end].isspace():
        end += 1
    return len(item.text[:end].encode("utf-16-le")) // 2


def joined(ops: Sequence[Op]) -> list[Op]:
    """The same drawing with consecutive appends to one item as one."""
    result: list[Op] = []
    for op in ops:
        if result and op[0] == "append" == result[-1][0] and op[1] == result[-1][1]:
            result[-1] = ["append", op[1], result[-1][2] + op[2]]
        else:
            result.append(op)
    return result
