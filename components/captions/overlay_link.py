"""The secret address where subtitles appear on another screen: made and revoked on the captions page."""

from collections.abc import Callable

from nicegui import ui

from components.shared.words import Words

LABELS = (
    "overlay_title", "overlay_hint", "overlay_make", "overlay_copy", "overlay_copied", "overlay_not_copied",
    "overlay_open", "overlay_revoke",
)  # fmt: skip


class OverlayLink(ui.element, component="overlay_link.js"):
    """Shows the address, while there is one. Its script needs the `clipboard.js` of the page's transcript."""

    def __init__(self, words: Words, *, on_make: Callable[[], None], on_revoke: Callable[[], None]) -> None:
        super().__init__()
        self._props["words"] = {name: words[f"captions.{name}"] for name in LABELS}
        self.on("make", lambda: on_make())
        self.on("revoke", lambda: on_revoke())

    def show(self, path: str) -> None:
        """:param path: where it is on this server; empty: there is none"""
        self._props["path"] = path
        self.update()
