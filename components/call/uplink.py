"""What a browser sends over the bridge, checked: the caller owns the browser, so every byte may be forged."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, TypeGuard, get_args

from calls.call_controls import ACTIONS, Action
from calls.choice import Choice, choice_of
from calls.codes import failure_code, notice_code
from components.shared.token_bucket import TokenBucket
from realtime.fields import well_formed
from realtime.json_size import json_size

MAX_ENTRIES = 2000
MAX_SAID_CHARS = 2000
UNITS_OF_ENTRY = 8
"""What each entry costs beside its size (`realtime.json_size`); a piece of a reply's text costs 40 in all."""
UNITS_OF_ACTION = 1500
"""What a phase, typed words, a button or a choice costs, on each of which the server or the provider acts."""
UNITS_OF_PLACING = 50
"""What an event costs that says where an item stands: others may move along with it."""
MAX_ENTRY_UNITS = 20_000
"""160 KB of text."""
BURST, PER_SECOND = 300_000, 10_000
"""Units. A session that is given its memory back echoes a thousand messages twice, at 85 units each; a page
that was away for ten busy seconds brings a thousand events. In the long run it is 80 KB of text a second."""
ACTIONS_OF_PAGE = ("guftagu.phase", "guftagu.say", "guftagu.talk", "guftagu.choice")
FLOOD_REFUSALS = 5000
"""Refused entries after which nothing more is read: no page sends so many by mistake."""
LARGEST_NUMBER = 1e15

Phase = Literal[
    "pressed",
    "microphone",
    "connecting",
    "live",
    "reconnecting",
    "redialling",
    "finishing",
    "failed",
    "ended",
]
PHASES: tuple[Phase, ...] = get_args(Phase)


@dataclass(frozen=True, slots=True)
class PhaseReported:
    """What the browser says of its attempt to hold a call."""

    attempt: int
    phase: Phase
    reason: str | None
    retry_after_s: float | None
    resumes: bool = False
    """The caller asked to carry on with the call that a reload ended."""


@dataclass(frozen=True, slots=True)
class NoticeReported:
    """Something the call survives."""

    code: str


@dataclass(frozen=True, slots=True)
class Flooded:
    """The page went on sending too much, and nothing of it is read any more."""


@dataclass(frozen=True, slots=True)
class TicketWished:
    """The page's wish, before any call, for a ticket that the next click may use at once."""


@dataclass(frozen=True, slots=True)
class TypedText:
    """Words the caller typed."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ControlUsed:
    """A control that the caller used: the talk button, or the button that asks for or stops an answer."""

    action: Action


@dataclass(frozen=True, slots=True)
class Chosen:
    """The caller's whole choice of how to be spoken and listened to."""

    choice: Choice


@dataclass(frozen=True, slots=True)
class EventReported:
    """A provider's event and the browser's clock when it came, in ms."""

    event: dict[str, Any] = field(repr=False)
    at_ms: float


Entry = (
    PhaseReported | NoticeReported | Flooded | TicketWished | TypedText | ControlUsed | Chosen | EventReported
)


class Uplink:
    """The numbered stream of one page: each entry once, in order, malformed ones left out.

    What comes too fast or is too large is left out too, which is told once. A page that goes on is not heard.
    """

    def __init__(self, wanted: frozenset[str], bucket: TokenBucket | None = None) -> None:
        """Create the uplink.

        :param wanted: provider event types that may pass
        """
        self.last_seq = 0
        self._wanted = wanted
        self._bucket = bucket or TokenBucket(BURST, PER_SECOND)
        self._refused = 0

    def read(self, args: object) -> Iterator[Entry]:
        """Yield the new entries of one `batch` event."""
        entries = args.get("entries") if isinstance(args, dict) else None
        if not isinstance(entries, list):
            return
        for entry in entries[:MAX_ENTRIES]:
            if self._is_flooded:
                return
            if not self._is_new(entry):
                continue
            _seq, at_ms, event = entry
            read = self._entry(event, at_ms) if self._may_pass(event) else self._refusal()
            if read:
                yield read

    @property
    def _is_flooded(self) -> bool:
        return self._refused >= FLOOD_REFUSALS

    def _may_pass(self, event: dict[str, Any]) -> bool:
        size = json_size(event, MAX_ENTRY_UNITS)
        return size is not None and self._bucket.take(_units(event) + size)

    def refuse(self, args: object) -> Iterator[Entry]:
        """Leave out a whole `batch` event, for which there is no room."""
        entries = args.get("entries") if isinstance(args, dict) else None
        for entry in entries[:MAX_ENTRIES] if isinstance(entries, list) else ():
            if self._is_flooded:
                return
            if self._is_new(entry) and (refusal := self._refusal()):
                yield refusal

    def _refusal(self) -> Entry | None:
        self._refused += 1
        if self._is_flooded:
            return Flooded()
        return NoticeReported("too_fast") if self._refused == 1 else None

    def _is_new(self, entry: object) -> bool:
        if not isinstance(entry, list) or len(entry) != 3:
            return False
        seq, at_ms, event = entry
        if not isinstance(seq, int) or not is_finite(at_ms) or not isinstance(event, dict):
            return False
        if seq <= self.last_seq:
            return False
        self.last_seq = seq
        return True

    def _entry(self, event: dict[str, Any], at_ms: float) -> Entry | None:
        match event.get("type"):
            case "guftagu.phase":
                return _phase(event)
            case "guftagu.notice":
                return NoticeReported(notice_code(event.get("code")))
            case "guftagu.ticket":
                return TicketWished()
            case "guftagu.say":
                return _said(event.get("text"))
            case "guftagu.talk":
                return _control_used(event.get("action"))
            case "guftagu.choice":
                choice = choice_of(event.get("choice"))
                return Chosen(choice) if choice else None
            case str(kind) if kind in self._wanted:
                return EventReported(event, at_ms)
        return None


def _units(event: dict[str, Any]) -> int:
    if event.get("type") in ACTIONS_OF_PAGE:
        return UNITS_OF_ACTION
    return UNITS_OF_PLACING if "previous_item_id" in event else UNITS_OF_ENTRY


def is_finite(value: object) -> TypeGuard[float]:
    """Whether it is a number one can calculate with, up to `LARGEST_NUMBER`; JSON's true is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -LARGEST_NUMBER <= value <= LARGEST_NUMBER


def _phase(event: dict[str, Any]) -> PhaseReported | None:
    attempt, phase, retry_after = event.get("attempt"), event.get("phase"), event.get("retry_after_s")
    if not isinstance(attempt, int) or phase not in PHASES:
        return None
    wait = min(retry_after, 3600) if is_finite(retry_after) and retry_after > 0 else None
    return PhaseReported(
        attempt, phase, failure_code(event.get("reason")), wait, event.get("resumes") is True
    )


def _said(text: object) -> TypedText | None:
    if not isinstance(text, str) or not text.strip():
        return None
    return TypedText(well_formed(text.strip()[:MAX_SAID_CHARS]))


def _control_used(action: object) -> ControlUsed | None:
    return next((ControlUsed(known) for known in ACTIONS if known == action), None)
