"""The guide inside the instructions: Markdown sections, and the one that answers a question."""

import logging
import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

import bm25s

from engine.demo.words import content_words
from engine.tts.plain_text import sentences

logging.getLogger("bm25s").setLevel(logging.WARNING)  # It tells of every index it builds.

HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.*)$")
HEADING_WEIGHT = 3
"""How often a heading counts among the words of its section."""
MIN_COVERAGE = 0.34
"""Share of a question, by the weight of its words, that a section must speak of."""
ANSWER_SENTENCES = 3


@dataclass(frozen=True, slots=True)
class GuideSection:
    """What stands under one heading."""

    heading: str
    sentences: list[str]

    def words(self) -> list[str]:
        """For retrieval: the heading counts more than the text."""
        return content_words(self.heading) * HEADING_WEIGHT + content_words(" ".join(self.sentences))


def sections(markdown: str) -> list[GuideSection]:
    """Return the sections with text in them.

    What stands before the first heading tells the agent how to be, not what to say.
    """
    found: list[tuple[str, list[str]]] = []
    for line in markdown.splitlines():
        if heading := HEADING.match(line):
            found.append((heading[1].rstrip().rstrip("#").rstrip(), []))
        elif found:
            found[-1][1].append(line)
    split = [GuideSection(heading, sentences("\n".join(lines))) for heading, lines in found]
    return [section for section in split if section.sentences]


class Guide:
    """Sections, indexed."""

    def __init__(self, markdown: str) -> None:
        self._sections = sections(markdown)
        self._words = [section.words() for section in self._sections]
        self._in_sections = Counter(word for found in self._words for word in set(found))
        self._index = bm25s.BM25(method="bm25+")
        if self._in_sections:
            self._index.index(self._words, show_progress=False)

    def answer(self, question: str) -> str | None:
        """Return the sentences of the best section that answer best; None when nothing fits."""
        asked = content_words(question)
        section = self._section(asked)
        return " ".join(self._passage(section, asked)) if section else None

    def heading(self, question: str) -> str | None:
        """Return the heading of the section that answers; None when nothing fits."""
        section = self._section(content_words(question))
        return section.heading if section else None

    def _section(self, asked: list[str]) -> GuideSection | None:
        known = [word for word in asked if word in self._in_sections]
        if not known:
            return None
        scores = self._index.get_scores(known)
        best = max(range(len(scores)), key=lambda n: float(scores[n]))
        if self._coverage(asked, set(self._words[best])) < MIN_COVERAGE:
            return None
        return self._sections[best]

    def _coverage(self, asked: list[str], found: set[str]) -> float:
        total = sum(self._weight(word) for word in asked)
        return sum(self._weight(word) for word in asked if word in found) / total

    def _weight(self, word: str) -> float:
        return math.log(1 + (len(self._words) + 1) / (self._in_sections[word] + 0.5))

    def _passage(self, section: GuideSection, asked: list[str]) -> list[str]:
        """Return the stretch of sentences with most of the question in it; the earliest of equals."""
        wanted = set(asked) - set(content_words(section.heading))
        said = section.sentences
        starts = range(max(1, len(said) - ANSWER_SENTENCES + 1))
        values = [self._value(" ".join(said[n : n + ANSWER_SENTENCES]), wanted) for n in starts]
        start = values.index(max(values))
        return said[start : start + ANSWER_SENTENCES]

    def _value(self, text: str, wanted: set[str]) -> float:
        return sum(self._weight(word) for word in wanted & set(content_words(text)))


@lru_cache(maxsize=32)
def guide_in(instructions: str) -> Guide:
    """Return the guide of a session's instructions; calls of one persona share it, as it never changes."""
    return Guide(instructions)
