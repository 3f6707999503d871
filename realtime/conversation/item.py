"""One item of a conversation: a bubble in the page."""

from dataclasses import dataclass, field
from typing import Literal

from realtime.bounds import MAX_ITEM_CHARS, MAX_ITEM_PARTS
from realtime.conversation.changes import TextAppended, TextReplaced

Role = Literal["user", "assistant", "system", "tool"]
Kind = Literal["message", "function_call", "function_call_output"]
Status = Literal["in_progress", "completed", "incomplete", "failed"]

_FINALITY: list[Status] = ["in_progress", "completed", "incomplete", "failed"]
"""A later one overrules an earlier one, in whatever order the news comes."""


@dataclass
class Item:
    """What is known of an item so far. Only `Conversation` writes it.

    Its `repr` may end up in a log and holds none of its words.
    """

    id: str
    role: Role
    kind: Kind = "message"
    text: str = field(default="", repr=False)
    """Its words, up to `MAX_ITEM_CHARS`; never shortened by a barge-in."""
    shortened: bool = False
    """It had more words than are kept."""
    shortened_told: bool = field(default=False, repr=False)
    position: int = 0
    """Greater than that of the items before it; see `Ordering.position`."""
    status: Status = "in_progress"
    finished: bool = False
    """The text is final."""
    interrupted: bool = False
    """An agent's item that was cut before its end."""
    heard: int | None = None
    """Characters of `text` that were (estimated) played before the cut; None: not cut, or nobody can tell."""
    spoken: bool = False
    """By voice, not typed."""
    speech_ms: float | None = None
    """Length of the caller's speech as the provider's voice detection measured it, without its margins."""
    failure: str | None = None
    """The recogniser's error code."""
    started_at_ms: float | None = None
    """The caller began to speak; for other items, the first event that named it."""
    ended_at_ms: float | None = None
    """The caller stopped speaking; for other items, the text became final."""
    name: str | None = field(default=None, repr=False)
    """Of the tool that is called."""
    call_id: str | None = None
    """What ties a tool's call to its output."""
    arguments: str | None = field(default=None, repr=False)
    """Of a tool call: JSON, as the model wrote it."""
    output: str | None = field(default=None, repr=False)
    """What a tool returned."""
    speech_began_ms: float | None = field(default=None, repr=False)
    """`audio_start_ms`: position in the session's audio."""
    _parts: dict[int, str] = field(default_factory=dict, repr=False)
    _settled: set[int] = field(default_factory=set, repr=False)

    def append(self, part: int, delta: str) -> TextAppended | TextReplaced | None:
        """Add `delta` to the content part, unless its final text is known already."""
        if part in self._settled or not delta:
            return None
        return self._write(part, self._parts.get(part, "") + delta)

    def settle(self, part: int, text: str) -> TextAppended | TextReplaced | None:
        """The content part's final text. Nothing is no text: the server empties what a barge-in cut."""
        if not text:
            return None
        if len(self._settled) < MAX_ITEM_PARTS:
            self._settled.add(part)
        if self.role == "assistant" and self._parts.get(part, "").startswith(text):
            return None
        return self._write(part, text)

    def advance(self, status: str | None) -> None:
        """Take a status that is more final than the present one; others say nothing new."""
        if status in _FINALITY and _FINALITY.index(status) > _FINALITY.index(self.status):
            self.status = status

    def facts(self) -> tuple[object, ...]:
        """All but the text, to tell whether something changed."""
        said = (
            self.role,
            self.kind,
            self.status,
            self.spoken,
            self.speech_ms,
            self.failure,
            self.interrupted,
        )
        return (*said, self.heard, self.name, self.call_id, self.arguments, self.output)

    def _write(self, part: int, text: str) -> TextAppended | TextReplaced | None:
        before = self.text
        taken = sum(len(each) + 1 for place, each in self._parts.items() if place != part)
        room = MAX_ITEM_CHARS - taken
        self.shortened = self.shortened or len(text) > room
        if part not in self._parts and (len(self._parts) == MAX_ITEM_PARTS or room <= 0):
            self.shortened = True
            return None
        self._parts[part] = text[:room]
        self.text = "\n".join(self._parts[each] for each in sorted(self._parts))
        if self.text == before:
            return None
        if self.text.startswith(before):
            return TextAppended(self.id, self.text[len(before) :])
        return TextReplaced(self.id, self.text)
