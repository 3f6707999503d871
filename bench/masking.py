"""How many numbers of the corpus are hidden, and how many of its other sentences stay: counted, not timed."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser

from bench.figures import table
from store.masking import mask

CORPUS = Path(__file__).parents[1] / "tests" / "corpus"
SOURCES = {
    "lists": "made from the kinds that the code lists",
    "independent": "made without looking at them",
    "blind": "written before the code was read; only `quadruple` was added for it",
}
SHOWN_AT_END = 4
"""Characters of a card or an IBAN that may stay readable."""
SHORTEST_CARD = 14
_BRACKETS = re.compile(r"\[([^\]]*)\]")


@dataclass(frozen=True, slots=True)
class Score:
    """Result of masking one part of the corpus."""

    hidden: int
    leaking: list[str]
    """Sentences in which something sensitive stays."""
    unchanged: int
    changed: list[str]
    """Sentences without anything sensitive that do not stay as they are."""

    @property
    def recall(self) -> float:
        """Share of the sentences with a number in which it is hidden."""
        return self.hidden / (self.hidden + len(self.leaking))

    @property
    def precision(self) -> float:
        """Share of the sentences that were changed in which there was a number."""
        return self.hidden / (self.hidden + len(self.changed))

    @property
    def stayed(self) -> float:
        """Share of the sentences without a number that stay as they are."""
        return self.unchanged / (self.unchanged + len(self.changed))


def measure(_browser: Browser) -> str:
    """Return a table with a line for each part."""
    columns = ["part", "must hide", "recall", "must stay", "stay", "precision"]
    return table(columns, [_row(source) for source in SOURCES])


def _row(source: str) -> list[object]:
    score = score_of(source)
    hide, stay = score.hidden + len(score.leaking), score.unchanged + len(score.changed)
    shares = (f"{share:.1%}" for share in (score.recall, score.stayed, score.precision))
    recall, stayed, precision = shares
    return [f"{source}: {SOURCES[source]}", hide, recall, stay, stayed, precision]


def score_of(source: str) -> Score:
    """Mask one part of the corpus."""
    hide, stay = list(_sentences(f"hide-{source}.txt")), list(_sentences(f"stay-{source}.txt"))
    leaking = [sentence for sentence in hide if _leaks(sentence)]
    changed = [sentence for sentence in stay if mask(sentence) != sentence]
    return Score(len(hide) - len(leaking), leaking, len(stay) - len(changed), changed)


def _sentences(name: str) -> Iterator[str]:
    lines = (CORPUS / name).read_text("utf-8").splitlines()
    return (line for line in lines if line and not line.startswith("#"))


def _leaks(sentence: str) -> bool:
    """Return whether anything between brackets stays readable but the end of a card or an IBAN."""
    text, spans = "", []
    for place, part in enumerate(_BRACKETS.split(sentence)):
        if place % 2:
            spans.append((len(text), len(text) + len(part)))
        text += part
    masked = mask(text)
    return any(_shows(masked[start:end]) > _allowed(text[start:end]) for start, end in spans)


def _shows(masked: str) -> int:
    return sum(each.isalnum() or unicodedata.category(each) == "Mc" for each in masked)


def _allowed(number: str) -> int:
    characters = "".join(filter(str.isalnum, number))
    is_written = any(map(str.isdigit, characters)) and len(characters) >= SHORTEST_CARD
    return SHOWN_AT_END if is_written else 0
