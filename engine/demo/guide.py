"""The guide inside the instructions or of a tool's output, and the sentences of it that answer a question."""

from collections.abc import Callable
from functools import lru_cache
from itertools import chain

from engine.demo.spoken_to_caller import said_to_caller
from engine.tts.plain_text import sentences
from guides.guide_index import MIN_SHARE, Found, GuideIndex
from guides.sections import Passage, sections
from guides.words import terms

ANSWER_SENTENCES = 3


class Guide:
    """Answers questions by sentences of a guide, as they stand there.

    What stands before the first heading tells the agent how to be, and quoted lines are notes to the agent:
    neither is said.
    """

    def __init__(self, markdown: str) -> None:
        self._index = GuideIndex(markdown)

    def answer(self, question: str) -> str | None:
        """Return at most three sentences of the best section; None when nothing fits."""
        found = self._best(question)
        if not found:
            return None
        others = [each for each in found.section.passages if each is not found.passage]
        return _answer([found.passage, *others], question, self._index.weight)

    def heading(self, question: str) -> str | None:
        """Return the heading of the section that answers; None when nothing fits."""
        found = self._best(question)
        return found.section.heading if found else None

    def _best(self, question: str) -> Found | None:
        found = (each for each in self._index.find(question) if each.section.heading)
        best = next(found, None)
        return best if best and best.share >= MIN_SHARE else None


def looked_up(output: str, question: str) -> str | None:
    """Return the answer of sections that a search found, the best first; None where there is no section."""
    found = next((each for each in sections(output) if each.heading and each.passages), None)
    return _answer(found.passages, question, lambda _term: 1.0) if found else None


def _answer(passages: list[Passage], question: str, weight: Callable[[str], float]) -> str | None:
    """Return the stretch of the first passage with most of the question in it, and what fits of the others.

    :param passages: of one section, the best one first
    :param weight: of a term of the question
    """
    said, *others = (said_to_caller(sentences(passage.text)) for passage in passages)
    asked = set(terms(question))
    starts = range(max(1, len(said) - ANSWER_SENTENCES + 1))
    values = [sum(map(weight, asked & set(terms(" ".join(said[n : n + ANSWER_SENTENCES]))))) for n in starts]
    best = said[values.index(max(values)) :]
    return " ".join([*best, *chain.from_iterable(others)][:ANSWER_SENTENCES]) or None


@lru_cache(maxsize=32)
def guide_in(instructions: str) -> Guide:
    """Return the guide of a session's instructions; calls of one persona share it, as it never changes."""
    return Guide(instructions)
