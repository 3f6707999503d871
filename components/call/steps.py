"""How it works, in three lines, and what never to say aloud."""

from nicegui import ui

from agents.persona import Persona
from components.shared.text_node import TextNode
from components.shared.words import Words


def steps(persona: Persona, words: Words, *, listens: bool) -> None:
    """Draw the steps beside the circle, for wide screens.

    :param listens: whether spoken words are understood, and not typed ones alone
    """
    ways = (how_to_speak(persona, words), words["steps.type"])
    typing_only = (words["steps.typing_only"], words["steps.answers"])
    with ui.element("aside").classes("steps"):
        TextNode("h2", words["steps.title"]).classes("steps__title")
        with ui.element("ol").classes("steps__list"):
            for sentence in (words["steps.start"], *(ways if listens else typing_only)):
                TextNode("li", sentence)
        TextNode("p", words["steps.safety"]).classes("steps__safety")


def how_to_speak(persona: Persona, words: Words) -> str:
    """Name the language, where there is one and the catalogue knows it."""
    named = "-".join(persona.languages)
    return words[f"steps_speak.{named}" if f"steps_speak.{named}" in words else "steps.speak"]
