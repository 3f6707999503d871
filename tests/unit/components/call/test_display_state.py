"""What a call looks like at a glance."""

from typing import get_args

import pytest

from calls.events import Closed, Phase
from components.call.display_state import CallDisplayState, stage_after, stage_of
from components.call.orb import LOOKS
from realtime.conversation.changes import Activity


def test_every_phase_and_activity_has_a_stage_and_every_stage_a_look() -> None:
    stages = {stage_of(p, a) for p in get_args(Phase) for a in get_args(Activity)}
    assert stages <= set(get_args(CallDisplayState))
    assert set(LOOKS) == set(get_args(CallDisplayState))


def test_a_live_call_shows_who_is_doing_what() -> None:
    assert stage_of("live", "listening") == "live"
    assert stage_of("live", "agent_speaking") == "agent_speaking"
    assert stage_of("reconnecting", "agent_speaking") == "reconnecting"


@pytest.mark.parametrize(
    ("reason", "was_live", "stage"),
    [
        ("stopped", True, "ended"),
        ("stopped", False, "ended"),
        ("limit_minutes", True, "ended"),
        ("peer_lost", True, "lost"),
        ("provider_busy", False, "failed"),
    ],
)
def test_an_end_tells_a_wish_from_a_loss_and_from_a_failed_start(
    reason: str, was_live: bool, stage: CallDisplayState
) -> None:
    assert stage_after(Closed(reason), was_live) == stage
