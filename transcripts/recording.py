"""A transcribed recording as a file: plain text, JSON, SubRip and WebVTT."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal, get_args

from transcripts.cues import Speech, subtitles_of
from transcripts.subtitles import to_srt, to_vtt

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
            return to_srt(subtitles_of(_speeches(cues)))
        case "vtt":
            return to_vtt(subtitles_of(_speeches(cues)))


def _shown(cues: Sequence[Cue]) -> list[Cue]:
    return [cue for cue in cues if cue.shown]


def _speeches(cues: Sequence[Cue]) -> list[Speech]:
    return [Speech(cue.shown, _ms(cue.start_s), _ms(cue.end_s)) for cue in _shown(cues)]


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
