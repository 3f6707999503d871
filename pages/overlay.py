"""What a projector or OBS opens: `/captions/overlay/<token>`, two lines of large type on nothing."""

import asyncio
import html
from contextlib import suppress

from fastapi import APIRouter, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import HTMLResponse

from calls.channels.overlay import Overlay, OverlayRegistry
from components.shared.words import Words
from pages.page_words import preferred_language

PATH = "/captions/overlay"
REVOKED = 4404
"""Close code: do not come back."""
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    ),
}
PAGE = """<!doctype html>
<html lang="{lang}" dir="{dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<link rel="stylesheet" href="/static/overlay.css">
{script}
</head>
<body>{body}</body>
</html>
"""
SCRIPT = '<script type="module" src="/static/overlay.js"></script>'


def overlay_routes(book: OverlayRegistry) -> APIRouter:
    """Return the page and the socket that brings it every picture, for anybody who knows the token."""
    router = APIRouter(include_in_schema=False)

    @router.get(f"{PATH}/{{token}}")
    async def page(request: Request, token: str) -> Response:
        if book.find(token) is None:
            return _gone(Words(preferred_language(request.headers.get("accept-language", "")) or "en"))
        text = PAGE.format(
            lang="en", dir="ltr", title="Guftagu", script=SCRIPT, body='<main class="lines"></main>'
        )
        return HTMLResponse(text, headers=HEADERS)

    @router.websocket(f"{PATH}/{{token}}/lines")
    async def lines(websocket: WebSocket, token: str) -> None:
        await websocket.accept()
        overlay = book.find(token)
        if overlay:
            await _serve(websocket, overlay)
        with suppress(RuntimeError, WebSocketDisconnect):  # It may be gone already.
            await websocket.close(REVOKED)

    return router


async def _serve(websocket: WebSocket, overlay: Overlay) -> None:
    """Serve until the viewer leaves, sends anything (ours have nothing to say), or the address is revoked."""
    showing = asyncio.create_task(_show(websocket, overlay))
    leaving = asyncio.create_task(websocket.receive())
    try:
        await asyncio.wait((showing, leaving), return_when=asyncio.FIRST_COMPLETED)
    finally:
        showing.cancel()
        leaving.cancel()
        await asyncio.wait((showing, leaving))


async def _show(websocket: WebSocket, overlay: Overlay) -> None:
    with suppress(WebSocketDisconnect):
        async for picture in overlay.pictures():
            await websocket.send_text(picture)


def _gone(words: Words) -> Response:
    title, text = (html.escape(words[f"captions.{key}"]) for key in ("gone_title", "gone_text"))
    body = f'<main class="gone"><h1>{title}</h1><p>{text}</p></main>'
    text = PAGE.format(lang=words.language, dir=words.direction, title=title, script="", body=body)
    return HTMLResponse(text, 404, headers=HEADERS)
