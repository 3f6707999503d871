"""A persona's colours, for the stylesheet."""

from agents.persona import Persona


def colors(persona: Persona) -> str:
    """Return the persona's colours as CSS custom properties."""
    chosen = persona.colors
    named = f"--ground: {chosen.ground}; --accent: {chosen.accent}; --accent2: {chosen.accent2}"
    return f"{named}; --stop: {chosen.stop}" if chosen.stop else named


def is_dark(persona: Persona) -> bool:
    """Return a page's `dark`, whose `color-scheme` tells the stylesheet from the first paint on."""
    return persona.colors.theme == "dark"


def theme_color(persona: Persona) -> str:
    """Return the tag by which phones colour what is around a page."""
    return f'<meta name="theme-color" content="{persona.colors.ground}">'
