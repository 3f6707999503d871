"""Start and Stop. Both act in the browser, in the click: a microphone needs one, and Stop must never wait."""

from nicegui import ui

from calls.persona import Persona
from components.call_tools import CallTools
from components.settings_drawer import SettingsDrawer
from components.text_node import TextNode
from components.webrtc import WebRTC
from components.words import Words


class Controls(ui.element):
    """Exactly one of the two can be pressed; below them the quiet row of tools."""

    def __init__(self, webrtc: WebRTC, drawer: SettingsDrawer, words: Words, persona: Persona) -> None:
        super().__init__("div")
        english = words.language == "en"
        start_label = persona.start_label if english else words["controls.start"]
        stop_label = persona.stop_label if english else words["controls.stop"]
        self.classes("controls")
        with self:
            self._start = TextNode("button", start_label).classes("button button--start")
            self._stop = TextNode("button", stop_label).classes("button button--stop")
            self._tools = CallTools(webrtc, drawer, words, persona)
        for button, method in ((self._start, "start"), (self._stop, "stop")):
            button.props("type=button")
            button.on("click", js_handler=f"() => getElement({webrtc.id}).{method}()")
        self._stop.props("disabled")

    def show(self, *, running: bool, start_label: str, live: bool = False, speaking: bool = False) -> None:
        """
        :param running: whether there is something to stop
        :param live: whether a session listens
        :param speaking: whether the agent speaks
        """
        self._tools.show(running=running, live=live, speaking=speaking)
        self._start.set_text(start_label)
        for button, disabled in ((self._start, running), (self._stop, not running)):
            button.props("disabled" if disabled else None, remove=None if disabled else "disabled")
