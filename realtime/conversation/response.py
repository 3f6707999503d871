"""What is known of the provider's responses: their items, and how far they were played."""

from dataclasses import dataclass, field

from realtime.bounds import MAX_ITEMS, MAX_RESPONSE_ITEMS, MAX_RESPONSES
from realtime.conversation.pace import SHORTEST_SAMPLE_MS, USUAL_CHARS_PER_MS, reaches_after_ms
from realtime.fields import Json
from realtime.recent import RecentDict, RecentIds

_CONVERSATION_FIELDS = ("conversation_id", "conversation")


@dataclass
class Response:
    """One response. Only `Conversation` writes it."""

    id: str
    items: dict[str, int] = field(default_factory=dict)
    """Ids of its items that stand in the conversation, with their `output_index`."""
    out_of_band: bool | None = None
    """What the provider said of it; None: nothing yet."""
    done: bool = False
    cancelled: bool = False
    called_tool: bool = False
    started: bool = False
    stopped: bool = False
    cleared: bool = False
    started_ms: float | None = None
    played_ms: float | None = None
    """From the start of playback to its end or its cut."""
    chars_per_ms: float = USUAL_CHARS_PER_MS
    paced: set[str] = field(default_factory=set)
    """Ids of its items of whose voice something was told."""

    @property
    def stays_out(self) -> bool:
        """Some servers never name a conversation: an item that stands in it all the same belongs to it."""
        return bool(self.out_of_band) and not self.items

    @property
    def played(self) -> bool:
        """At least begun."""
        return self.started or self.stopped or self.cleared

    def item_ids(self) -> list[str]:
        return sorted(self.items, key=self.items.__getitem__)

    def start_playing(self, at_ms: float | None, chars_per_ms: float) -> None:
        if not self.started:
            self.started, self.started_ms, self.chars_per_ms = True, at_ms, chars_per_ms

    def voice_since_ms(self, chars_before: int, at_ms: float | None) -> float | None:
        """Since when the voice is in the text behind `chars_before`; less than 0: it is not there yet.

        None: it is not played now, or nobody can tell.
        """
        if self.started_ms is None or at_ms is None or self.played_ms is not None:
            return None
        return at_ms - self.started_ms - reaches_after_ms(chars_before, self.chars_per_ms)

    def end_playing(self, at_ms: float | None) -> None:
        if self.played_ms is None and at_ms is not None and self.started_ms is not None:
            self.played_ms = max(0.0, at_ms - self.started_ms)

    def take_own_pace(self, chars: int) -> bool:
        """It was played to its end; whether that was long enough to tell how fast it was spoken."""
        if not chars or self.played_ms is None or self.played_ms < SHORTEST_SAMPLE_MS:
            return False
        self.chars_per_ms = chars / self.played_ms
        return True


class Responses:
    """The latest responses of a conversation, and which item belongs to which."""

    def __init__(self) -> None:
        self._responses: RecentDict[Response] = RecentDict(MAX_RESPONSES)
        self._response_of: RecentDict[Response] = RecentDict(MAX_ITEMS)
        self._left_out = RecentIds(MAX_ITEMS)
        self._names_conversations = False
        """The provider says of a response which conversation it belongs to; compatible servers may not."""

    def get(self, response_id: str) -> Response:
        if response_id not in self._responses:
            self._responses[response_id] = Response(response_id)
        return self._responses[response_id]

    def of(self, item_id: str) -> Response:
        """The response an item belongs to; an anonymous one where that was never said."""
        return self._response_of.get(item_id) or Response("", {item_id: 0})

    def describe(self, response: Response, raw: Json) -> None:
        """Take in what the provider's response object says of the conversation it belongs to."""
        said = [raw[name] for name in _CONVERSATION_FIELDS if name in raw]
        response.out_of_band = any(each in (None, "none") for each in said)
        self._names_conversations = self._names_conversations or any(isinstance(each, str) for each in said)

    def join(self, response_id: str, item: str, output_index: int, *, known: bool) -> bool:
        """Tie an item to its response; False when that is out-of-band and the item not `known` already.

        A response takes `MAX_RESPONSE_ITEMS`; others stand in the conversation without one.
        """
        response = self.get(response_id)
        if response.out_of_band and not known:
            self._left_out.add(item)
            return False
        if item in response.items or len(response.items) < MAX_RESPONSE_ITEMS:
            response.items.setdefault(item, output_index)
            self._response_of[item] = response
        return True

    def leaves_out(self, item_id: str) -> bool:
        """Whether an item stays out even if it is announced."""
        return item_id in self._left_out and self._names_conversations
