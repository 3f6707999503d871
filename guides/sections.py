"""The sections of a guide, their passages, and which of their text is for the agent alone."""

import re
from dataclasses import dataclass
from functools import cached_property

HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.*)$")
NOTE = re.compile(r"^[ ]{0,3}>.*\n?", re.MULTILINE)
"""A quoted line: a note to the agent, which is never said to a caller."""
CALLERS_SAY = re.compile(
    r"^[ ]{0,3}>[ ]*(?:callers say|صارف کہتے ہیں)[ ]*:(.*)\n?", re.MULTILINE | re.IGNORECASE
)
"""A note with what callers say who need the passage before it, apart by commas: it helps to find it."""
COMMA = re.compile(r"[,،;؛]")
BLANK_LINES = re.compile(r"\n\s*\n")


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph of a section, without notes, and what callers say who need it."""

    text: str
    search_phrases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """What stands under one heading, or a piece of it."""

    heading: str
    """Empty for what stands before the first heading."""
    text: str

    @cached_property
    def passages(self) -> list[Passage]:
        """The paragraphs that callers may hear; a note with what callers say ends one too."""
        found: list[Passage] = []
        for paragraph in BLANK_LINES.split(self.text):
            said = tuple(_phrases(paragraph))
            text = NOTE.sub("", paragraph).strip()
            if text:
                found.append(Passage(text, said))
            elif found and said:
                found[-1] = Passage(found[-1].text, found[-1].search_phrases + said)
        return found

    def for_agent(self, first: Passage | None = None) -> str:
        """Return the section as Markdown, as an agent reads it: with its heading and the notes.

        :param first: the passage that stands first, since it answers best
        """
        paragraphs = BLANK_LINES.split(without_search_phrases(self.text).strip())
        if first:
            paragraphs.sort(key=lambda paragraph: NOTE.sub("", paragraph).strip() != first.text)
        text = "\n\n".join(filter(None, map(str.strip, paragraphs)))
        return f"# {self.heading}\n{text}" if self.heading else text


def without_search_phrases(markdown: str) -> str:
    """Return a guide as an agent is told it: what callers say helps to find a passage, not to answer."""
    return CALLERS_SAY.sub("", markdown)


def sections(markdown: str, max_chars: int | None = None) -> list[Section]:
    """Return the sections with text in them, in order.

    :param max_chars: a longer section is cut between its paragraphs; None cuts none
    """
    found: list[tuple[str, list[str]]] = [("", [])]
    for line in markdown.splitlines():
        if heading := HEADING.match(line):
            found.append((heading[1].rstrip().rstrip("#").rstrip(), []))
        else:
            found[-1][1].append(line)
    return [
        Section(heading, piece) for heading, lines in found for piece in _pieces("\n".join(lines), max_chars)
    ]


def _phrases(paragraph: str) -> list[str]:
    said = (phrase.strip(" .۔") for line in CALLERS_SAY.findall(paragraph) for phrase in COMMA.split(line))
    return [phrase for phrase in said if phrase]


def _pieces(text: str, max_chars: int | None) -> list[str]:
    """Return the paragraphs, as many together as fit."""
    pieces: list[str] = []
    for paragraph in filter(None, map(str.strip, BLANK_LINES.split(text))):
        if pieces and (max_chars is None or len(pieces[-1]) + len(paragraph) < max_chars):
            pieces[-1] += f"\n\n{paragraph}"
        else:
            pieces.append(paragraph)
    return pieces
