"""How it works, in three lines, and what never to say aloud."""

from nicegui import ui

from agents.persona import Persona
from components.shared.text_node import TextNode
from components.shared.words import Words


def steps(persona: Persona, words: Words) -> None:
    """Draw the steps beside the circle, for wide screens."""
    with ui.element("aside").classes("steps"):
        TextNode("h2", words["steps.title"]).classes("steps__title")
        with ui.element("ol").classes("steps__list"):
            for sentence in (words["steps.start"], how_to_speak(persona, words), words["steps.type"]):
                TextNode("li", sentence)
        TextNode("p", words["steps.safety"]).classes("steps__safety")


def how_to_speak(persona: Persona, words: Words) -> str:
    """Name the language, where there is one and the catalogue knows it."""
    named = "-".join(persona.languages)
    return words[f"steps_speak.{named}" if f"steps_speak.{named}" in words else "steps.speak"]
