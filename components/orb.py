"""The circle: tells the state by colour and motion; `static/webrtc.js` gives it the levels."""

from typing import Literal

from nicegui import ui

from components.stage import Stage

Look = Literal["idle", "connecting", "live", "caller_speaking", "thinking", "agent_speaking", "error"]

SELECTOR = ".orb"
LOOKS: dict[Stage, Look] = {
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


class Orb(ui.element):
    """Decoration for the eye only: the status says the same in words."""

    def __init__(self) -> None:
        super().__init__("div")
        self.classes("orb").props("data-state=idle aria-hidden=true")
        with self:
            for part in ("halo", "ring", "ring orb__ring--outer", "arc", "core"):
                ui.element("span").classes(f"orb__{part}")

    def show(self, stage: Stage) -> None:
        """Take the look of a stage."""
        self.props(f"data-state={LOOKS[stage]}")
