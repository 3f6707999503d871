"""Changes of a conversation, as `Conversation.apply` returns them.

The page draws them, the store writes them and the meter counts them; none of these reads the transcript anew.
Their `repr` may end up in a log and holds nothing that was said.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

Activity = Literal["listening", "caller_speaking", "thinking", "agent_speaking"]


@dataclass(frozen=True, slots=True)
class ItemAdded:
    """A new item stands in the conversation, directly behind `after` (None: first).

    Draw it without text: its text follows as `TextAppended`, even when the item came with it.
    """

    item_id: str
    after: str | None


@dataclass(frozen=True, slots=True)
class ItemMoved:
    """A known item moved: it stands directly behind `after` (None: first)."""

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
    """Something other than text changed, such as the status or the speech length; read the item."""

    item_id: str


@dataclass(frozen=True, slots=True)
class ItemCut:
    """A barge-in cut the agent's item: only its first `heard` characters were played, by estimate."""

    item_id: str
    heard: int


@dataclass(frozen=True, slots=True)
class VoiceMoved:
    """The agent's voice is, by estimate (`realtime.conversation.pace`), going through the item's text.

    It was at the first character `since_ms` before this event (less than 0: it will be), and goes on at
    `chars_per_ms`. None: it has not begun. Reported once when that changes, never with each delta.
    """

    item_id: str
    chars_per_ms: float
    since_ms: float | None


@dataclass(frozen=True, slots=True)
class VoiceEnded:
    """The voice is not in this item any more: it was spoken to its end or cut, or there is no voice."""

    item_id: str


@dataclass(frozen=True, slots=True)
class ItemFinished:
    """The item's text is final and may be announced or stored."""

    item_id: str


@dataclass(frozen=True, slots=True)
class ActivityChanged:
    """The activity changed; it drives the status line and the circle of the page."""

    activity: Activity


@dataclass(frozen=True, slots=True)
class UsageReported:
    """The provider reported tokens or seconds that it bills; `usage` holds the known fields."""

    source: Literal["response", "transcription"]
    usage: dict[str, Any]
    item_or_response_id: str


@dataclass(frozen=True, slots=True)
class ToolReady:
    """A function call is complete and may be acted on; reported once per `call_id`."""

    item_id: str
    call_id: str
    name: str = field(repr=False)
    arguments: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ResponseFinished:
    """The generation (not the playback) of a response ended with `status` (`response.done`)."""

    response_id: str
    status: str
    reason: str | None
    """Reason why it did not complete (`turn_detected`, `max_output_tokens`, …), or the code of its error."""
    metadata: dict[str, str] = field(repr=False)
    output: str = field(repr=False)
    """Words of its message items, a line each part; also of an out-of-band response."""


@dataclass(frozen=True, slots=True)
class PlaybackAwaited:
    """A spoken response was generated before its playback was reported; some servers never report it.

    The owner of a clock then calls `Conversation.assume_playback`, and `give_up_playback` when it is over.
    """

    response_id: str
    lasts_ms: float
    """How long it will still be heard, by estimate."""


@dataclass(frozen=True, slots=True)
class SessionReported:
    """The provider reported its effective configuration (`session.created`, `session.updated`)."""

    session: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ErrorReported:
    """An error event, a failed response, a malformed event or a text too long; the call goes on."""

    code: str
    """One of `realtime.error_codes`, `malformed_event` or `item_too_long`."""
    message: str = field(repr=False)
    cause: str | None = None
    """Type of the client event that the error is about, where the provider says so."""


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
    | PlaybackAwaited
    | SessionReported
    | ErrorReported
)
