"""A conversation as a file: plain text, JSON, Markdown, SubRip and WebVTT. Pure: lines in, text out."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from transcripts import subtitles
from transcripts.cues import Speech, subtitles_of
from transcripts.isolation import isolated, marked
from transcripts.subtitles import Subtitle

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
class Phrases:
    """What a transcript says in words of its own, in the language of its reader."""

    speakers: Mapping[str, str] = field(
        default_factory=lambda: {"user": "Caller", "assistant": "Agent", "system": "System"}
    )
    """By role."""
    reported: str = "Reported by the caller's side, not by the provider."
    not_heard: str = "not heard"
    right_to_left: bool = False
    """Whether the language is written so."""


@dataclass(frozen=True, slots=True)
class TranscriptMeta:
    """What stands above a transcript."""

    session_id: str
    title: str
    opened_at: datetime
    """The time of day, with the zone in which it is written."""
    closed_at: datetime | None = None
    topic: str | None = None
    summary: str | None = None
    phrases: Phrases = Phrases()

    def speaker(self, line: ExportedLine) -> str:
        """Return the name under which a line is written."""
        return self.phrases.speakers.get(line.role, line.role)


# -- to read -----------------------------------------------------------------------------------------------


def to_txt(lines: Sequence[ExportedLine], meta: TranscriptMeta) -> str:
    """Return the conversation as plain text."""
    body = [
        _turned(f"{_stamp(line)}{isolated(meta.speaker(line))}: {_with_cut(line, meta)}", meta)
        for line in _told(lines)
    ]
    return "\n".join([*map(isolated, _head(lines, meta)), "", *body, ""])


def to_md(lines: Sequence[ExportedLine], meta: TranscriptMeta) -> str:
    """Return Markdown in which nothing that was said becomes a link, an image, a heading or HTML."""
    title, *head = (_markdown(isolated(each)) for each in _head(lines, meta))
    body = [_turned(_markdown_line(line, meta), meta) for line in _told(lines)]
    return "\n\n".join([f"# {title}", *head, *body]) + "\n"


def to_json(lines: Sequence[ExportedLine], meta: TranscriptMeta) -> str:
    """All items, tool calls among them, and all fields; times of day in ISO 8601."""
    session = {
        "session_id": meta.session_id,
        "title": meta.title,
        "opened_at": meta.opened_at.isoformat(),
        "closed_at": meta.closed_at and meta.closed_at.isoformat(),
        "topic": meta.topic,
        "summary": meta.summary,
    }
    return json.dumps(
        {"session": session, "items": [asdict(line) for line in lines]}, ensure_ascii=False, indent=2
    )


def _head(lines: Sequence[ExportedLine], meta: TranscriptMeta) -> list[str]:
    """Return the title, and what else stands above what was said."""
    return [meta.title, *filter(None, (_dates(meta), meta.summary, _source_note(lines, meta)))]


def _spoken(lines: Sequence[ExportedLine]) -> Iterator[ExportedLine]:
    return (line for line in lines if line.kind == "message" and line.text.strip())


def _told(lines: Sequence[ExportedLine]) -> Iterator[ExportedLine]:
    """Return what was said, and the tools that were called, where their names are known."""
    return (line for line in lines if line.text.strip() and (line.kind == "message" or line.tool))


def _dates(meta: TranscriptMeta) -> str:
    until = f" - {meta.closed_at:%H:%M}" if meta.closed_at else ""
    return f"{meta.opened_at:%Y-%m-%d %H:%M}{until} {meta.opened_at:%Z}".rstrip()


def _source_note(lines: Sequence[ExportedLine], meta: TranscriptMeta) -> str | None:
    return meta.phrases.reported if any(line.source != "provider" for line in lines) else None


def _stamp(line: ExportedLine) -> str:
    if line.start_ms is None:
        return ""
    minutes, seconds = divmod(line.start_ms // 1000, 60)
    return f"[{minutes:02}:{seconds:02}] "


def _with_cut(line: ExportedLine, meta: TranscriptMeta) -> str:
    if unheard := line.unheard_text.strip():
        return isolated(f"{line.heard_text.rstrip()} … [{meta.phrases.not_heard}: {unheard}]")
    return isolated(f"{line.text} …" if line.interrupted else line.text)


def _markdown_line(line: ExportedLine, meta: TranscriptMeta) -> str:
    speaker, said = _markdown(meta.speaker(line)), _markdown(_with_cut(line, meta))
    return f"**{speaker}** {_markdown(_stamp(line))}{said}"


def _markdown(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)


def _turned(line: str, meta: TranscriptMeta) -> str:
    """Return a line that begins at the side where its reader's language begins."""
    return marked(line) if meta.phrases.right_to_left else line


# -- subtitles ---------------------------------------------------------------------------------------------


def to_srt(lines: Sequence[ExportedLine], meta: TranscriptMeta) -> str:
    """Return the conversation as SubRip subtitles."""
    return subtitles.to_srt(_cues(lines, meta))


def to_vtt(lines: Sequence[ExportedLine], meta: TranscriptMeta) -> str:
    """Return the conversation as WebVTT subtitles."""
    return subtitles.to_vtt(_cues(lines, meta), _source_note(lines, meta))


def _cues(lines: Sequence[ExportedLine], meta: TranscriptMeta) -> Iterator[Subtitle]:
    """Yield what was heard, in the order of the conversation."""
    return subtitles_of(
        [Speech(line.heard_text, line.start_ms, line.end_ms, meta.speaker(line)) for line in _spoken(lines)]
    )
