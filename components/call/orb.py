"""The circle: tells the state by colour and motion; `static/webrtc.js` gives it the levels."""

from typing import Literal

from components.call.display_state import CallDisplayState
from components.shared.live_element import LiveElement

Look = Literal["idle", "connecting", "live", "caller_speaking", "thinking", "agent_speaking", "error"]

SELECTOR = ".orb"
LOOKS: dict[CallDisplayState, Look] = {
    "idle": "idle",
    "microphone": "connecting",
    "connecting": "connecting",
    "reconnecting": "connecting",
    "live": "live",
    "caller_speaking": "caller_speaking",
    "thinking": "thinking",
    "agent_speaking": "agent_speaking",
    "ended": "idle",
    "lost": "error",
    "failed": "error",
}


class Orb(LiveElement, component="orb.js"):
    """Decoration for the eye, which starts a call like the button does: the status says the same in words."""

    def __init__(self) -> None:
        super().__init__()
        self._props["state"] = "idle"

    def show(self, stage: CallDisplayState) -> None:
        """Take the look of a stage."""
        self.draw(state=LOOKS[stage])
