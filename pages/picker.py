"""All assistants of this deployment, to choose one: `/p`."""

from collections.abc import Mapping

from nicegui import app, ui
from starlette.responses import RedirectResponse

from agents.persona import Persona
from components.shared.header import CAPTIONS_PATH, PICKER_PATH, language_link
from components.shared.persona_card import persona_card
from components.shared.text_node import TextNode
from pages.colors import colors, is_dark
from pages.page_words import page_words
from pages.sign_in import PATH as SIGN_IN_PATH
from pages.sign_in import AccessGate


def install(personas: Mapping[str, Persona], default: str, access_gate: AccessGate) -> None:
    """Serve a card for each persona, in the colours of the default one."""

    @ui.page(PICKER_PATH, title="Guftagu", dark=is_dark(personas[default]), language=None)
    def picker_page() -> RedirectResponse | None:
        words = page_words(ui.context.client.request, personas[default])
        if access_gate.is_locked and not access_gate.admits(app.storage.user):
            return RedirectResponse(f"{SIGN_IN_PATH}?lang={words.language}")
        ui.page_title(words["assistants.title"])
        ui.query("html").props(f"lang={words.language} dir={words.direction}")
        with ui.element("div").classes("page").style(colors(personas[default])):
            with ui.element("header").classes("header").props("role=banner"):
                TextNode("h1", words["assistants.title"]).classes("header__heading")
                TextNode("p", words["assistants.intro"]).classes("header__intro")
                captions_link = TextNode("a", words["captions.title"]).classes("header__others")
                captions_link.props(f'href="{CAPTIONS_PATH}?lang={words.language}"')
                language_link(words)
            with ui.element("main").classes("picker"):
                for persona in personas.values():
                    persona_card(persona, words)
        return None
