"""The quiet row below Start and Stop; everything in it acts in the browser first (`call_tools.js`)."""

from agents.persona import Persona
from components.call.orb import SELECTOR
from components.call.webrtc import WebRTC
from components.settings.settings_drawer import SettingsDrawer
from components.shared.live_element import LiveElement
from components.shared.words import Words

TOOLS = ("mute", "push", "answer", "stop_answer", "sound", "settings")
LABELS = ("label", "muted", "hold", "hold_key", "hold_wait", "release")


class CallTools(LiveElement, component="call_tools.js"):
    """Mute, hold to talk, stop the answer, pictures of sound, settings."""

    def __init__(self, webrtc: WebRTC, drawer: SettingsDrawer, words: Words, persona: Persona) -> None:
        super().__init__()
        names = (*LABELS, *TOOLS, *(f"short_{tool}" for tool in TOOLS))
        self._props["words"] = {name: words[f"tools.{name}"] for name in names}
        self._props["bridge"] = webrtc.id
        self._props["drawer"] = drawer.id
        self._props["orb"] = SELECTOR
        self._props["manual"] = persona.turn_detection.type == "manual"
        self._props["answers"] = persona.turn_detection.create_response

    def show(self, *, running: bool, live: bool, speaking: bool) -> None:
        """Show the tools that fit the state of the call.

        :param running: whether there is a call
        :param live: whether a session listens
        :param speaking: whether the agent speaks
        """
        self.draw(running=running, live=live, speaking=speaking)
