"""What a caller should know before pressing anything."""

from nicegui import ui

from calls.persona import Persona
from components.text_node import TextNode


def footer(persona: Persona) -> None:
    """The persona's small print."""
    with ui.element("footer").classes("footer").props("role=contentinfo"):
        TextNode("p", persona.footer).props("dir=auto")
