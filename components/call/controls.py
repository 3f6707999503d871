"""Start and Stop. Both act in the browser, in the click: a microphone needs one, and Stop must never wait."""

from agents.persona import Persona
from components.call.call_tools import CallTools
from components.call.webrtc import WebRTC
from components.settings.settings_drawer import SettingsDrawer
from components.shared.live_element import LiveElement
from components.shared.words import Words


class Controls(LiveElement, component="controls.js"):
    """Exactly one of the two can be pressed; below them the quiet row of tools."""

    def __init__(self, webrtc: WebRTC, drawer: SettingsDrawer, words: Words, persona: Persona) -> None:
        super().__init__()
        own = persona.own_words(words.language)
        self._props["bridge"] = webrtc.id
        self._props["start_label"] = own.start_label or words["controls.start"]
        self._props["stop_label"] = own.stop_label or words["controls.stop"]
        with self:
            self._tools = CallTools(webrtc, drawer, words, persona)

    def show(self, *, running: bool, start_label: str, live: bool = False, speaking: bool = False) -> None:
        """Show the buttons that fit the state of the call.

        :param running: whether there is something to stop
        :param live: whether a session listens
        :param speaking: whether the agent speaks
        """
        self._tools.show(running=running, live=live, speaking=speaking)
        self.draw(running=running, start_label=start_label)
