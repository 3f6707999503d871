"""Whose page this is."""

from nicegui import ui

from agents.persona import Persona
from components.shared.persona_text import persona_text
from components.shared.text_node import TextNode
from components.shared.words import LANGUAGES, Words

PICKER_PATH = "/p"
CAPTIONS_PATH = "/captions"


def header(persona: Persona, words: Words, *, others: bool = False) -> None:
    """Draw the heading, what the page is about, and the link to the other language.

    :param others: whether there are more assistants to choose from
    """
    own = persona.own_words(words.language)
    with ui.element("header").classes("header").props("role=banner"):
        persona_text("h1", own.heading, persona).classes("header__heading")
        if own.intro:
            persona_text("p", own.intro, persona).classes("header__intro")
        if others:
            link = TextNode("a", words["assistants.others"]).classes("header__others")
            link.props(f'href="{PICKER_PATH}?lang={words.language}"')
        language_link(words)


def language_link(words: Words) -> None:
    """Draw the link to the same page in the other language."""
    other = next(language for language in LANGUAGES if language != words.language)
    link = TextNode("a", words["page.other_language"]).classes("header__language")
    link.props(f'href="?lang={other}" lang={other} hreflang={other}')
