"""Security headers on every answer, and a content policy with a nonce on NiceGUI's pages."""

import re
import secrets
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from settings import Settings

HSTS = "max-age=31536000"
"""A year, this host alone: nobody said what its subdomains serve (RFC 6797)."""
TAGS = re.compile(rb"<(script|style)\b")


class SecurityHeaders:
    """ASGI middleware. NiceGUI's pages are buffered to put the nonce in; everything else passes through."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._connect = "'self'"
        self._framing = settings.frame_ancestors
        self._is_https = settings.is_public_https
        if settings.signaling == "ephemeral" and settings.provider_kind != "engine":
            url = urlsplit(settings.browser_provider_url)
            self._connect += f" {url.scheme}://{url.netloc}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request or socket."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive, _HeaderSend(send, self._policy, self._is_https).send)

    def _policy(self, nonce: str) -> str:
        # Why unsafe-eval: docs/decisions/content-policy.md.
        return (
            f"default-src 'self'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; "
            # Elements' own style attributes; the first is for browsers that do not know the other two.
            f"style-src 'self' 'unsafe-inline'; style-src-elem 'self' 'nonce-{nonce}'; "
            "style-src-attr 'unsafe-inline'; "
            f"img-src 'self' data:; font-src 'self'; media-src 'self' blob:; connect-src {self._connect}; "
            "object-src 'none'; base-uri 'none'; form-action 'self'; "
            f"frame-ancestors {self._frame_ancestors}"
        )

    @property
    def _frame_ancestors(self) -> str:
        return f"'{self._framing}'" if self._framing in ("none", "self") else self._framing


class _HeaderSend:
    """One answer on its way out."""

    def __init__(self, send: Send, policy: Callable[[str], str], is_https: bool) -> None:
        self._send = send
        self._policy = policy
        self._is_https = is_https
        self._start: Message | None = None
        self._page = bytearray()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["X-Content-Type-Options"] = "nosniff"
            headers["Referrer-Policy"] = "no-referrer"
            headers["Permissions-Policy"] = "microphone=(self)"
            if self._is_https:
                headers["Strict-Transport-Security"] = HSTS
            if "x-nicegui-content" in headers and headers.get("content-type", "").startswith("text/html"):
                self._start = message
                return
        elif self._start:
            self._page += message.get("body", b"")
            if not message.get("more_body"):
                await self._send_page(self._start)
            return
        await self._send(message)

    async def _send_page(self, start: Message) -> None:
        nonce = secrets.token_urlsafe(16)
        body = TAGS.sub(rb'<\1 nonce="' + nonce.encode() + b'"', bytes(self._page))
        headers = MutableHeaders(scope=start)
        headers["Content-Security-Policy"] = self._policy(nonce)
        headers["Content-Length"] = str(len(body))
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})
