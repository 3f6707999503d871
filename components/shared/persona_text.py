"""A persona's own words, which may be of another language than the page."""

from agents.persona import Persona
from components.shared.direction import Letters
from components.shared.text_node import TextNode


def persona_text(tag: str, text: str, persona: Persona) -> TextNode:
    """Return an element whose `lang` and `dir` follow its letters, for those who have it read aloud."""
    letters = Letters(persona.language).add(text)
    return TextNode(tag, text).props(f"lang={letters.language} dir={letters.direction}")
