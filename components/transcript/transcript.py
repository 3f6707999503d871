"""Both sides of the call as text, one bubble per item: one element that draws by itself (`transcript.js`)."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timezone

from nicegui import ui

from calls.call import Call
from calls.events import CallChange
from calls.transcript_file import Phrases, TranscriptMeta, transcript_file
from components.shared.direction import Letters
from components.shared.words import Words
from components.transcript.transcript_search import Match, find
from components.transcript.transcript_view import Op, TranscriptView, is_shown, joined
from realtime.conversation.item import Item

LABELS = (
    "label",
    "empty",
    "user",
    "assistant",
    "tool",
    "interrupted",
    "earlier",
    "latest",
    "copy_one",
    "copied",
    "copy_failed",
    "unheard",
    "state",
    "leave_captions",
)

Shift = Callable[[TranscriptView], list[Op]]


class TranscriptElement(
    ui.element,
    component="transcript.js",
    dependencies=[
        "bubble.js",
        "bidi_text.js",
        "voice_pace.js",
        "captions_mode.js",
        "../shared/clipboard.js",
        "../shared/icons.js",
    ],
):
    """Follows a call; tells the browser once per turn of the loop what to draw."""

    def __init__(self, words: Words, language: str, *also: str) -> None:
        """Create the transcript element.

        :param language: ISO 639 code of what the persona speaks
        :param also: codes of other languages that it speaks
        """
        super().__init__()
        self._words = words
        self._languages = (language, *also)
        self._call: Call | None = None
        self._opened_at = datetime.now(UTC)
        self._view: TranscriptView | None = None
        self._unwatch: Callable[[], None] = lambda: None
        self._queue: list[Op] = []
        self._props["words"] = {name: words[f"transcript.{name}"] for name in LABELS}
        self._speakers = {role: words[f"transcript.{role}"] for role in ("user", "assistant", "tool")}
        self._props["names"] = {name: words[f"transcript.language.{name}"] for name in ("en", "ur", "hi")}
        self._props["lang"] = words.language
        self._props["dir"] = words.direction
        self.on("earlier", lambda: self._shift(TranscriptView.show_earlier))
        self.on("later", lambda: self._shift(TranscriptView.show_later))
        self.on("latest", lambda: self._shift(TranscriptView.show_latest))

    def follow(self, call: Call) -> None:
        """Show this call from now on; what an earlier one left stays until this one has something to show."""
        view = TranscriptView(call.conversation, self._words, *self._languages)
        self._call, self._view, self._opened_at = call, view, datetime.now(UTC)
        cleared = False
        self._unfollow()

        def draw(changes: list[CallChange]) -> None:
            nonlocal cleared
            ops = view.ops(changes)
            if self._view is not view or not ops:
                return
            self._draw(ops if cleared else [["clear", None], ["source", self._source(call)], *ops])
            cleared = True
            if call.away:  # If its caller returns, another page shows it.
                self._unfollow()

        self._unwatch = call.watch(draw)
        if not call.conversation.is_empty:  # A resumed call begins with what was said before.
            self._draw([["clear", None], ["source", self._source(call)], *view.show_latest()])
            cleared = True

    def _unfollow(self) -> None:
        self._unwatch()
        self._unwatch = lambda: None

    def _source(self, call: Call) -> str:
        return self._words["transcript.from_provider" if call.controlled else "transcript.from_browser"]

    # -- what the tools beside it ask for ------------------------------------------------------------------

    @property
    def call_id(self) -> str | None:
        """The id of the call that is shown, if any."""
        return self._call.id if self._call else None

    def find(self, query: str) -> list[Match]:
        """Return where the words stand in the whole conversation."""
        if self._view is None:
            return []
        return find(filter(is_shown, self._view.conversation.newest_first()), query)

    def show_matches(self, matches: list[Match], current: int) -> None:
        """Show the matches, and one of them in the middle of the page.

        :param current: its place in `matches`; less than 0 for none
        """
        if self._view and current >= 0:
            self._draw(self._view.show_around(matches[current].item_id))
        shown = self._view.shown_ids if self._view else frozenset()
        there = [
            [match.item_id, match.start, match.length, place == current]
            for place, match in enumerate(matches)
            if match.item_id in shown
        ]
        self._draw([["mark", None, there]])

    async def as_file(self, form: str, zone: timezone) -> tuple[str, str] | None:
        """Return name and text of the conversation as the page shows it; None without one.

        :param zone: in which times of day are written
        """
        if not self._call:
            return None
        opened_at = self._opened_at.astimezone(zone)
        persona = self._call.persona
        title = persona.own_words(self._words.language).title
        meta = TranscriptMeta(self._call.id, title, opened_at, phrases=self._phrases())
        text = await transcript_file(self._call, form, meta, self._shown)
        return f"{persona.name}-{opened_at:%Y-%m-%d-%H%M}.{form}", text

    def _phrases(self) -> Phrases:
        return Phrases(
            speakers=self._speakers,
            reported=self._words["transcript.reported"],
            not_heard=self._words["transcript.unheard"].rstrip(":"),
            right_to_left=self._words.direction == "rtl",
        )

    def _shown(self, item: Item) -> tuple[str, str]:
        view = self._view
        assert view is not None
        if item.kind == "function_call":
            return f"{item.name} ({self._words[f'transcript.tool_state.{view.tool_state(item)}']})", "en"
        expected, *also = self._languages
        if item.kind != "message":
            return "", expected
        return item.text or view.note_of(item) or "", Letters(expected, also).add(item.text).language

    # -- drawing -------------------------------------------------------------------------------------------

    def _shift(self, show: Shift) -> None:
        if self._view:
            self._draw(show(self._view))

    def _draw(self, ops: list[Op]) -> None:
        if ops and not self._queue:
            asyncio.get_running_loop().call_soon(self._flush)
        self._queue += ops

    def _flush(self) -> None:
        ops, self._queue = joined(self._queue), []
        self.run_method("apply", ops)
