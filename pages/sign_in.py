"""Sign-in page: callers enter the access code once per browser (`/sign-in`)."""

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

PROBLEMS = ("wrong", "too_many")
SEE_OTHER = 303


def install(access_gate: AccessGate, persona: Persona) -> None:
    """Serve the sign-in page, if there is an access code."""
    if not access_gate.is_locked:
        return

    def build(words: Words) -> None:
        problem = ui.context.client.request.query_params.get("problem")
        with page_frame(persona, persona.own_words(words.language).title):
            header(persona, words)
            sign_in_form(words, SIGN_IN_PATH, problem if problem in PROBLEMS else None)
            footer(persona, words)

    serve_page(SIGN_IN_PATH, persona, build)

    @app.post(SIGN_IN_PATH, include_in_schema=False)
    async def sign_in(request: Request) -> RedirectResponse:
        async with request.form(max_files=0, max_fields=2) as form:
            code, words = str(form.get("code", "")), Words(str(form.get("lang", "")))
        was_admitted = access_gate.admits(app.storage.user)
        problem = access_gate.enter(app.storage.user, code[:LONGEST_CODE], host_of(request))
        if problem is None and not was_admitted:
            await renew_session_id(request)
        asked = {"lang": words.language} | ({"problem": problem} if problem else {})
        return RedirectResponse(f"{SIGN_IN_PATH if problem else '/'}?{urlencode(asked)}", SEE_OTHER)
