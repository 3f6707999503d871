"""One assistant among others: who it is, what it speaks, what it is for."""

from nicegui import ui

from agents.persona import Persona
from components.shared.persona_text import persona_text
from components.shared.text_node import TextNode
from components.shared.words import Words


def persona_card(persona: Persona, words: Words) -> None:
    """Draw a card that is one link, in the persona's own accent."""
    card = ui.element("a").classes("persona-card").style(f"--own: {persona.colors.accent}")
    card.props(f'href="/p/{persona.name}?lang={words.language}"')
    with card:
        own = persona.own_words(words.language)
        persona_text("span", own.title, persona).classes("persona-card__title")
        spoken = words("assistants.speaks", language=language_names(persona, words))
        TextNode("span", spoken).classes("persona-card__language")
        for text in filter(None, (own.intro, own.footer)):
            persona_text("span", text, persona).classes("persona-card__intro")


def language_names(persona: Persona, words: Words) -> str:
    """Return what the persona speaks, in the page's language; a code where the catalogue has no name."""
    return words["assistants.comma"].join(_language_name(language, words) for language in persona.languages)


def _language_name(language: str, words: Words) -> str:
    named = f"language.{language}"
    if named in words:
        return words[named]
    return language
