"""Which way a text runs, and its language, by the majority of its letters.

`dir="auto"` looks at the first letter only: Urdu that begins with a Latin name comes out left to right.
"""

import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

Direction = Literal["ltr", "rtl"]

Script = Literal["arabic", "devanagari", "latin"]

LANGUAGE_OF_SCRIPT = {"ARABIC": "ur", "DEVANAGARI": "hi"}
DEVANAGARI_LANGUAGES = frozenset({"hi", "mr", "ne"})
FEWEST_LETTERS = 8
"""Fewer say nothing about a script: a name, an "OK"."""
CLEAR_MAJORITY = 4
"""Callers mix languages: half a sentence in other letters is no mistake."""
RTL_LANGUAGES = frozenset({"ar", "fa", "he", "ps", "sd", "ug", "ur"})
STRONG = frozenset({"L", "R", "AL"})


def script_of_language(language: str) -> Script:
    """Return the script of a language, by its ISO 639 code; all but two scripts count as Latin."""
    if language in DEVANAGARI_LANGUAGES:
        return "devanagari"
    return "arabic" if language in RTL_LANGUAGES - {"he"} else "latin"


def direction_of_language(language: str) -> Direction:
    """Return the way a language is written, from its ISO 639 code."""
    return "rtl" if language in RTL_LANGUAGES else "ltr"


@dataclass(slots=True)
class Letters:
    """The strong letters of a text that grows, so that a delta costs its own length only."""

    expected: str
    """The language to assume while no letters or equally many speak for two."""
    _counts: Counter[str] = field(default_factory=Counter)

    def add(self, text: str) -> "Letters":
        """Count what was appended."""
        for char, times in Counter(text).items():
            if language := _language(char):
                self._counts[language] += times
        return self

    @property
    def language(self) -> str:
        """ISO 639 code of the majority."""
        most = self._counts.most_common(2)
        if not most or (len(most) == 2 and most[0][1] == most[1][1]):
            return self.expected
        return self._spoken(most[0][0])

    @property
    def direction(self) -> Direction:
        """The way the majority runs."""
        return direction_of_language(self.language)

    @property
    def unexpected_script(self) -> Script | None:
        """The script of a clear majority, where the expected language is not written with it."""
        counts = Counter[Script]()
        for language, count in self._counts.items():
            counts[script_of_language(language)] += count
        script, count = next(iter(counts.most_common(1)), ("latin", 0))
        expected = counts[script_of_language(self.expected)]
        return script if count >= max(FEWEST_LETTERS, CLEAR_MAJORITY * expected) else None

    def _spoken(self, language: str) -> str:
        # Arabic letters are Urdu here unless the persona speaks another language written with them.
        same_way = direction_of_language(language) == direction_of_language(self.expected) == "rtl"
        return self.expected if same_way else language


@lru_cache(maxsize=4096)
def _language(char: str) -> str | None:
    """Return the language that a letter speaks for; None for what is no strong letter."""
    if unicodedata.bidirectional(char) not in STRONG or not char.isalpha():
        return None
    script = unicodedata.name(char, "").split(" ", 1)[0]
    return LANGUAGE_OF_SCRIPT.get(script, "en")
