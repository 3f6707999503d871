"""What a conversation says happened: `Conversation.apply` returns these, and whoever watches follows them.

The page draws them, the store writes them, the meter counts them. Nobody re-reads the transcript.
Their `repr` may end up in a log and holds nothing that was said.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

Activity = Literal["listening", "caller_speaking", "thinking", "agent_speaking"]


@dataclass(frozen=True, slots=True)
class ItemAdded:
    """A new item stands in the conversation, directly behind `after` (None: it is the first).

    Draw it without text: its text follows as `TextAppended`, even when the item came with it.
    """

    item_id: str
    after: str | None


@dataclass(frozen=True, slots=True)
class ItemMoved:
    """A known item turned out to stand elsewhere: directly behind `after` (None: first)."""

    item_id: str
    after: str | None


@dataclass(frozen=True, slots=True)
class ItemRemoved:
    """The provider deleted the item from the conversation."""

    item_id: str


@dataclass(frozen=True, slots=True)
class ItemForgotten:
    """The item is one of the oldest of a very long conversation and left memory; it was finished before."""

    item_id: str


@dataclass(frozen=True, slots=True)
class TextAppended:
    """`text` was added at the end of the item's text."""

    item_id: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TextReplaced:
    """The item's whole text is now `text` (a final transcript that differs from its deltas)."""

    item_id: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ItemUpdated:
    """Something other than text changed: status, speech length, a recogniser's failure. Read the item."""

    item_id: str


@dataclass(frozen=True, slots=True)
class ItemCut:
    """A barge-in: of the agent's item only the first `heard` characters were (estimated) played."""

    item_id: str
    heard: int


@dataclass(frozen=True, slots=True)
class VoiceMoved:
    """The agent's voice is, by estimate (`realtime.conversation.pace`), going through the item's text.

    It was at the first character `since_ms` before this event (less than 0: it will be), and goes on at
    `chars_per_ms`. None: it has not begun. Told once when that changes, never with each delta.
    """

    item_id: str
    chars_per_ms: float
    since_ms: float | None


@dataclass(frozen=True, slots=True)
class VoiceEnded:
    """The voice is not in this item any more: it was said to its end or cut (`ItemCut`), or there is none."""

    item_id: str


@dataclass(frozen=True, slots=True)
class ItemFinished:
    """The item's text is final and may be announced or stored."""

    item_id: str


@dataclass(frozen=True, slots=True)
class ActivityChanged:
    """Who is doing what now; drives status and circle."""

    activity: Activity


@dataclass(frozen=True, slots=True)
class UsageReported:
    """Tokens or seconds the provider bills, the known fields of it; `source` says for what."""

    source: Literal["response", "transcription"]
    usage: dict[str, Any]
    item_or_response_id: str


@dataclass(frozen=True, slots=True)
class ToolReady:
    """A completed function call that someone may now act on, once per `call_id`."""

    item_id: str
    call_id: str
    name: str = field(repr=False)
    arguments: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ResponseFinished:
    """`response.done`: generation (not playback) ended with `status`."""

    response_id: str
    status: str
    reason: str | None
    """Why it did not complete (`turn_detected`, `max_output_tokens`, …), or the code of its error."""
    metadata: dict[str, str] = field(repr=False)
    output: str = field(repr=False)
    """The words of its message items, a line each part; also of an out-of-band response."""


@dataclass(frozen=True, slots=True)
class SessionReported:
    """`session.created` or `session.updated`: the provider's effective configuration."""

    session: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ErrorReported:
    """An `error` event, a failed response, a malformed event or a text that is too long; the call goes on."""

    code: str
    """One of `realtime.error_codes`, `malformed_event` or `item_too_long`."""
    message: str = field(repr=False)


Change = (
    ItemAdded
    | ItemMoved
    | ItemRemoved
    | ItemForgotten
    | TextAppended
    | TextReplaced
    | ItemUpdated
    | ItemCut
    | VoiceMoved
    | VoiceEnded
    | ItemFinished
    | ActivityChanged
    | UsageReported
    | ToolReady
    | ResponseFinished
    | SessionReported
    | ErrorReported
)
