"""A guide that is looked up instead of being told whole: its sections, as a read-only tool."""

import asyncio
from functools import cached_property
from typing import Any

from agents.tools import Tool, tool
from guides.guide_index import MIN_SHARE, Found, GuideIndex

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
"""What the agent does then; it is told as `instructions`, which are never said to a caller."""


class GuideSearch:
    """The sections of one guide, indexed."""

    def __init__(self, markdown: str) -> None:
        self._markdown = markdown

    @cached_property
    def _index(self) -> GuideIndex:
        return GuideIndex(self._markdown, PIECE_CHARS)

    def find(self, query: str) -> list[Found]:
        """Return the best passages of at most `FOUND_SECTIONS` that speak of it, the best first."""
        found = self._index.find(query)[:FOUND_SECTIONS]
        if not found or found[0].share < MIN_SHARE:
            return []
        return [each for each in found if each.score >= FAINT * found[0].score]


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
            return {"found": 0, "instructions": NOTHING.get(language, NOTHING["en"])}
        return "\n\n".join(each.section.for_agent(each.passage) for each in found)

    return search_guide
