"""What the page shows of a call at a glance: one word that circle and status go by."""

from typing import Literal

from calls.events import Closed, Phase
from realtime.conversation.changes import Activity

CallDisplayState = Literal[
    "idle",
    "microphone",
    "connecting",
    "live",
    "caller_speaking",
    "thinking",
    "agent_speaking",
    "reconnecting",
    "ended",
    "lost",
    "failed",
]

LIVE_STAGES = frozenset[CallDisplayState]({"live", "caller_speaking", "thinking", "agent_speaking"})
GOOD_ENDS = frozenset(
    {"stopped", "limit_minutes", "provider_ended", "page_left", "server_stopping", "source_ended"}
)
STAGE_OF_PHASE: dict[Phase, CallDisplayState] = {
    "opening": "microphone",
    "microphone": "microphone",
    "connecting": "connecting",
    "reconnecting": "reconnecting",
    "ended": "ended",
}


def stage_of(phase: Phase, activity: Activity) -> CallDisplayState:
    """Return the stage of a call that is open."""
    if phase != "live":
        return STAGE_OF_PHASE[phase]
    return "live" if activity == "listening" else activity


def stage_after(closed: Closed, was_live: bool) -> CallDisplayState:
    """Return the stage once it is over: a call that should have gone on has failed."""
    if closed.reason in GOOD_ENDS:
        return "ended"
    return "lost" if was_live else "failed"
