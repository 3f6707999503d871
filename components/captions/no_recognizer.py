"""Says what captions lack where no speech recogniser is to be had, and how to get one."""

from nicegui import ui

from components.shared.text_node import TextNode
from components.shared.words import Words

WITH_WHISPER = "uv run --extra whisper main.py"
KEY_SETTING = "OPENAI_API_KEY"


def no_listener(words: Words) -> None:
    """Draw a note that names both ways to get a recogniser."""
    with ui.element("div").classes("no-listener").props("role=note"):
        TextNode("h2", words["captions.missing_title"]).classes("no-listener__title")
        TextNode("p", words["captions.missing_text"])
        with ui.element("ul"):
            for key, code in (("missing_key", KEY_SETTING), ("missing_whisper", WITH_WHISPER)):
                with ui.element("li"):
                    TextNode("span", words[f"captions.{key}"] + " ")
                    TextNode("code", code).props("dir=ltr")
