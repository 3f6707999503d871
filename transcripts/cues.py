"""What was said as subtitles that people can read: their length, their lines, and how long they are shown.

A cue has two lines of at most 42 columns, is read at 17 columns a second, and lasts a second or longer, as
far as the next speech permits. What nobody timed is estimated.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise

from text_units import atoms, columns, graphemes
from transcripts.isolation import isolated, marked, one_line, runs_right_to_left
from transcripts.subtitles import Subtitle

LINE_COLUMNS = 42
LINES = 2
COLUMNS_PER_SECOND = 17
SHORTEST_MS = 1000
LONGEST_JOINED_MS = 7000
JOINED_PAUSE_MS = 1000
"""Longest pause inside a cue."""
FEW_WORDS = 2
FEW_COLUMNS = 24
"""What is written in no more columns and words is joined with what the same person says beside it."""
FLASH_MS = 100
"""What a cue lasts at least, where the next speech begins at the same moment."""
LEAST_LINE_COLUMNS = 12
"""Of the first line, however long the speaker's name is."""


@dataclass(frozen=True, slots=True)
class Speech:
    """What one person said at a stretch."""

    text: str = field(repr=False)
    start_ms: int | None = None
    """None: nobody knows; it follows what stands before it."""
    end_ms: int | None = None
    speaker: str | None = None

    @property
    def is_short(self) -> bool:
        """Whether it is too little to be read by itself."""
        return len(self.text.split()) <= FEW_WORDS and columns(self.text) <= FEW_COLUMNS


def subtitles_of(speeches: Sequence[Speech]) -> Iterator[Subtitle]:
    """Yield the cues in the order of the speeches; none begins before another ends."""
    lined = [replace(each, text=one_line(each.text)) for each in speeches]
    groups = list(_groups(_joined([each for each in lined if each.text])))
    starts = _starts(groups)
    for group, start_ms, until_ms in zip(groups, starts, [*starts[1:], None], strict=False):
        yield from _shown(group, start_ms, until_ms)


def _joined(speeches: Sequence[Speech]) -> Iterator[Speech]:
    """Yield the speeches; a short one together with the one beside it, where a cue has room for both."""
    waiting: Speech | None = None
    for speech in speeches:
        together = _together(waiting, speech) if waiting else None
        if waiting and not together:
            yield waiting
        waiting = together or speech
    if waiting:
        yield waiting


def _together(first: Speech, second: Speech) -> Speech | None:
    if first.speaker != second.speaker or not (first.is_short or second.is_short):
        return None
    text, end_ms = f"{first.text} {second.text}", first.end_ms
    if second.start_ms is not None:
        if first.start_ms is None or first.end_ms is None:
            return None
        end_ms = max(first.end_ms, second.end_ms or second.start_ms)
        pause_ms, length_ms = second.start_ms - first.end_ms, end_ms - first.start_ms
        if not 0 <= pause_ms <= JOINED_PAUSE_MS or length_ms > LONGEST_JOINED_MS:
            return None
    if len(_cues(text, first.speaker)) > 1:
        return None
    return Speech(text, first.start_ms, end_ms, first.speaker)


# -- times -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Cued:
    speech: Speech
    cues: list[list[str]] = field(repr=False)
    """The lines of each cue."""

    @property
    def reading_ms(self) -> list[int]:
        """How long each cue takes to read."""
        return [max(SHORTEST_MS, columns(" ".join(cue)) * 1000 // COLUMNS_PER_SECOND) for cue in self.cues]


def _groups(speeches: Iterator[Speech]) -> Iterator[list[_Cued]]:
    """Yield each speech whose start is known with those that follow it and say no later time."""
    group: list[_Cued] = []
    began_ms = 0
    for speech in speeches:
        cued = _Cued(speech, _cues(speech.text, speech.speaker))
        if group and speech.start_ms is not None and speech.start_ms > began_ms:
            yield group
            group = []
        if not group:
            began_ms = speech.start_ms or 0
        group.append(cued)
    if group:
        yield group


def _starts(groups: Sequence[list[_Cued]]) -> list[int]:
    starts: list[int] = []
    earliest_ms = 0
    for group in groups:
        starts.append(max(group[0].speech.start_ms or 0, earliest_ms))
        earliest_ms = starts[-1] + FLASH_MS * sum(len(each.cues) for each in group)
    return starts


def _shown(group: list[_Cued], start_ms: int, until_ms: int | None) -> Iterator[Subtitle]:
    cues = [(lines, each.speech) for each in group for lines in each.cues]
    lengths = _lengths(group, start_ms, until_ms)
    edges = [start_ms + round(after) for after in accumulate(lengths, initial=0)]
    for (lines, speech), (start, end) in zip(cues, pairwise(edges), strict=True):
        turned = runs_right_to_left(speech.text)
        shown = tuple(marked(line) if turned else line for line in lines)
        yield Subtitle(start, end, shown, speech.speaker and isolated(speech.speaker))


def _lengths(group: list[_Cued], start_ms: int, until_ms: int | None) -> list[float]:
    """Return how many ms each cue is shown.

    A reply is shown as long as it is read, as nobody knows how long it was spoken; a speech that took longer,
    as long as that. Where there is less time, each cue gets a second first, and the rest is shared by length.
    """
    wanted: list[float] = []
    for each in group:
        reading_ms = each.reading_ms
        spoken_ms = (each.speech.end_ms or 0) - start_ms - sum(wanted)
        longer = max(1.0, spoken_ms / sum(reading_ms))
        wanted += [longer * length for length in reading_ms]
    if until_ms is None or sum(wanted) <= until_ms - start_ms:
        return wanted
    there_ms = until_ms - start_ms
    first = min(SHORTEST_MS, there_ms / len(wanted))
    share = (there_ms - first * len(wanted)) / max(1, sum(wanted) - first * len(wanted))
    return [first + (length - first) * share for length in wanted]


# -- lines -------------------------------------------------------------------------------------------------


def _cues(text: str, speaker: str | None) -> list[list[str]]:
    """Return the lines of each cue, of about the same length: no cue is left with the last two words."""
    name_columns = columns(f"{speaker}: ") if speaker else 0
    room = max(LINE_COLUMNS - name_columns, LEAST_LINE_COLUMNS)
    pieces = [piece for atom in atoms(text) for piece in _fitting(atom, room)]
    lines = _filled(pieces, LINE_COLUMNS, name_columns)
    count = _cues_of(lines)
    narrowest = -(-columns(text) // (count * LINES)) if len(lines) > 1 else LINE_COLUMNS
    for most in range(narrowest, LINE_COLUMNS):
        narrower = _filled(pieces, most, name_columns)
        if _cues_of(narrower) == count:
            lines = narrower
            break
    return [lines[place : place + LINES] for place in range(0, len(lines), LINES)]


def _cues_of(lines: Sequence[str]) -> int:
    return -(-len(lines) // LINES)


def _fitting(atom: str, room: int) -> Iterator[str]:
    """Yield what no line holds in pieces that a line holds: a long address, for example."""
    if columns(atom.rstrip()) <= room:
        yield atom
        return
    piece = ""
    for grapheme in graphemes(atom):
        if piece and columns(piece + grapheme) > room:
            yield piece
            piece = ""
        piece += grapheme
    yield piece


def _filled(pieces: Sequence[str], most: int, name_columns: int) -> list[str]:
    """Return lines of at most `most` columns; the first one of a cue stands behind the speaker's name."""
    lines: list[str] = []
    line, used = "", 0
    for piece in pieces:
        room = most - (0 if len(lines) % LINES else name_columns)
        if line and used + columns(piece.rstrip()) > max(room, LEAST_LINE_COLUMNS):
            lines.append(line.rstrip())
            line, used = "", 0
        line, used = line + piece, used + columns(piece)
    return [*lines, line.rstrip()]
