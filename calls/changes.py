"""What a call says happened, beside what its conversation says."""

from dataclasses import dataclass
from typing import Literal

from realtime.changes import Change

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


CallChange = Change | PhaseChanged | Closed | Noticed
