"""What a browser sends over the bridge, checked: the caller owns the browser, so every byte may be forged."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeGuard, get_args

from calls.choice import Choice, choice_of
from calls.steering import ACTIONS, Action
from components.token_bucket import TokenBucket

MAX_ENTRIES = 2000
MAX_CODE_CHARS = 80
MAX_SAID_CHARS = 2000
BURST, PER_SECOND = 4000, 500
"""Of events; a page that was away for ten busy seconds brings a thousand at once."""

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
class TicketWished:
    """Nobody calls yet; the page wants a ticket that the next click may use at once."""


@dataclass(frozen=True, slots=True)
class Said:
    """Words the caller typed."""

    text: str


@dataclass(frozen=True, slots=True)
class Talked:
    """What was done by a button: the talk button held, let go of (or let go of at once), an answer asked for
    or stopped."""

    action: Action


@dataclass(frozen=True, slots=True)
class Chosen:
    """How the caller wants to be spoken and listened to, all of it."""

    choice: Choice


@dataclass(frozen=True, slots=True)
class EventReported:
    """A provider's event and the browser's clock when it came, in ms."""

    event: dict[str, Any]
    at_ms: float


Entry = PhaseReported | NoticeReported | TicketWished | Said | Talked | Chosen | EventReported


class Uplink:
    """The numbered stream of one page: each entry once, in order, malformed ones left out."""

    def __init__(self, wanted: frozenset[str], bucket: TokenBucket | None = None) -> None:
        """:param wanted: provider event types that may pass"""
        self.last_seq = 0
        self._wanted = wanted
        self._bucket = bucket or TokenBucket(BURST, PER_SECOND)

    def read(self, args: object) -> Iterator[Entry]:
        """The new entries of one `batch` event."""
        entries = args.get("entries") if isinstance(args, dict) else None
        if not isinstance(entries, list):
            return
        for entry in entries[:MAX_ENTRIES]:
            if not self._is_new(entry):
                continue
            _seq, at_ms, event = entry
            if not self._bucket.take():
                yield NoticeReported("too_fast")
                return
            if read := self._entry(event, at_ms):
                yield read

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
                return NoticeReported(_code(event.get("code")) or "unknown")
            case "guftagu.ticket":
                return TicketWished()
            case "guftagu.say":
                return _said(event.get("text"))
            case "guftagu.talk":
                return _talked(event.get("action"))
            case "guftagu.choice":
                choice = choice_of(event.get("choice"))
                return Chosen(choice) if choice else None
            case str(kind) if kind in self._wanted:
                return EventReported(event, at_ms)
        return None


def is_finite(value: object) -> TypeGuard[float]:
    """Whether it is a number one can calculate with; JSON's true is none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _phase(event: dict[str, Any]) -> PhaseReported | None:
    attempt, phase, retry_after = event.get("attempt"), event.get("phase"), event.get("retry_after_s")
    if not isinstance(attempt, int) or phase not in PHASES:
        return None
    wait = min(retry_after, 3600) if is_finite(retry_after) and retry_after > 0 else None
    return PhaseReported(attempt, phase, _code(event.get("reason")), wait, event.get("resumes") is True)


def _said(text: object) -> Said | None:
    if not isinstance(text, str) or not text.strip():
        return None
    return Said(text.strip()[:MAX_SAID_CHARS])


def _talked(action: object) -> Talked | None:
    return next((Talked(known) for known in ACTIONS if known == action), None)


def _code(value: object) -> str | None:
    return value if isinstance(value, str) and len(value) <= MAX_CODE_CHARS and value.isidentifier() else None
