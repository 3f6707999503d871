"""After a reload: the offer to carry on with the call that the reload ended."""

from nicegui import ui

from components.call.webrtc import WebRTC
from components.shared.text_node import TextNode
from components.shared.words import Words


class Resume(ui.element):
    """Hidden until there is a call to carry on. Like Start it acts in the browser, in the click."""

    def __init__(self, words: Words, webrtc: WebRTC) -> None:
        super().__init__("div")
        self.classes("resume").props("role=note hidden")
        with self:
            TextNode("p", words["resume.sentence"])
            button = TextNode("button", words["resume.button"]).classes("quiet-button").props("type=button")
        button.on("click", js_handler=f"() => getElement({webrtc.id}).start(true)")

    def offer(self, possible: bool) -> None:
        """Show or hide the offer."""
        if possible:
            self.props(remove="hidden")
        else:
            self.props("hidden")
