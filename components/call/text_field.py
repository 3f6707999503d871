"""Words typed beside the voice; they leave the browser only when sent."""

from components.call.uplink import MAX_SAID_CHARS
from components.call.webrtc import WebRTC
from components.shared.live_element import LiveElement
from components.shared.words import Words

LABELS = ("label", "placeholder", "placeholder_off", "placeholder_start", "send", "too_long")


class TextField(LiveElement, component="text_field.js"):
    """One line and a button. What is sent takes the bridge, so a page without a connection loses nothing."""

    def __init__(self, words: Words, webrtc: WebRTC) -> None:
        super().__init__()
        self._props["words"] = {name: words[f"field.{name}"] for name in LABELS}
        self._props["bridge"] = webrtc.id
        self._props["max-length"] = MAX_SAID_CHARS
        self._props["disabled"] = False
        self._props["starts"] = True

    def enable(self, enabled: bool) -> None:
        """Let the caller type into the call, or not while it is set up."""
        self.draw(disabled=not enabled, starts=False)

    def offer_start(self) -> None:
        """Let the caller begin a call by typing."""
        self.draw(disabled=False, starts=True)
