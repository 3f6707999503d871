"""What stands at every address that has no page."""

from collections.abc import Mapping

from fastapi.exception_handlers import http_exception_handler
from nicegui import Client, app, ui
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from calls.persona import Persona
from components.text_node import TextNode
from components.words import Words
from pages.colors import colors, is_dark
from pages.page_words import page_words

NOT_FOUND = 404


def install(personas: Mapping[str, Persona], default: str) -> None:
    """Answer unknown addresses with a page that leads back; routes that are no pages keep their JSON."""

    @app.exception_handler(NOT_FOUND)
    async def not_found(request: Request, error: HTTPException) -> Response:
        if request.scope.get("endpoint"):
            return await http_exception_handler(request, error)
        persona = personas[default]
        words = page_words(request, persona)
        page = ui.page("", title=words["not_found.title"], dark=is_dark(persona), language=None)
        with Client(page, request=request) as client:
            _draw(persona, words)
        return client.build_response(request, NOT_FOUND)


def _draw(persona: Persona, words: Words) -> None:
    ui.query("html").props(f"lang={words.language} dir={words.direction}")
    page = ui.element("div").classes("page").style(colors(persona))
    with page, ui.element("main").classes("not-found"):
        TextNode("h1", words["not_found.title"]).classes("header__heading")
        TextNode("p", words["not_found.text"]).classes("not-found__text")
        TextNode("a", words["not_found.home"]).props(f'href="/?lang={words.language}"')
