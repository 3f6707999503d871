"""A conversation as a file: plain text, JSON, Markdown, SubRip and WebVTT. Pure: lines in, text out."""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from transcripts import subtitles
from transcripts.subtitles import Subtitle

SPEAKERS = {"user": "Caller", "assistant": "Agent", "system": "System"}
REPORTED = "Reported by the caller's side, not by the provider."
NOT_HEARD = "not heard"
CUE_CHARS = 84
"""Two lines of a subtitle."""
SHORTEST_CUE_MS = 500
CHARS_PER_SECOND = 14
"""At which speech is read along, where nobody measured how long it took."""
RIGHT_TO_LEFT, END_OF_ISOLATE = "\u2067", "\u2069"
_BIDI_CONTROLS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&:@])")


@dataclass(frozen=True, slots=True)
class ExportedLine:
    """One item, with times in milliseconds since the first one began."""

    item_id: str
    role: str
    text: str = field(repr=False)
    start_ms: int | None = None
    end_ms: int | None = None
    heard: int | None = None
    """Characters of `text` that were played before a barge-in."""
    interrupted: bool = False
    source: str = "provider"
    language: str | None = None
    kind: str = "message"
    tool: str | None = None
    """Of a tool call: its name."""

    @property
    def heard_text(self) -> str:
        """The part that the caller heard."""
        return self.text if self.heard is None else self.text[: self.heard]

    @property
    def unheard_text(self) -> str:
        """The part that the caller did not hear."""
        return "" if self.heard is None else self.text[self.heard :]


@dataclass(frozen=True, slots=True)
class TranscriptMeta:
    """What stands above a transcript."""

    session_id: str
    title: str
    opened_at: datetime
    closed_at: datetime | None = None
    topic: str | None = None
    summary: str | None = None
    speakers: Mapping[str, str] = field(default_factory=lambda: SPEAKERS)
    """By role."""

    def speaker(self, line: ExportedLine) -> str:
        """Return the name under which a line is written."""
        return self.speakers.get(line.role, line.role)


# -- to read -----------------------------------------------------------------------------------------------


def to_txt(lines: Sequence[ExportedLine], meta: TranscriptMeta) -> str:
    """Return the conversation as plain text."""
    head = [_readable(each) for each in (meta.title, _dates(meta), meta.summary, _source_note(lines)) if each]
    body = [f"{_stamp(line)}{_readable(meta.speaker(line))}: {_with_cut(line)}" for line in _told(lines)]
    return "\n".join([*head, "", *body, ""])


def to_md(lines: Sequence[ExportedLine], meta: TranscriptMeta) -> str:
    """Return Markdown in which nothing that was said becomes a link, an image, a heading or HTML."""
    head = [
        f"# {_markdown(meta.title)}",
        *(_markdown(each) for each in (_dates(meta), meta.summary, _source_note(lines)) if each),
    ]
    body = [
        f"**{_markdown(meta.speaker(line))}** {_markdown(_stamp(line))}{_markdown(_with_cut(line))}"
        for line in _told(lines)
    ]
    return "\n\n".join([*head, *body]) + "\n"


def to_json(lines: Sequence[ExportedLine], meta: TranscriptMeta) -> str:
    """All items, tool calls among them, and all fields; times of day in ISO 8601."""
    session = {**asdict(meta), "opened_at": meta.opened_at.isoformat()}
    session["closed_at"] = meta.closed_at and meta.closed_at.isoformat()
    del session["speakers"]
    return json.dumps(
        {"session": session, "items": [asdict(line) for line in lines]}, ensure_ascii=False, indent=2
    )


def _spoken(lines: Sequence[ExportedLine]) -> Iterator[ExportedLine]:
    return (line for line in lines if line.kind == "message" and line.text.strip())


def _told(lines: Sequence[ExportedLine]) -> Iterator[ExportedLine]:
    """Return what was said, and the tools that were called, where their names are known."""
    return (line for line in lines if line.text.strip() and (line.kind == "message" or line.tool))


def _dates(meta: TranscriptMeta) -> str:
    opened = f"{meta.opened_at:%Y-%m-%d %H:%M}"
    return f"{opened} - {meta.closed_at:%H:%M} {meta.opened_at:%Z}" if meta.closed_at else opened


def _source_note(lines: Sequence[ExportedLine]) -> str | None:
    return REPORTED if any(line.source != "provider" for line in lines) else None


def _stamp(line: ExportedLine) -> str:
    if line.start_ms is None:
        return ""
    minutes, seconds = divmod(line.start_ms // 1000, 60)
    return f"[{minutes:02}:{seconds:02}] "


def _with_cut(line: ExportedLine) -> str:
    if unheard := line.unheard_text.strip():
        return _readable(f"{line.heard_text.rstrip()} … [{NOT_HEARD}: {unheard}]")
    return _readable(f"{line.text} …" if line.interrupted else line.text)


def _markdown(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)


def _readable(text: str) -> str:
    """One line in which nothing said can turn the direction of what stands beside it."""
    line = " ".join(_BIDI_CONTROLS.sub("", text).split())
    line = "".join(each for each in line if unicodedata.category(each) != "Cc")
    return f"{RIGHT_TO_LEFT}{line}{END_OF_ISOLATE}" if _runs_right_to_left(line) else line


def _runs_right_to_left(text: str) -> bool:
    """Tell by the majority of its strong characters: Urdu may begin with a Latin name."""
    directions = [unicodedata.bidirectional(each) for each in text]
    return sum(each in ("R", "AL") for each in directions) > directions.count("L")


# -- subtitles ---------------------------------------------------------------------------------------------


def to_srt(lines: Sequence[ExportedLine], meta: TranscriptMeta) -> str:
    """Return the conversation as SubRip subtitles."""
    return subtitles.to_srt(_cues(lines, meta))


def to_vtt(lines: Sequence[ExportedLine], meta: TranscriptMeta) -> str:
    """Return the conversation as WebVTT subtitles."""
    return subtitles.to_vtt(_cues(lines, meta), _source_note(lines))


def _cues(lines: Sequence[ExportedLine], meta: TranscriptMeta) -> Iterator[Subtitle]:
    """Yield what was heard as cues in the order of the conversation; no cue begins before another ends."""
    heard = [line for line in _spoken(lines) if line.heard_text.strip()]
    for line, (start, end) in zip(heard, _times(heard), strict=True):
        yield from _split(
            Subtitle(start, end, " ".join(line.heard_text.split()), _readable(meta.speaker(line)))
        )


def _times(lines: Sequence[ExportedLine]) -> list[tuple[int, int]]:
    """Start and end of each line. One that nobody timed follows the line before it."""
    wanted: list[tuple[int, int]] = []
    for line in lines:
        last_start, last_end = wanted[-1] if wanted else (-SHORTEST_CUE_MS, 0)
        start = last_end if line.start_ms is None else max(line.start_ms, last_start + SHORTEST_CUE_MS)
        reading_ms = len(line.heard_text) * 1000 // CHARS_PER_SECOND
        wanted.append((start, max(line.end_ms or 0, start + max(reading_ms, SHORTEST_CUE_MS))))
    next_starts = [start for start, _ in wanted[1:]] + [wanted[-1][1]] if wanted else []
    return [(start, min(end, following)) for (start, end), following in zip(wanted, next_starts, strict=True)]


def _split(cue: Subtitle) -> Iterator[Subtitle]:
    """Yield a long reply as several cues, its time shared by length."""
    pieces = _pieces(cue.text)
    total, start, done = sum(map(len, pieces)), cue.start_ms, 0
    for piece in pieces:
        done += len(piece)
        end = cue.start_ms + (cue.end_ms - cue.start_ms) * done // total
        yield Subtitle(start, end, _readable(piece), cue.speaker)
        start = end


def _pieces(text: str) -> list[str]:
    pieces = [""]
    for word in text.split():
        if pieces[-1] and len(pieces[-1]) + len(word) >= CUE_CHARS:
            pieces.append(word)
        else:
            pieces[-1] = f"{pieces[-1]} {word}".strip()
    return pieces
