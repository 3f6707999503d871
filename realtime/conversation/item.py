"""One item of a conversation: a bubble on the page."""

from dataclasses import dataclass, field
from typing import Literal

from realtime.bounds import MAX_ITEM_CHARS, MAX_ITEM_PARTS
from realtime.conversation.changes import TextAppended, TextReplaced
from text_units import shortened

Role = Literal["user", "assistant", "system", "tool"]
Kind = Literal["message", "function_call", "function_call_output"]
Status = Literal["in_progress", "completed", "incomplete", "failed"]

_FINALITY: list[Status] = ["in_progress", "completed", "incomplete", "failed"]
"""Statuses by how final they are: a later one replaces an earlier one, in any order of events."""


@dataclass
class Item:
    """State of one item. Only `Conversation` writes it.

    Its `repr` may end up in a log and holds none of its words.
    """

    id: str
    role: Role
    kind: Kind = "message"
    text: str = field(default="", repr=False)
    """Its words, up to `MAX_ITEM_CHARS`; never shortened by a barge-in."""
    shortened: bool = False
    """Whether it had more words than are kept."""
    shortened_reported: bool = field(default=False, repr=False)
    """Whether an `ErrorReported` has said so."""
    position: int = 0
    """Greater than that of the items before it; see `Ordering.position`."""
    status: Status = "in_progress"
    finished: bool = False
    """Whether the text is final."""
    interrupted: bool = False
    """Whether this is an agent's item that was cut before its end."""
    heard: int | None = None
    """Characters of `text` that were (estimated) played before the cut; None: not cut, or nobody can tell."""
    spoken: bool = False
    """Whether it was spoken, not typed."""
    speech_ms: float | None = None
    """Length in ms of the caller's speech by the provider's voice detection, without its margins."""
    failure: str | None = None
    """The recogniser's error code."""
    started_at_ms: float | None = None
    """When the caller began to speak; for other items, when the first event named it."""
    ended_at_ms: float | None = None
    """When the caller stopped speaking; for other items, when the text became final."""
    name: str | None = field(default=None, repr=False)
    """Name of the tool that is called."""
    call_id: str | None = None
    """Id that a tool's call and its output share."""
    arguments: str | None = field(default=None, repr=False)
    """Arguments of a tool call: JSON, as the model wrote it."""
    output: str | None = field(default=None, repr=False)
    """Output of a tool."""
    speech_began_ms: float | None = field(default=None, repr=False)
    """Start of the caller's speech in ms of the session's audio (`audio_start_ms`)."""
    _parts: dict[int, str] = field(default_factory=dict, repr=False)
    _final_parts: set[int] = field(default_factory=set, repr=False)

    def append_text(self, part: int, delta: str) -> TextAppended | TextReplaced | None:
        """Add `delta` to the content part, unless its final text is known already."""
        if part in self._final_parts or not delta:
            return None
        return self._write(part, self._parts.get(part, "") + delta)

    def set_final_text(self, part: int, text: str) -> TextAppended | TextReplaced | None:
        """Set the content part's final text; an empty one is ignored: the server empties what was cut."""
        if not text:
            return None
        if len(self._final_parts) < MAX_ITEM_PARTS:
            self._final_parts.add(part)
        if self.role == "assistant" and self._parts.get(part, "").startswith(text):
            return None
        return self._write(part, text)

    def advance_status(self, status: str | None) -> None:
        """Set a status that is more final than the present one; ignore any other."""
        if status in _FINALITY and _FINALITY.index(status) > _FINALITY.index(self.status):
            self.status = status

    def facts(self) -> tuple[object, ...]:
        """Return all fields but the text, to find out whether something changed."""
        state = (
            self.role,
            self.kind,
            self.status,
            self.spoken,
            self.speech_ms,
            self.failure,
            self.interrupted,
        )
        return (*state, self.heard, self.name, self.call_id, self.arguments, self.output)

    def _write(self, part: int, text: str) -> TextAppended | TextReplaced | None:
        before = self.text
        taken = sum(len(each) + 1 for place, each in self._parts.items() if place != part)
        room = MAX_ITEM_CHARS - taken
        self.shortened = self.shortened or len(text) > room
        if part not in self._parts and (len(self._parts) == MAX_ITEM_PARTS or room <= 0):
            self.shortened = True
            return None
        self._parts[part] = shortened(text, room)
        self.text = "\n".join(self._parts[each] for each in sorted(self._parts))
        if self.text == before:
            return None
        if self.text.startswith(before):
            return TextAppended(self.id, self.text[len(before) :])
        return TextReplaced(self.id, self.text)
