"""What a call says happened, beside what its conversation says."""

from dataclasses import dataclass, field
from typing import Literal

from realtime.conversation.changes import Change
from realtime.usage_frames import TranscriptionFailed

Phase = Literal["opening", "microphone", "connecting", "live", "reconnecting", "ended"]


@dataclass(frozen=True, slots=True)
class PhaseChanged:
    """The call went into `phase`."""

    phase: Phase


@dataclass(frozen=True, slots=True)
class Closed:
    """The call is over, once and for all."""

    reason: str
    """A code of `locales/*.toml`, such as `stopped` or `provider_busy`."""
    retry_after_s: float | None = None
    """Seconds until another start makes sense, where known."""


@dataclass(frozen=True, slots=True)
class Noticed:
    """Something went wrong that the call survives; worth a small notice."""

    code: str


@dataclass(frozen=True, slots=True)
class Connected:
    """The provider holds the session: from here time and money count."""

    provider_call_id: str | None
    """None where only the browser knows it (ephemeral signalling)."""


@dataclass(frozen=True, slots=True)
class UsageObserved:
    """The server itself hears what a bridged session bills, or does not hear it any more."""

    is_observed: bool


@dataclass(frozen=True, slots=True)
class LegEnded:
    """The provider's session is over and the call is not: another leg may follow."""

    code: str
    """As the reason of `Closed`, or `redialled` where the browser opens another leg."""


@dataclass(frozen=True, slots=True)
class CallerLeft:
    """The caller's page is gone and nothing is left to be done at the provider; they may still return."""

    closed: Closed
    """How the call ends unless they do."""


@dataclass(frozen=True, slots=True)
class CallerActed:
    """The caller did something that is not speech, such as typing."""


@dataclass(frozen=True, slots=True)
class Warned:
    """The call will be ended with `code` unless something changes."""

    code: str
    """`limit_minutes`, `limit_idle`, `limit_money`, `limit_day_money` or `limit_share_money`;
    `session_renewed` ends nothing."""
    seconds: float | None
    """Until then; for money an estimate by the pace so far, None where there was no pace yet."""


@dataclass(frozen=True, slots=True)
class RenewalWished:
    """The provider's session will soon reach its longest time: dial again now."""


@dataclass(frozen=True, slots=True)
class Summarised:
    """What the call was about, in the agent's own words."""

    topic: str = field(repr=False)
    summary: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Finished:
    """The last event: after `Closed`, what was still to be done at the provider is done."""

    closed: Closed


CallChange = (
    Change
    | PhaseChanged
    | Closed
    | Noticed
    | Connected
    | UsageObserved
    | TranscriptionFailed
    | LegEnded
    | CallerLeft
    | CallerActed
    | Warned
    | RenewalWished
    | Summarised
    | Finished
)
