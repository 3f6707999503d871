"""Sign-in page: callers enter the access code once per browser (`/sign-in`)."""

import re
from collections.abc import Mapping
from urllib.parse import urlencode

from nicegui import app, ui
from starlette.requests import Request
from starlette.responses import RedirectResponse

from access.access_gate import AccessGate
from agents.persona import Persona
from components.shared.footer import footer
from components.shared.header import header
from components.shared.sign_in_form import LONGEST_CODE, sign_in_form
from components.shared.words import Words
from pages.client_host import host_of
from pages.shell import SIGN_IN_PATH, page_frame, serve_page
from pages.visitor_session import renew_session_id

PAGE = re.compile(r"/(?:captions|p|p/([a-z0-9-]{1,32}))?")
"""A path of ours to go on to; every other one is the front page's, and never another site's."""
PROBLEMS = ("wrong", "too_many")
SEE_OTHER = 303


def install(access_gate: AccessGate, personas: Mapping[str, Persona], default: str) -> None:
    """Serve the sign-in page, if there is an access code.

    :param default: name of the persona that answers at `/`
    """
    if not access_gate.is_locked:
        return

    def build(words: Words) -> None:
        asked = ui.context.client.request.query_params
        problem, then = asked.get("problem"), page_of(asked.get("then", ""))
        persona = _persona_at(then)
        with page_frame(persona, persona.own_words(words.language).title):
            header(persona, words)
            sign_in_form(words, SIGN_IN_PATH, problem if problem in PROBLEMS else None, then)
            footer(persona, words)

    def _persona_at(path: str) -> Persona:
        named = PAGE.fullmatch(path)
        return personas.get(named[1] if named and named[1] else default) or personas[default]

    serve_page(SIGN_IN_PATH, personas[default], build)

    @app.post(SIGN_IN_PATH, include_in_schema=False)
    async def sign_in(request: Request) -> RedirectResponse:
        async with request.form(max_files=0, max_fields=3) as form:
            code, words = str(form.get("code", "")), Words(str(form.get("lang", "")))
            then = page_of(str(form.get("then", "")))
        was_admitted = access_gate.admits(app.storage.user)
        problem = access_gate.enter(app.storage.user, code[:LONGEST_CODE], host_of(request))
        if problem is None and not was_admitted:
            await renew_session_id(request)
        asked = {"lang": words.language} | ({"problem": problem, "then": then} if problem else {})
        return RedirectResponse(f"{SIGN_IN_PATH if problem else then}?{urlencode(asked)}", SEE_OTHER)


def page_of(path: str) -> str:
    """Return a path that visitors came for; `/` for one that is no page of ours."""
    return path if PAGE.fullmatch(path) else "/"
