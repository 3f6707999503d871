"""The passages of a guide that speak of a question, by its words and by what callers say who need them."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from guides.sections import Passage, Section, sections
from guides.words import content_words, is_latin, sound, stem, term, terms

HEADING_WEIGHT, PHRASE_WEIGHT, SECTION_WEIGHT = 1.5, 3.0, 0.3
"""What a word counts in the heading, in what callers say, in other passages; 1 in the passage itself."""
LIKE_WEIGHT = 0.6
"""What a word counts that only sounds like the guide's, or differs by a letter."""
MIN_SHARE = 0.45
"""Share of a question that a section must speak of, to be taken for its answer."""
UNKNOWN_WEIGHT = 0.7
"""Weight of a word that the guide lacks, as a share of that of its rarest words."""
MAX_QUESTION_WORDS = 60
"""Of a question, the last ones count: callers tell a story and ask at its end."""
FEWEST_LETTERS_MISTYPED = 5
"""Shorter words with one letter wrong are too often other words."""

Asked = list[Mapping[str, float]]
"""For each word of a question the guide's terms that it may stand for, and how surely, up to 1."""


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that speaks of a question."""

    section: Section
    passage: Passage
    score: float
    """By which the passages of one guide compare."""
    share: float
    """How much of the question the section speaks of, 0 to 1; 1 where the question says a caller's phrase."""


@dataclass(frozen=True, slots=True)
class _Indexed:
    section: Section
    passage: Passage
    heading: frozenset[str]
    text: frozenset[str]
    phrases: tuple[frozenset[str], ...]
    around: frozenset[str]
    """Terms of the whole section."""


class GuideIndex:
    """The passages of one guide, by their words."""

    def __init__(self, markdown: str, max_section_chars: int | None = None) -> None:
        """Index a guide.

        :param max_section_chars: a longer section is cut between its paragraphs
        """
        self._indexed: list[_Indexed] = []
        self._counts: Counter[str] = Counter()
        self._by_sound: dict[tuple[bool, str], set[str]] = defaultdict(set)
        self._by_letters: dict[str, set[str]] = defaultdict(set)
        self._size = 0
        for section in sections(markdown, max_section_chars):
            self._add(section)

    def _add(self, section: Section) -> None:
        said = [phrase for passage in section.passages for phrase in passage.search_phrases]
        words = content_words("\n".join([section.heading, *(each.text for each in section.passages), *said]))
        around = frozenset(map(term, words))
        heading = frozenset(terms(section.heading))
        for passage in section.passages:
            phrases = (frozenset(terms(phrase)) for phrase in passage.search_phrases)
            text = frozenset(terms(passage.text))
            self._indexed.append(
                _Indexed(section, passage, heading, text, tuple(filter(None, phrases)), around)
            )
        self._size += 1
        self._counts.update(around)
        for word in set(words):
            self._remember(word)

    def _remember(self, word: str) -> None:
        if heard := sound(word):
            self._by_sound[is_latin(word), heard].add(term(word))
        if len(word) >= FEWEST_LETTERS_MISTYPED:
            for letters in _one_letter_less(word) | _one_letter_less(stem(word)):
                self._by_letters[letters].add(term(word))

    def find(self, question: str) -> list[Found]:
        """Return the passages that speak of a question at all, the best first; of a section only the best."""
        asked = [self._known(word) for word in content_words(question)[-MAX_QUESTION_WORDS:]]
        found = [self._found(each, asked) for each in self._indexed] if any(asked) else []
        best: dict[Section, Found] = {}
        for each in sorted((each for each in found if each.score), key=lambda each: -each.score):
            best.setdefault(each.section, each)
        return list(best.values())

    def weight(self, known: str) -> float:
        """Return how much a term says about which section is meant: more, the fewer have it."""
        return math.log(1 + (self._size + 1) / (self._counts[known] + 0.5))

    def _known(self, word: str) -> Mapping[str, float]:
        if term(word) in self._counts:
            return {term(word): 1.0}
        if (heard := sound(word)) and (alike := self._by_sound.get((not is_latin(word), heard))):
            return dict.fromkeys(alike, LIKE_WEIGHT)
        if len(word) < FEWEST_LETTERS_MISTYPED:
            return {}
        near = (self._by_letters.get(letters, set()) for letters in _one_letter_less(word) | {stem(word)})
        return dict.fromkeys(set().union(*near), LIKE_WEIGHT)

    def _found(self, indexed: _Indexed, asked: Asked) -> Found:
        said: dict[str, float] = {}
        for each in asked:
            for known, surely in each.items():
                said[known] = max(surely, said.get(known, 0))
        phrase, is_whole = self._best_phrase(indexed, said)
        score = (
            HEADING_WEIGHT * self._sum(said, indexed.heading)
            + self._sum(said, indexed.text - indexed.heading)
            + SECTION_WEIGHT * self._sum(said, indexed.around - indexed.text - indexed.heading)
            + PHRASE_WEIGHT * phrase
        )
        share = 1.0 if is_whole else self._share_of_question(indexed, asked)
        return Found(indexed.section, indexed.passage, score, share)

    def _best_phrase(self, indexed: _Indexed, said: Mapping[str, float]) -> tuple[float, bool]:
        """Return what the best phrase counts, and whether a phrase of several words is said as a whole."""
        best, is_whole = 0.0, False
        for phrase in indexed.phrases:
            if said.keys().isdisjoint(phrase):
                continue
            spoken = self._sum(said, phrase)
            share = spoken / self._sum(dict.fromkeys(phrase, 1.0), phrase)
            best = max(best, spoken * share)
            is_whole = is_whole or (share > 0.99 and len(phrase) > 1)
        return best, is_whole

    def _sum(self, said: Mapping[str, float], known: Iterable[str]) -> float:
        return sum(said[each] * self.weight(each) for each in known if each in said)

    def _share_of_question(self, indexed: _Indexed, asked: Asked) -> float:
        unknown = UNKNOWN_WEIGHT * math.log(1 + (self._size + 1) / 1.5)
        total = spoken_of = 0.0
        for each in asked:
            total += max(map(self.weight, each), default=unknown)
            spoken_of += max(
                (s * self.weight(k) for k, s in each.items() if k in indexed.around), default=0.0
            )
        return spoken_of / total


def _one_letter_less(word: str) -> set[str]:
    """Return the word and what is left of it without one letter: two words that share one are alike."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}
