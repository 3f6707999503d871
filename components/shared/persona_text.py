"""A persona's own words, which may be of another language than the page."""

from agents.persona import Persona
from components.shared.direction import Letters
from components.shared.text_node import TextNode


def persona_text(tag: str, text: str, persona: Persona) -> TextNode:
    """An element whose `lang` and `dir` go by its letters, so that they are read aloud as what they are."""
    letters = Letters(persona.language).add(text)
    return TextNode(tag, text).props(f"lang={letters.language} dir={letters.direction}")
