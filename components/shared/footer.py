"""What a caller should know before pressing anything."""

from nicegui import ui

from agents.persona import Persona
from components.shared.persona_text import persona_text
from components.shared.words import Words


def footer(persona: Persona, words: Words) -> None:
    """Draw the persona's small print."""
    with ui.element("footer").classes("footer").props("role=contentinfo"):
        persona_text("p", persona.own_words(words.language).footer, persona)
