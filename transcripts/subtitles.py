"""Words with their times, written as people and players read them."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal, get_args

Format = Literal["txt", "json", "srt", "vtt"]
FORMATS: tuple[Format, ...] = get_args(Format)


@dataclass(frozen=True, slots=True)
class Cue:
    """What was said from one moment to another."""

    start_s: float
    end_s: float
    text: str
    failure: str | None = None
    """Why there are no words; a code such as `no_recognizer`."""

    @property
    def shown(self) -> str:
        """The text on one line, or a note in its place."""
        return f"[{self.failure}]" if self.failure else " ".join(self.text.split())


def written(cues: Sequence[Cue], form: Format) -> str:
    """Return the whole file; cues without words and without a failure are left out of all but JSON."""
    match form:
        case "json":
            return json.dumps([asdict(cue) for cue in cues], ensure_ascii=False, indent=2) + "\n"
        case "txt":
            return "".join(f"{cue.shown}\n" for cue in _shown(cues))
        case "srt":
            blocks = (f"{n}\n{_times(cue, ',')}\n{cue.shown}\n" for n, cue in enumerate(_shown(cues), 1))
            return "\n".join(blocks)
        case "vtt":
            blocks = (f"\n{_times(cue, '.')}\n{_escaped(cue.shown)}\n" for cue in _shown(cues))
            return "WEBVTT\n" + "".join(blocks)


def _shown(cues: Sequence[Cue]) -> list[Cue]:
    return [cue for cue in cues if cue.shown]


def _times(cue: Cue, point: str) -> str:
    return f"{_time(cue.start_s, point)} --> {_time(cue.end_s, point)}"


def _time(seconds: float, point: str) -> str:
    whole, ms = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{point}{ms:03}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
