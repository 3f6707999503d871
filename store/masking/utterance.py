"""What of one utterance may be a part of a number that began earlier or goes on later."""

import re
from dataclasses import dataclass

from store.masking.characters import plain_text
from store.masking.groups import DigitGroup, digits_of, is_linking
from store.masking.harmless import harmless_spans
from store.masking.iban import find_ibans
from store.masking.masked import shape_without
from store.masking.runs import SET_ASIDE, find_runs

EDGE_CHARS = 400
"""So much of an utterance's beginning and end is looked at."""
_WORDS = re.compile(f"[l{SET_ASIDE}]+")

Run = tuple[DigitGroup, ...]


@dataclass(frozen=True, slots=True)
class Utterance:
    """One item's words, as far as a number over several items needs them."""

    item_id: str
    is_caller: bool
    start_ms: float | None
    end_ms: float | None
    runs: tuple[Run, ...]
    """Every run near the beginning and the end; positions are those of the whole text."""
    goes_on: bool
    """Whether its first run may continue a number."""
    stays_open: bool
    """Whether its last run may be continued."""


def utterance(
    item_id: str, text: str, *, is_caller: bool, start_ms: float | None = None, end_ms: float | None = None
) -> Utterance:
    """Return what matters of an item's text."""
    whole = len(text) <= 2 * EDGE_CHARS
    head, first = _edge(text, 0, len(text) if whole else EDGE_CHARS)
    tail, last = (head, first) if whole else _edge(text, len(text) - EDGE_CHARS, len(text))
    goes_on = bool(head) and not any(start < head[0][0].start for start in first)
    stays_open = bool(tail) and not any(start >= tail[-1][-1].end for start in last)
    runs = tuple(head if whole else [*head, *tail])
    return Utterance(item_id, is_caller, start_ms, end_ms, runs, goes_on, stays_open)


def _edge(text: str, start: int, end: int) -> tuple[list[Run], list[int]]:
    """Return the runs of a part of the text, and where words stand beside which no number goes on."""
    plain = plain_text(text[start:end])
    shape = shape_without(plain, [*find_ibans(plain), *harmless_spans(plain)])
    runs = [tuple(_moved(group, start) for group in run) for run in find_runs(plain, shape)]
    words = (each.span() for each in _WORDS.finditer(shape))
    return runs, [start + first for first, last in words if not _links(plain[first:last])]


def _links(word: str) -> bool:
    return is_linking(word) or digits_of(word) is not None


def _moved(group: DigitGroup, by: int) -> DigitGroup:
    return DigitGroup(group.start + by, group.end + by, group.digits, group.words)
