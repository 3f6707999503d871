"""The state in words, for the eye and for screen readers."""

from components.call.display_state import CallDisplayState
from components.shared.live_element import LiveElement


class Status(LiveElement, component="status.js"):
    """A line that says what goes on, and a sentence below it that says what to do."""

    def __init__(self) -> None:
        super().__init__()
        self._props["state"] = "idle"

    def show(self, stage: CallDisplayState, line: str, detail: str = "", reason: str = "") -> None:
        """:param reason: the code `detail` is the sentence of"""
        self.draw(state=stage, line=line, detail=detail, reason=reason)
