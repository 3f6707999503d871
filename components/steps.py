"""How it works, in three lines, and what never to say aloud."""

from nicegui import ui

from components.text_node import TextNode
from components.words import Words


def steps(words: Words) -> None:
    """For wide screens, beside the circle."""
    with ui.element("aside").classes("steps"):
        TextNode("h2", words["steps.title"]).classes("steps__title")
        with ui.element("ol").classes("steps__list"):
            for step in ("start", "speak", "type"):
                TextNode("li", words[f"steps.{step}"])
        TextNode("p", words["steps.safety"]).classes("steps__safety")
