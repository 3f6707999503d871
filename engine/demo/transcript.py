"""A written conversation, as a client hands it in: who said what, line by line."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from engine.demo.small_talk import small_talk
from engine.demo.words import folded
from engine.tts.plain_text import sentences

Speaker = Literal["caller", "agent"]

LINE = re.compile(r"^\s*+[-*\[(]?\s*+([^\W\d_]++(?: [^\W\d_]++)?)\s*+[\])]?\s*+[:：]\s*+(.*)$")
CALLERS = {"caller", "customer", "user", "client", "کالر", "صارف", "گاہک"}
AGENTS = {"agent", "assistant", "bot", "ایجنٹ", "نمائندہ"}
ROLES: dict[str, Speaker] = {"user": "caller", "assistant": "agent"}


@dataclass(frozen=True, slots=True)
class TranscriptLine:
    """What one side said at a stretch."""

    speaker: Speaker
    text: str


@dataclass(frozen=True)
class ReadTranscript:
    """The lines, in order."""

    lines: list[TranscriptLine]

    @cached_property
    def sentences(self) -> list[str]:
        """What either side said beyond greetings."""
        return _sentences(self.lines)

    @cached_property
    def asked(self) -> list[str]:
        """What the caller said beyond greetings."""
        return _sentences([line for line in self.lines if line.speaker == "caller"])

    @cached_property
    def asked_folded(self) -> str:
        """The same as one text, to search in."""
        return folded(" ".join(self.asked))


def transcript_of(given: str | list[dict[str, Any]]) -> ReadTranscript:
    """Return the conversation in a request's `input`: a text, or messages that may hold lines themselves.

    What stands before the first line that names its speaker is a task, not part of the conversation; a text
    in which nobody is named is all the caller's.
    """
    if isinstance(given, str):
        return ReadTranscript(_lines(given, "caller"))
    lines: list[TranscriptLine] = []
    for message in given:
        if role := ROLES.get(message.get("role", "")):
            lines += _lines(_text_of(message.get("content")), role)
    return ReadTranscript(lines)


def _sentences(lines: list[TranscriptLine]) -> list[str]:
    return [each for line in lines for each in sentences(line.text) if not small_talk(each)]


def _lines(text: str, otherwise: Speaker) -> list[TranscriptLine]:
    named: list[tuple[Speaker, list[str]]] = []
    for line in text.splitlines():
        if (found := LINE.match(line)) and (speaker := _speaker(found[1])):
            named.append((speaker, [found[2]]))
        elif named:
            named[-1][1].append(line)
    return [TranscriptLine(speaker, "\n".join(said)) for speaker, said in named] or [
        TranscriptLine(otherwise, text)
    ]


def _speaker(name: str) -> Speaker | None:
    name = name.casefold()
    return "caller" if name in CALLERS else "agent" if name in AGENTS else None


def _text_of(content: Any) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "\n".join(str(part.get("text") or "") for part in parts if isinstance(part, dict))
