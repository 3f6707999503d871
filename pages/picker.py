"""All assistants of this deployment, to choose one: `/p`."""

from collections.abc import Mapping

from nicegui import ui

from access.access_gate import AccessGate
from agents.persona import Persona
from components.shared.header import CAPTIONS_PATH, PICKER_PATH
from components.shared.persona_card import persona_card
from components.shared.words import Words
from pages.shell import page_frame, plain_header, serve_page


def install(personas: Mapping[str, Persona], default: str, access_gate: AccessGate) -> None:
    """Serve a card for each persona, in the colours of the default one."""

    def build(words: Words) -> None:
        with page_frame(personas[default], words["assistants.title"]):
            plain_header(words, "assistants", "captions.title", CAPTIONS_PATH)
            with ui.element("div").classes("picker"):
                for persona in personas.values():
                    persona_card(persona, words)

    serve_page(PICKER_PATH, personas[default], build, gate=access_gate)
