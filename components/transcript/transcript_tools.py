"""What people do with a transcript: search it, copy it, take it along, read it very large."""

from datetime import UTC, timedelta, timezone
from typing import Any

from nicegui import events, ui

from calls.transcript_file import FORMS
from components.shared.words import Words
from components.transcript.transcript import TranscriptElement
from components.transcript.transcript_search import Match

LABELS = (
    "label",
    "search",
    "next",
    "previous",
    "close",
    "none",
    "of",
    "copy",
    "copied",
    "copy_failed",
    "download",
    "captions",
    "offline",
    "txt",
    "md",
    "json",
    "srt",
    "vtt",
)
MAX_QUERY_CHARS = 200
LARGEST_OFFSET_MINUTES = 14 * 60
"""Of a time zone from UTC."""


class TranscriptTools(ui.element, component="transcript_tools.js"):
    """A row of buttons above the transcript. Files go over the page's connection: no address holds them."""

    def __init__(self, words: Words, transcript: TranscriptElement) -> None:
        super().__init__()
        self._transcript = transcript
        self._matches: list[Match] = []
        self._current = -1
        self._is_writing = False
        self._props["words"] = {name: words[f"transcript_tools.{name}"] for name in LABELS}
        self._props["forms"] = list(FORMS)
        self._props["transcript"] = transcript.id
        self._props["max-length"] = MAX_QUERY_CHARS
        self.on("search", self._search)
        self.on("step", self._step)
        self.on("copy", self._copy)
        self.on("download", self._download)

    def _search(self, event: events.GenericEventArguments) -> None:
        """Begin with the last match: the page stands at the end of the conversation."""
        query = event.args if isinstance(event.args, str) else ""
        self._matches = self._transcript.find(query[:MAX_QUERY_CHARS])
        self._current = len(self._matches) - 1
        self._show()

    def _step(self, event: events.GenericEventArguments) -> None:
        if self._matches:
            self._current = (self._current + (-1 if event.args == -1 else 1)) % len(self._matches)
            self._show()

    def _show(self) -> None:
        self._transcript.show_matches(self._matches, self._current)
        self.run_method("found", self._current + 1, len(self._matches))

    async def _copy(self, event: events.GenericEventArguments) -> None:
        if not self._is_writing:
            file = await self._file("txt", zone_of(event.args))
            self.run_method("take", file[1] if file else "")

    async def _download(self, event: events.GenericEventArguments) -> None:
        asked: Any = event.args if isinstance(event.args, dict) else {}
        form = asked.get("form")
        if self._is_writing or not isinstance(form, str) or form not in FORMS:
            return
        if file := await self._file(form, zone_of(asked.get("utcOffset"))):
            name, text = file
            self.run_method("save", name, FORMS[form][1], text)

    async def _file(self, form: str, zone: timezone) -> tuple[str, str] | None:
        """Return name and text of the conversation in one of `FORMS`; nobody asks while one is written."""
        self._is_writing = True
        try:
            return await self._transcript.as_file(form, zone)
        finally:
            self._is_writing = False


def zone_of(offset_minutes: object) -> timezone:
    """Return the reader's time zone by its minutes east of UTC; UTC for what cannot be one."""
    if isinstance(offset_minutes, bool) or not isinstance(offset_minutes, int):
        return UTC
    if abs(offset_minutes) > LARGEST_OFFSET_MINUTES:
        return UTC
    return timezone(timedelta(minutes=offset_minutes))
