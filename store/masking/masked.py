"""Replaces sensitive numbers in a text by bullets."""

from collections.abc import Iterable, Iterator

from store.masking.characters import DIGIT, LETTER, plain_text, shape_of
from store.masking.harmless import harmless_spans
from store.masking.iban import find_ibans
from store.masking.numbers import SHOWN_AT_END, Span, sensitive_spans
from store.masking.runs import SET_ASIDE, find_runs

HIDDEN = "•"


def mask(text: str) -> str:
    """Return `text` with bullets for every sensitive number, of a card or an IBAN all but its last four.

    Digits of every script are digits. Dates, times, amounts and short codes stay.
    """
    return hide(text, _spans(plain_text(text)))


def hide(text: str, spans: Iterable[Span]) -> str:
    """Return `text` with bullets for the words and digits of the spans."""
    masked = list(text)
    for start, end, shown in spans:
        shape = shape_of(plain_text(text[start:end]))
        counted = [start + place for place, each in enumerate(shape) if each in (DIGIT, LETTER)]
        for place in counted[: len(counted) - shown]:
            masked[place] = HIDDEN
    return "".join(masked)


def _spans(plain: str) -> Iterator[Span]:
    ibans = list(find_ibans(plain))
    yield from ((*span, SHOWN_AT_END) for span in ibans)
    for run in find_runs(plain, shape_without(plain, [*ibans, *harmless_spans(plain)])):
        yield from sensitive_spans(plain, run)


def shape_without(plain: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return the class of each character, with the spans set aside."""
    shape = list(shape_of(plain))
    for start, end in spans:
        shape[start:end] = SET_ASIDE * (end - start)
    return "".join(shape)
