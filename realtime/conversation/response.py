"""State of the provider's responses: their items, and how far they were played."""

from dataclasses import dataclass, field

from realtime.bounds import MAX_ITEMS, MAX_RESPONSE_ITEMS, MAX_RESPONSES
from realtime.conversation.pace import SHORTEST_SAMPLE_MS, reaches_after_ms, usual_chars_per_ms
from realtime.fields import Json
from realtime.recent import RecentDict, RecentIds

_CONVERSATION_FIELDS = ("conversation_id", "conversation")


@dataclass
class Response:
    """State of one response. Only `Conversation` writes it."""

    id: str
    items: dict[str, int] = field(default_factory=dict)
    """Ids of its items that stand in the conversation, with their `output_index`."""
    out_of_band: bool | None = None
    """Whether the provider calls it out-of-band; None: not said yet."""
    done: bool = False
    cancelled: bool = False
    called_tool: bool = False
    started: bool = False
    stopped: bool = False
    cleared: bool = False
    started_ms: float | None = None
    played_ms: float | None = None
    """Milliseconds from the start of playback to its end or its cut."""
    chars_per_ms: float | None = None
    """Its own pace once that was measured; until then that of the call when it began; None: the usual one."""
    voice_reported: set[str] = field(default_factory=set)
    """Ids of its items for which a `VoiceMoved` was reported."""

    @property
    def is_excluded(self) -> bool:
        """Whether it stays out of the conversation.

        Some servers never name a conversation: a response with an item that stands in it belongs to it.
        """
        return bool(self.out_of_band) and not self.items

    @property
    def has_played(self) -> bool:
        """Whether playback at least began."""
        return self.started or self.stopped or self.cleared

    def item_ids(self) -> list[str]:
        """Return the ids of its items by `output_index`."""
        return sorted(self.items, key=self.items.__getitem__)

    def start_playback(self, at_ms: float | None, chars_per_ms: float | None) -> None:
        """Note when playback began, once.

        :param chars_per_ms: pace to assume until its own is known; None: the usual one of its text
        """
        if not self.started:
            self.started, self.started_ms, self.chars_per_ms = True, at_ms, chars_per_ms

    def pace_of(self, text: str) -> float:
        """Return the characters a millisecond at which it speaks.

        :param text: its first words, which tell the script
        """
        return usual_chars_per_ms(text) if self.chars_per_ms is None else self.chars_per_ms

    def voice_since_ms(self, chars_before: int, at_ms: float | None, chars_per_ms: float) -> float | None:
        """Return for how many ms the voice is behind `chars_before`; less than 0: it is not there yet.

        None where it is not played now, or the times are not known.
        """
        if self.started_ms is None or at_ms is None or self.played_ms is not None:
            return None
        return at_ms - self.started_ms - reaches_after_ms(chars_before, chars_per_ms)

    def end_playback(self, at_ms: float | None) -> None:
        """Note how long it was played, once."""
        if self.played_ms is None and at_ms is not None and self.started_ms is not None:
            self.played_ms = max(0.0, at_ms - self.started_ms)

    def measure_pace(self, chars: int) -> bool:
        """Set its own pace after it was played to its end; return False when it was too short to measure."""
        if not chars or self.played_ms is None or self.played_ms < SHORTEST_SAMPLE_MS:
            return False
        self.chars_per_ms = chars / self.played_ms
        return True


class Responses:
    """Latest responses of a conversation, and which item belongs to which."""

    def __init__(self) -> None:
        self._responses: RecentDict[Response] = RecentDict(MAX_RESPONSES)
        self._by_item: RecentDict[Response] = RecentDict(MAX_ITEMS)
        self._excluded = RecentIds(MAX_ITEMS)
        self._names_conversations = False
        """Whether the provider says which conversation a response belongs to; compatible servers may not."""

    def get_or_add(self, response_id: str) -> Response:
        """Return the response of that id, a new one where it was not known."""
        if response_id not in self._responses:
            self._responses[response_id] = Response(response_id)
        return self._responses[response_id]

    def response_of(self, item_id: str) -> Response:
        """Return the response an item belongs to; an anonymous one where that was never said."""
        return self._by_item.get(item_id) or Response("", {item_id: 0})

    def read_conversation(self, response: Response, raw: Json) -> None:
        """Read from the provider's response object which conversation the response belongs to."""
        said = [raw[name] for name in _CONVERSATION_FIELDS if name in raw]
        response.out_of_band = any(each in (None, "none") for each in said)
        self._names_conversations = self._names_conversations or any(isinstance(each, str) for each in said)

    def add_item(self, response_id: str, item: str, output_index: int, *, known: bool) -> bool:
        """Add an item to its response; return False when that is out-of-band and the item not `known`.

        A response takes `MAX_RESPONSE_ITEMS`; others stand in the conversation without one.
        """
        response = self.get_or_add(response_id)
        if response.out_of_band and not known:
            self._excluded.add(item)
            return False
        if item in response.items or len(response.items) < MAX_RESPONSE_ITEMS:
            response.items.setdefault(item, output_index)
            self._by_item[item] = response
        return True

    def excludes(self, item_id: str) -> bool:
        """Return whether an item stays out of the conversation even if it is announced."""
        return item_id in self._excluded and self._names_conversations
