"""Both sides of the call as text, one bubble per item: one element that draws by itself (`transcript.js`)."""

import asyncio

from nicegui import ui

from calls.call import Call
from calls.changes import CallChange
from components.transcript_view import Op, TranscriptView, joined
from components.words import Words

LABELS = ("label", "empty", "user", "assistant", "interrupted", "earlier", "latest")


class Transcript(ui.element, component="transcript.js"):
    """Follows a call; tells the browser once per turn of the loop what to draw."""

    def __init__(self, words: Words, language: str) -> None:
        """:param language: ISO 639 code of what the persona speaks"""
        super().__init__()
        self._words = words
        self._language = language
        self._view: TranscriptView | None = None
        self._queue: list[Op] = []
        self._props["words"] = {name: words[f"transcript.{name}"] for name in LABELS}
        self._props["lang"] = words.language
        self._props["dir"] = words.direction
        self.on("earlier", self._show_earlier)

    def follow(self, call: Call) -> None:
        """Show this call from now on; what an earlier one left stays until this one has something to show."""
        view = self._view = TranscriptView(call.conversation, self._words, self._language)
        cleared = False

        def draw(changes: list[CallChange]) -> None:
            nonlocal cleared
            ops = view.ops(changes)
            if self._view is not view or not ops:
                return
            self._draw(ops if cleared else [["clear"], *ops])
            cleared = True

        call.watch(draw)

    def _show_earlier(self) -> None:
        if self._view:
            self._draw(self._view.show_earlier())

    def _draw(self, ops: list[Op]) -> None:
        if not self._queue:
            asyncio.get_running_loop().call_soon(self._flush)
        self._queue += ops

    def _flush(self) -> None:
        ops, self._queue = joined(self._queue), []
        self.run_method("apply", ops)
