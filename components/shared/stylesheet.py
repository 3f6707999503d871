"""The one stylesheet, linked so that a changed file is never taken from a browser's cache."""

from pathlib import Path

from nicegui import ui

FILE = Path(__file__).parents[2] / "static" / "app.css"


def link() -> None:
    """Link `static/app.css` on every page."""
    ui.add_head_html(tag(), shared=True)


def tag() -> str:
    """Return the tag that links `static/app.css`."""
    return f'<link rel="stylesheet" href="/static/app.css?v={FILE.stat().st_mtime_ns:x}">'
