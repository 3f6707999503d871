"""The one stylesheet of all pages, put together at start from the parts that stand beside their elements."""

import hashlib
from functools import cache
from pathlib import Path

from fastapi import Response
from nicegui import app, ui

COMPONENTS = Path(__file__).parents[1]
PATH = "/static/app.css"
LAYERS = "@layer guftagu.base, guftagu.elements;\n"
"""Declared behind NiceGUI's layers, so that ours win over all of them."""
PARTS = (
    "shared/base", "shared/page", "shared/header", "shared/footer", "shared/button", "shared/sign_in_form",
    "shared/persona_card", "shared/not_found",
    "call/orb", "call/status", "call/steps", "call/controls", "call/badge", "call/notice",
    "call/microphone_help", "call/text_field", "call/examples", "call/resume", "call/call_tools",
    "call/scopes",
    "transcript/transcript", "transcript/transcript_tools",
    "settings/settings_drawer",
    "captions/captions", "captions/captions_controls", "captions/no_recognizer", "captions/overlay_link",
)  # fmt: skip
"""In the order of the stylesheet: where two rules are equally specific, the later one wins."""


@cache
def stylesheet() -> str:
    """Return the whole stylesheet."""
    return LAYERS + "\n".join((COMPONENTS / f"{part}.css").read_text("utf-8") for part in PARTS)


def link() -> None:
    """Serve the stylesheet, and link it on every page."""

    @app.get(PATH, include_in_schema=False)
    def serve() -> Response:
        cached = {"Cache-Control": "public, max-age=3600"}
        return Response(stylesheet(), media_type="text/css", headers=cached)

    ui.add_head_html(tag(), shared=True)


def tag() -> str:
    """Return the tag that links the stylesheet; its address changes with what the stylesheet says."""
    version = hashlib.sha256(stylesheet().encode()).hexdigest()[:12]
    return f'<link rel="stylesheet" href="{PATH}?v={version}">'
