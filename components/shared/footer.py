"""What a caller should know before pressing anything."""

from nicegui import ui

from agents.persona import Persona
from components.shared.persona_text import persona_text


def footer(persona: Persona) -> None:
    """Draw the persona's small print."""
    with ui.element("footer").classes("footer").props("role=contentinfo"):
        persona_text("p", persona.footer, persona)
