"""A call's changes as drawing operations for `transcript.js`: a delta costs the same however much was said.

An operation is a list: its name, the item's id, and what it takes. The window holds what the page shows:
never more than `MAX_SHOWN` items; of a long conversation the end, until somebody asks for others.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from calls.events import CallChange, Closed
from calls.services.tool_outputs import Outcome, outcome_of
from components.shared.direction import Direction, Letters
from components.shared.words import Words
from realtime.bounds import MAX_ITEMS
from realtime.conversation import Conversation
from realtime.conversation.changes import (
    ItemAdded,
    ItemCut,
    ItemFinished,
    ItemForgotten,
    ItemMoved,
    ItemRemoved,
    ItemUpdated,
    TextAppended,
    TextReplaced,
    VoiceEnded,
    VoiceMoved,
)
from realtime.conversation.item import Item
from realtime.recent import RecentDict
from text_units import shortened, word_ceil

Op = list[Any]

MAX_SHOWN = 300
STEP = 100
"""How many items come into the window at once when somebody scrolls back or forth."""
MAX_BUBBLE_CHARS = 10_000
"""Browsers need seconds to lay out more Nastaliq than that; nobody reads it in a bubble."""


@dataclass(slots=True)
class Shown:
    """What is known of a bubble in the window."""

    letters: Letters
    turned: tuple[str, Direction]
    """Language and direction as the page shows them."""
    chars: int = 0


class TranscriptView:
    """What the page shows of one conversation."""

    def __init__(self, conversation: Conversation, words: Words, language: str, *also: str) -> None:
        """Create the transcript view.

        :param language: what the persona speaks, assumed where letters do not tell
        :param also: other languages that it speaks
        """
        self.conversation = conversation
        self._words = words
        self._language, self._also = language, also
        self._window: list[str] = []
        self._shown: dict[str, Shown] = {}
        self._has_earlier = self._has_later = False
        self._tool_items: RecentDict[str] = RecentDict(MAX_ITEMS)
        self._outcomes: RecentDict[Outcome] = RecentDict(MAX_ITEMS)
        """What came of the tools' calls, by call id."""
        for item in conversation.items:
            self._tie_tool(item)

    def ops(self, changes: Iterable[CallChange]) -> list[Op]:
        """Return what the page must do now."""
        return [op for change in changes for op in self._ops_of(change)]

    def _ops_of(self, change: CallChange) -> list[Op]:
        match change:
            case ItemAdded(item_id, after):
                return self._add(item_id, after)
            case ItemMoved(item_id, after):
                return self._move(item_id, after)
            case ItemRemoved(item_id) | ItemForgotten(item_id):
                return self._remove(item_id)
            case TextAppended(item_id, text) if item_id in self._shown:
                return self._append(item_id, text)
            case TextReplaced(item_id, text) if item_id in self._shown:
                return self._replace(item_id, text)
            case ItemUpdated(item_id) | ItemCut(item_id):
                return self._updated(item_id)
            case ItemFinished(item_id) if item_id in self._shown:
                return [*self._marks(item_id), ["finish", item_id]]
            case VoiceMoved(item_id, chars_per_ms, since_ms) if item_id in self._shown:
                return [["voice", item_id, chars_per_ms, since_ms]]
            case VoiceEnded(item_id) if item_id in self._shown:
                return [["said", item_id]]
            case Closed():
                return [*self._unwritten(), ["silence", None]]
        return []

    # -- which items, and where ------------------------------------------------------------------------

    def _add(self, item_id: str, after: str | None) -> list[Op]:
        item = self.conversation.item(item_id)
        if item is None or item_id in self._shown:
            return []
        ops = self._tie_tool(item)
        if not is_shown(item):
            return ops
        before = self._nearest_shown(item, after)
        if self._is_outside(before):
            return []
        return [*self._open(item, before), *self._trim()]

    def _is_outside(self, before: str | None) -> bool:
        """Whether what stands behind `before` belongs to a part that is not shown."""
        if before is None:
            return self._has_earlier
        return self._has_later and before == self._window[-1]

    def _open(self, item: Item, before: str | None) -> list[Op]:
        self._window.insert(self._window.index(before) + 1 if before else 0, item.id)
        shown = self._shown[item.id] = self._empty()
        added = ["add", item.id, item.role, before, *shown.turned, self._time(item)]
        return [added, *self._tool(item)]

    def _time(self, item: Item) -> str:
        return clock(item.started_at_ms, self.conversation.began_at_ms)

    def _nearest_shown(self, item: Item, after: str | None) -> str | None:
        """Return the shown item it stands behind; `after` itself may have no bubble."""
        if after is None or after in self._shown:
            return after
        shown = filter(None, map(self.conversation.item, self._window))
        before = [each for each in shown if each is not item and each.position <= item.position]
        return max(reversed(before), key=lambda each: each.position).id if before else None

    def _move(self, item_id: str, after: str | None) -> list[Op]:
        item = self.conversation.item(item_id)
        if item is None or item_id not in self._shown:
            return []
        self._window.remove(item_id)
        before = self._nearest_shown(item, after)
        self._window.insert(self._window.index(before) + 1 if before else 0, item_id)
        return [["move", item_id, before]]

    def _remove(self, item_id: str) -> list[Op]:
        if self._shown.pop(item_id, None) is None:
            return []
        self._window.remove(item_id)
        return [["remove", item_id]]

    def _trim(self) -> list[Op]:
        if len(self._window) <= MAX_SHOWN:
            return []
        if self._has_later:
            return self._remove(self._window[-1])
        ops = self._remove(self._window[0])
        if not self._has_earlier:
            self._has_earlier = True
            ops.append(["edges", None, True, False])
        return ops

    @property
    def shown_ids(self) -> frozenset[str]:
        """The items in the window."""
        return frozenset(self._shown)

    def show_earlier(self) -> list[Op]:
        """Up to `STEP` items before those that are shown."""
        items = self._bubbles()
        first = self._place_of_window(items)
        return self._show(items, max(0, first - STEP))

    def show_later(self) -> list[Op]:
        """Up to `STEP` items behind those that are shown."""
        items = self._bubbles()
        return self._show(items, min(self._place_of_window(items) + STEP, len(items) - MAX_SHOWN))

    def show_latest(self) -> list[Op]:
        """Return the end of the conversation."""
        items = self._bubbles()
        return self._show(items, len(items) - MAX_SHOWN)

    def show_around(self, item_id: str) -> list[Op]:
        """Return an item that is not in the window, with what stands around it; nothing to do if it is."""
        items = self._bubbles()
        place = next((place for place, item in enumerate(items) if item.id == item_id), None)
        if item_id in self._shown or place is None:
            return []
        return self._show(items, min(place - MAX_SHOWN // 2, len(items) - MAX_SHOWN))

    def _bubbles(self) -> list[Item]:
        return [item for item in self.conversation.items if is_shown(item)]

    def _place_of_window(self, items: Sequence[Item]) -> int:
        return next((place for place, item in enumerate(items) if item.id in self._shown), 0)

    def _show(self, items: Sequence[Item], start: int) -> list[Op]:
        """Let the window begin with `items[start]`."""
        start = max(0, start)
        wanted = items[start : start + MAX_SHOWN]
        stay = {item.id for item in wanted}
        ops: list[Op] = [op for left in self._window[:] if left not in stay for op in self._remove(left)]
        for before, item in pairwise([None, *wanted]):
            if item and item.id not in self._shown:
                ops += [*self._open(item, before.id if before else None), *self._whole(item)]
        self._has_earlier, self._has_later = start > 0, start + MAX_SHOWN < len(items)
        return [*ops, ["edges", None, self._has_earlier, self._has_later]]

    def _whole(self, item: Item) -> list[Op]:
        if item.role == "tool":
            return []
        return [*self._append(item.id, item.text), *self._marks(item.id)]

    # -- what a bubble looks like ----------------------------------------------------------------------

    def _append(self, item_id: str, text: str) -> list[Op]:
        shown = self._shown[item_id]
        room = MAX_BUBBLE_CHARS - shown.chars
        shown.chars += len(text)
        if room <= 0 or not text:
            return []
        fitting = text if len(text) <= room else f"{shortened(text, room)}…"
        return [["append", item_id, fitting], *self._turn(item_id, shown, fitting)]

    def _replace(self, item_id: str, text: str) -> list[Op]:
        before = self._shown[item_id].turned
        shown = self._shown[item_id] = self._empty()
        ops = self._append(item_id, text)
        return [
            ["text", item_id, ops[0][2] if ops else ""],
            *([["turn", item_id, *shown.turned]] if shown.turned != before else []),
        ]

    def _empty(self) -> Shown:
        letters = Letters(self._language, self._also)
        return Shown(letters, (letters.language, letters.direction))

    def _turn(self, item_id: str, shown: Shown, text: str) -> list[Op]:
        before, letters = shown.turned, shown.letters.add(text)
        shown.turned = letters.language, letters.direction
        return [] if shown.turned == before else [["turn", item_id, *shown.turned]]

    def _updated(self, item_id: str) -> list[Op]:
        item = self.conversation.item(item_id)
        if item and item.role == "tool":
            return self._tie_tool(item)
        return self._marks(item_id) if item_id in self._shown else []

    def _marks(self, item_id: str) -> list[Op]:
        item = self.conversation.item(item_id)
        if item is None or item.role == "tool":
            return []
        ops: list[Op] = [["cut", item_id, heard_units(item)]] if item.interrupted else []
        if note := self.note_of(item) or self._script_note(item):
            ops.append(["note", item_id, note])
        return ops

    def _unwritten(self) -> list[Op]:
        """Return what was said last and nobody will write down any more says so."""
        items = (self.conversation.item(item_id) for item_id in self._window)
        note = self._words["transcript.untranscribed"]
        return [
            ["note", item.id, note]
            for item in items
            if item and item.role == "user" and not item.finished and not item.text
        ]

    def note_of(self, item: Item) -> str | None:
        """Return what stands in the place of words that nobody has."""
        if item.role == "user" and item.status == "incomplete" and not item.text:
            return self._words["transcript.untranscribed"]
        if not item.failure:
            return None
        if item.failure == "model_unavailable":
            return self._words["transcript.model_unavailable"]
        if item.failure != "no_recognizer":
            return self._words["transcript.untranscribed"]
        if item.speech_ms is None:
            return self._words["transcript.speech_unknown_length"]
        return self._words("transcript.speech", seconds=f"{item.speech_ms / 1000:.1f}")

    def _script_note(self, item: Item) -> str | None:
        script = self._shown[item.id].letters.unexpected_script if item.spoken and item.finished else None
        return script and self._words[f"transcript.script.{script}"]

    # -- what a tool's line says -----------------------------------------------------------------------

    def _tie_tool(self, item: Item) -> list[Op]:
        """Take in a tool's call, or its output, by which the call is known to be done."""
        if item.kind == "function_call" and item.call_id:
            self._tool_items[item.call_id] = item.id
            return self._tool(item)
        if item.kind != "function_call_output" or not item.call_id or item.output is None:
            return []
        if item.call_id not in self._outcomes:
            self._outcomes[item.call_id] = outcome_of(item.output)
            call = self.conversation.item(self._tool_items.get(item.call_id, ""))
            return self._tool(call) if call else []
        return []

    def _tool(self, item: Item) -> list[Op]:
        if item.role != "tool" or item.id not in self._shown:
            return []
        state = self.tool_state(item)
        return [["tool", item.id, item.name or "", state, self._words[f"transcript.tool_state.{state}"]]]

    def tool_state(self, item: Item) -> str:
        """Return `running`, or what came of it."""
        if outcome := self._outcomes.get(item.call_id or ""):
            return outcome
        return "failed" if item.status in ("failed", "incomplete") else "running"


def is_shown(item: Item) -> bool:
    """Whether it has a place on the page: what people said, and that a tool was called."""
    return item.kind == "function_call" or (item.kind == "message" and item.role in ("user", "assistant"))


def clock(at_ms: float | None, began_at_ms: float | None) -> str:
    """`mm:ss` since the call began; empty where nobody knows."""
    if at_ms is None or began_at_ms is None:
        return ""
    minutes, seconds = divmod(max(0, int(at_ms - began_at_ms)) // 1000, 60)
    return f"{minutes:02}:{seconds:02}"


def heard_units(item: Item) -> int | None:
    """Return where the unheard part begins, in UTF-16 units, never inside a word; None: unknown."""
    if item.heard is None:
        return None
    return units(item.text[: word_ceil(item.text, item.heard)])


def units(text: str) -> int:
    """Return the length of a text as the browser counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def joined(ops: Sequence[Op]) -> list[Op]:
    """Return the same drawing with consecutive appends to one item as one."""
    result: list[Op] = []
    for op in ops:
        if result and op[0] == "append" == result[-1][0] and op[1] == result[-1][1]:
            result[-1] = ["append", op[1], result[-1][2] + op[2]]
        else:
            result.append(op)
    return result
