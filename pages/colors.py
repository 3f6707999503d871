"""A persona's colours, for the stylesheet."""

from calls.persona import Persona


def colors(persona: Persona) -> str:
    """The persona's colours as CSS custom properties."""
    chosen = persona.colors
    return f"--ground: {chosen.ground}; --accent: {chosen.accent}; --accent2: {chosen.accent2}"
