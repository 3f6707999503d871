"""Whose page this is."""

from nicegui import ui

from calls.persona import Persona
from components.text_node import TextNode
from components.words import LANGUAGES, Words


def header(persona: Persona, words: Words) -> None:
    """Heading, what it is about, and the other language."""
    with ui.element("header").classes("header").props("role=banner"):
        TextNode("h1", persona.heading).classes("header__heading").props("dir=auto")
        if persona.intro:
            TextNode("p", persona.intro).classes("header__intro").props("dir=auto")
        other = next(language for language in LANGUAGES if language != words.language)
        link = TextNode("a", words["page.other_language"]).classes("header__language")
        link.props(f'href="?lang={other}" lang={other} hreflang={other}')
