"""What every page has: language, direction, colours, and the access gate before it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

from nicegui import app, ui
from starlette.responses import RedirectResponse

from access.access_gate import AccessGate
from agents.persona import Persona
from components.shared.header import language_link
from components.shared.text_node import TextNode
from components.shared.words import Words
from pages.colors import colors, is_dark, theme_color
from pages.page_words import page_words

SIGN_IN_PATH = "/sign-in"
VIEWPORT = "width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content"
KEEP_PAGE_SECONDS = 30
"""How much longer than its call a page without a connection is kept, so that it can still be told the end."""


def serve_page(
    path: str,
    persona: Persona,
    build: Callable[[Words], None],
    *,
    gate: AccessGate | None = None,
    grace_s: float | None = None,
) -> None:
    """Serve a page in the language its visitor asks for.

    :param persona: whose colours and language the page has
    :param build: builds the page, in its words
    :param gate: None serves everybody
    :param grace_s: seconds that a page's connection may be away before its call ends; None: it has no calls
    """
    keep_s = None if grace_s is None else grace_s + KEEP_PAGE_SECONDS

    @ui.page(path, viewport=VIEWPORT, dark=is_dark(persona), language=None, reconnect_timeout=keep_s)
    def page() -> RedirectResponse | None:
        words = page_words(ui.context.client.request, persona)
        if gate and not gate.admits(app.storage.user):
            return RedirectResponse(f"{SIGN_IN_PATH}?{urlencode({'lang': words.language, 'then': path})}")
        ui.query("html").props(f"lang={words.language} dir={words.direction}")
        build(words)
        return None


@contextmanager
def page_frame(persona: Persona, title: str, variant: str = "") -> Iterator[None]:
    """Open the page's outermost element, in the persona's colours.

    :param title: of the browser's tab
    :param variant: a further class of the element
    """
    ui.page_title(title)
    ui.add_head_html(theme_color(persona))
    with ui.element("div").classes(f"page {variant}".strip()).style(colors(persona)):
        yield


def plain_header(words: Words, section: str, link: str, href: str) -> None:
    """Draw the header of a page that has no persona: title, introduction, a link, the other language.

    :param section: of the catalogue, with `title` and `intro`
    :param link: the key of the link's words
    """
    with ui.element("header").classes("header").props("role=banner"):
        TextNode("h1", words[f"{section}.title"]).classes("header__heading")
        TextNode("p", words[f"{section}.intro"]).classes("header__intro")
        TextNode("a", words[link]).classes("header__others").props(f'href="{href}?lang={words.language}"')
        language_link(words)
