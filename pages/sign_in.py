"""The door: where callers enter the access code, once (`/sign-in`)."""

import hashlib
import hmac
from typing import Any
from urllib.parse import urlencode

from nicegui import app, ui
from starlette.requests import Request
from starlette.responses import RedirectResponse

from access.brute_force_guard import BruteForceGuard, TooManyTries
from agents.persona import Persona
from components.shared.footer import footer
from components.shared.header import header
from components.shared.sign_in_form import LONGEST_CODE, sign_in_form
from components.shared.words import Words
from pages.client_host import host_of
from pages.colors import colors, is_dark
from pages.page_words import page_words
from pages.visitor_session import renew_session_id
from settings import Settings

PATH = "/sign-in"
PROBLEMS = ("wrong", "too_many")
ADMITTED = "admitted"
"""In the visitor's storage: by which code."""
SEE_OTHER = 303


class AccessGate:
    """Lets in whoever entered the access code; stands open where there is none."""

    def __init__(self, settings: Settings) -> None:
        self._code = settings.access_code.get_secret_value() if settings.access_code else None
        self._secret = settings.storage_secret.encode()
        self._guard = BruteForceGuard("access code", self._secret)

    @property
    def is_locked(self) -> bool:
        """Whether there is a code at all."""
        return self._code is not None

    def admits(self, visitor: dict[str, Any]) -> bool:
        """:param visitor: what is stored of a visitor, `app.storage.user`"""
        return not self.is_locked or visitor.get(ADMITTED) == self._mark()

    def enter(self, visitor: dict[str, Any], code: str, address: str) -> str | None:
        """Try a code, and remember a visitor who knows it.

        :return: what is wrong, one of `PROBLEMS`
        """
        try:
            self._guard.begin_try(address)
        except TooManyTries:
            return "too_many"
        if not hmac.compare_digest(code.encode(), (self._code or "").encode()):
            self._guard.mark_wrong(address)
            return "wrong"
        self._guard.mark_right(address)
        visitor[ADMITTED] = self._mark()
        return None

    def _mark(self) -> str:
        """Of this code: who entered an earlier one is asked again."""
        return hmac.new(self._secret, f"access {self._code}".encode(), hashlib.sha256).hexdigest()


def install(access_gate: AccessGate, persona: Persona) -> None:
    """Serve the door, if it is locked."""
    if not access_gate.is_locked:
        return

    @ui.page(PATH, title=persona.title, dark=is_dark(persona), language=None)
    def sign_in_page(problem: str | None = None) -> None:
        words = page_words(ui.context.client.request, persona)
        ui.query("html").props(f"lang={words.language} dir={words.direction}")
        with ui.element("div").classes("page").style(colors(persona)):
            header(persona, words)
            sign_in_form(words, PATH, problem if problem in PROBLEMS else None)
            footer(persona)

    @app.post(PATH, include_in_schema=False)
    async def sign_in(request: Request) -> RedirectResponse:
        async with request.form(max_files=0, max_fields=2) as form:
            code, words = str(form.get("code", "")), Words(str(form.get("lang", "")))
        was_admitted = access_gate.admits(app.storage.user)
        problem = access_gate.enter(app.storage.user, code[:LONGEST_CODE], host_of(request))
        if problem is None and not was_admitted:
            await renew_session_id(request)
        asked = {"lang": words.language} | ({"problem": problem} if problem else {})
        return RedirectResponse(f"{PATH if problem else '/'}?{urlencode(asked)}", SEE_OTHER)
