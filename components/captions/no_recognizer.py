"""Says what captions lack where no speech recogniser is to be had."""

from nicegui import ui

from components.shared.text_node import TextNode
from components.shared.words import Words


def no_listener(words: Words) -> None:
    """Draw a note to those who would like captions; operators read docs/transcription.md."""
    with ui.element("div").classes("no-listener").props("role=note"):
        TextNode("h2", words["captions.missing_title"]).classes("no-listener__title")
        TextNode("p", words["captions.missing_text"])
