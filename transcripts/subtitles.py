"""Subtitles: SubRip and WebVTT."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Subtitle:
    """Words that are shown from one moment to another."""

    start_ms: int
    end_ms: int
    lines: tuple[str, ...] = field(repr=False)
    """None of them is empty: an empty line would end the subtitle."""
    speaker: str | None = None
    """The name of the person who speaks, where it is known."""


def to_srt(subtitles: Iterable[Subtitle]) -> str:
    """Return a SubRip file. An arrow in the words would end the times of another cue, so it is drawn."""
    blocks = (
        f"{number}\n{_times(each, ',')}\n{_named(each).replace('-->', '→')}\n"
        for number, each in enumerate(subtitles, 1)
    )
    return "\n".join(blocks)


def to_vtt(subtitles: Iterable[Subtitle], note: str | None = None) -> str:
    """Return a WebVTT file.

    :param note: a comment for those who read the file
    """
    blocks = (f"{_times(each, '.')}\n{_voiced(each)}\n" for each in subtitles)
    return "\n".join(["WEBVTT\n", *([f"NOTE {note}\n"] if note else []), *blocks])


def _named(subtitle: Subtitle) -> str:
    text = "\n".join(subtitle.lines)
    return f"{subtitle.speaker}: {text}" if subtitle.speaker else text


def _voiced(subtitle: Subtitle) -> str:
    text = _escaped("\n".join(subtitle.lines))
    return f"<v {_escaped(subtitle.speaker)}>{text}</v>" if subtitle.speaker else text


def _times(subtitle: Subtitle, point: str) -> str:
    return f"{_clock(subtitle.start_ms, point)} --> {_clock(subtitle.end_ms, point)}"


def _clock(ms: int, point: str) -> str:
    seconds, ms = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}{point}{ms:03}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
