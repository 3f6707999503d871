"""A guide that is looked up instead of being told whole: its sections, found by BM25, as a read-only tool."""

import asyncio
import logging
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from agents.tools import Tool, tool
from transcripts.folding import folded

HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.*?)\s*#*$")
HEADING_WEIGHT = 2
"""How often a heading counts among the words of its section."""
PIECE_CHARS = 1500
"""A section that is longer is cut between its paragraphs."""
FOUND_SECTIONS = 3
LOOKUPS_PER_MINUTE = 120
"""A lookup takes about a millisecond of this server, and an agent may need several for one question."""
FAINT = 0.4
"""Sections that score less than this share of the best one are left out."""

NOTHING = {
    "en": "The guide has nothing on this. Say so, and where else the caller can ask; make nothing up.",
    "ur": "کتابچے میں اس بارے میں کچھ نہیں۔ یہی بتائیے اور یہ کہ صارف کہاں پوچھے؛ اپنی طرف سے کچھ نہ بتائیے۔",
}
WORD = re.compile(r"[^\W_]+")
ENDINGS = ("وں", "یں", "یاں", "ing", "es", "ed", "s", "e", "ے", "ہ", "ا")
STOP_WORDS = """
a an and are as at be by can could do does for from has have how i if in is it me my of on or our please
s so tell that the their there they this to was we what when where which who why will with would you your
آپ اس اور ایک ان اپنا اپنی اپنے بھی تو تک جو ہی ہے ہیں ہو ہوں ہوتا ہوتی ہوتے سے سکتا سکتی سکتے کا کب کر
کرنا کرنے کروں کہ کہاں کو کون کوئی کی کیا کیسے کے گا گی گے لیے مجھے میرا میری میرے میں نے نہیں وہ پر یا یہ
"""
STOP = frozenset(STOP_WORDS.split())

logging.getLogger("bm25s").setLevel(logging.WARNING)  # It tells of every index it builds.


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under one heading, or a piece of it."""

    heading: str
    text: str

    @property
    def markdown(self) -> str:
        """The section as Markdown, with its heading."""
        return f"# {self.heading}\n{self.text}" if self.heading else self.text

    def words(self) -> list[str]:
        """For retrieval."""
        return words(self.heading) * HEADING_WEIGHT + words(self.text)


class GuideSearch:
    """The sections of one guide, indexed."""

    def __init__(self, markdown: str) -> None:
        self._sections = sections(markdown)
        self._words = [section.words() for section in self._sections]
        self._known = {word for each in self._words for word in each}

    @cached_property
    def _index(self) -> Any:
        import bm25s  # brings numpy along, a tenth of a start's time

        index = bm25s.BM25()
        index.index(self._words, show_progress=False)
        return index

    def find(self, query: str) -> list[Section]:
        """At most `FOUND_SECTIONS` that speak of it, the best first."""
        asked = [word for word in words(query) if word in self._known]
        if not asked:
            return []
        scores = [float(score) for score in self._index.get_scores(asked)]
        ranked = sorted(range(len(scores)), key=lambda n: -scores[n])[:FOUND_SECTIONS]
        return [self._sections[n] for n in ranked if scores[n] >= FAINT * scores[ranked[0]]]


def search_tool(guide: str, language: str) -> Tool:
    """Return the tool `search_guide` over this guide.

    :param language: what the persona speaks, for the answer when nothing is found
    """
    search = GuideSearch(guide)

    @tool(public=True, runs_per_minute=LOOKUPS_PER_MINUTE)
    async def search_guide(query: str) -> str | dict[str, Any]:
        """Look up what the guide says. Use it before you answer any question of substance.

        :param query: what the caller wants to know, in the language of the guide
        """
        found = await asyncio.to_thread(search.find, query)  # the first one makes the index
        if not found:
            return {"found": 0, "message": NOTHING.get(language, NOTHING["en"])}
        return "\n\n".join(section.markdown for section in found)

    return search_guide


def sections(markdown: str) -> list[Section]:
    """Return the sections with text in them, in order; text before the first heading has an empty one."""
    found: list[tuple[str, list[str]]] = [("", [])]
    for line in markdown.splitlines():
        if heading := HEADING.match(line):
            found.append((heading[1], []))
        else:
            found[-1][1].append(line)
    return [Section(heading, piece) for heading, lines in found for piece in _pieces("\n".join(lines))]


def _pieces(text: str) -> list[str]:
    """Paragraphs, as many together as fit."""
    pieces: list[str] = []
    for paragraph in filter(None, map(str.strip, re.split(r"\n\s*\n", text))):
        if pieces and len(pieces[-1]) + len(paragraph) < PIECE_CHARS:
            pieces[-1] += f"\n\n{paragraph}"
        else:
            pieces.append(paragraph)
    return pieces


def words(text: str) -> list[str]:
    """Return the words that say what a text is about, in one form of every letter, without common endings."""
    return [_stem(word) for word in WORD.findall(folded(text)) if word not in STOP]


def _stem(word: str) -> str:
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
