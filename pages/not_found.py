"""Answer addresses that have no page with bytes made at start."""

import html
from collections.abc import Callable, Mapping

from fastapi.exception_handlers import http_exception_handler
from nicegui import app
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from agents.persona import Persona
from components.shared import stylesheet
from components.shared.words import LANGUAGES, Words
from pages.colors import colors, is_dark
from pages.page_words import page_words

NOT_FOUND = 404
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'none'"
    ),
}
PAGE = """<!doctype html>
<html lang="{lang}" dir="{dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="{scheme}">
<meta name="robots" content="noindex">
<title>{title}</title>
{stylesheet}
</head>
<body>
<div class="page" style="{colors}">
<main class="not-found">
<h1 class="header__heading">{title}</h1>
<p class="not-found__text">{text}</p>
<a href="/?lang={lang}">{home}</a>
</main>
</div>
</body>
</html>
"""


def install(personas: Mapping[str, Persona], default: str, told_programs: Callable[[], Response]) -> None:
    """Answer unknown addresses with a page that leads back; routes that are no pages keep their JSON.

    :param told_programs: makes the answer for those who ask for JSON
    """
    pages = {language: not_found_page(personas[default], Words(language)) for language in LANGUAGES}

    @app.exception_handler(NOT_FOUND)
    async def not_found(request: Request, error: HTTPException) -> Response:
        if request.scope.get("endpoint"):
            return await http_exception_handler(request, error)
        if wants_json(request):
            return told_programs()
        language = page_words(request, personas[default]).language
        return HTMLResponse(pages[language], NOT_FOUND, headers=HEADERS)


def wants_json(request: Request) -> bool:
    """Return whether a program asks, which names JSON among what it accepts and no page."""
    accepted = request.headers.get("accept", "")
    return "application/json" in accepted and "text/html" not in accepted


def not_found_page(persona: Persona, words: Words) -> bytes:
    """Return the page in one language and the persona's colours."""
    title, text, home = (html.escape(words[f"not_found.{key}"]) for key in ("title", "text", "home"))
    page = PAGE.format(
        lang=words.language,
        dir=words.direction,
        scheme="dark" if is_dark(persona) else "light",
        stylesheet=stylesheet.tag(),
        colors=html.escape(colors(persona)),
        title=title,
        text=text,
        home=home,
    )
    return page.encode()
