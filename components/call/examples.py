"""Questions that a caller may begin with: pressing one starts the call with it."""

import json

from nicegui import ui

from agents.persona import Persona
from components.call.webrtc import WebRTC
from components.shared.text_node import TextNode
from components.shared.words import Words


class Examples(ui.element):
    """Shown before a call; like Start, each acts in the browser, in the click."""

    def __init__(self, words: Words, persona: Persona, webrtc: WebRTC) -> None:
        super().__init__("div")
        self.classes("examples").props(f'role=group aria-label="{words["examples.label"]}"')
        with self:
            for question in persona.examples:
                button = TextNode("button", question).classes("example")
                button.props(f"type=button dir=auto lang={persona.language}")
                said = json.dumps(question)
                button.on(
                    "click", js_handler=f"() => getElement({webrtc.id}).startTyping({said}, () => {{}})"
                )
