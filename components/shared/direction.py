"""Which way a text runs, and its language, by the majority of its letters.

`dir="auto"` looks at the first letter only: Urdu that begins with a Latin name comes out left to right. Each
letter runs as its bidirectional class says (Unicode annex 9), and speaks for the languages of its script.
"""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, NamedTuple

import regex

Direction = Literal["ltr", "rtl"]
Script = Literal["arabic", "devanagari", "latin", "other"]
"""A script as the page's words tell of it."""

LANGUAGE_OF_SCRIPT = {
    "adlam": "ff",
    "arabic": "ur",
    "armenian": "hy",
    "bengali": "bn",
    "cyrillic": "ru",
    "devanagari": "hi",
    "ethiopic": "am",
    "georgian": "ka",
    "greek": "el",
    "gujarati": "gu",
    "gurmukhi": "pa",
    "han": "zh",
    "hangul": "ko",
    "hebrew": "he",
    "hiragana": "ja",
    "kannada": "kn",
    "katakana": "ja",
    "khmer": "km",
    "lao": "lo",
    "latin": "en",
    "malayalam": "ml",
    "myanmar": "my",
    "nko": "nqo",
    "oriya": "or",
    "sinhala": "si",
    "syriac": "syr",
    "tamil": "ta",
    "telugu": "te",
    "thaana": "dv",
    "thai": "th",
    "tibetan": "bo",
}
"""The language that letters speak for, where no expected language is written with them; ISO 639 codes."""
UNKNOWN_LANGUAGE = "und"
SCRIPTS_OF_LANGUAGE: dict[str, tuple[str, ...]] = {
    **{language: (script,) for script, language in LANGUAGE_OF_SCRIPT.items()},
    **dict.fromkeys(("ar", "ckb", "fa", "ks", "ps", "sd", "ug", "ur"), ("arabic",)),
    **dict.fromkeys(("be", "bg", "kk", "ky", "mk", "mn", "tg", "uk"), ("cyrillic",)),
    **dict.fromkeys(("mr", "ne", "sa"), ("devanagari",)),
    **dict.fromkeys(("as",), ("bengali",)),
    **dict.fromkeys(("yue",), ("han",)),
    "ja": ("hiragana", "katakana", "han"),
    "ko": ("hangul", "han"),
    "pa": ("gurmukhi", "arabic"),
    "sr": ("cyrillic", "latin"),
    "ti": ("ethiopic",),
    "yi": ("hebrew",),
}
"""The scripts of a language; of others it is Latin."""
RTL_SCRIPTS = frozenset({"adlam", "arabic", "hebrew", "nko", "syriac", "thaana"})
KANA = frozenset({"hiragana", "katakana"})
FEWEST_LETTERS = 8
"""Fewer say nothing about a script: a name, an "OK"."""
CLEAR_MAJORITY = 4
"""Callers mix languages: half a sentence in other letters is no mistake."""
_SCRIPT = regex.compile("|".join(rf"(?P<{name}>\p{{Script={name}}})" for name in LANGUAGE_OF_SCRIPT))
_DIRECTIONS: dict[str, Direction] = {"L": "ltr", "R": "rtl", "AL": "rtl"}
"""By bidirectional class; other classes say nothing."""


class Letter(NamedTuple):
    """What a letter says of the text that it stands in."""

    script: str
    """In lower case; empty for one without a language of its own here."""
    direction: Direction


def scripts_of_language(language: str) -> tuple[str, ...]:
    """Return the scripts in which a language is written, by its ISO 639 code."""
    return SCRIPTS_OF_LANGUAGE.get(language, ("latin",))


def direction_of_language(language: str) -> Direction:
    """Return the way a language is written, from its ISO 639 code."""
    return "rtl" if scripts_of_language(language)[0] in RTL_SCRIPTS else "ltr"


@dataclass(slots=True)
class Letters:
    """The strong letters of a text that grows, so that a delta costs its own length only."""

    expected: str
    """The language to assume while no letters or equally many speak for two."""
    also: Sequence[str] = ()
    """Other languages that are no surprise."""
    _counts: Counter[Letter] = field(default_factory=Counter)

    def add(self, text: str) -> "Letters":
        """Count what was appended."""
        for char, times in Counter(text).items():
            if letter := _letter(char):
                self._counts[letter] += times
        return self

    @property
    def language(self) -> str:
        """ISO 639 code of the majority; `und` for letters of which no language is known."""
        languages = Counter[str]()
        for script, count in self._scripts().items():
            languages[self._language_of(script)] += count
        most = languages.most_common(2)
        if not most or (len(most) == 2 and most[0][1] == most[1][1]):
            return self.expected
        return most[0][0]

    @property
    def direction(self) -> Direction:
        """The way the majority runs."""
        ways = Counter[Direction]()
        for letter, count in self._counts.items():
            ways[letter.direction] += count
        if ways["rtl"] == ways["ltr"]:
            return direction_of_language(self.expected)
        return "rtl" if ways["rtl"] > ways["ltr"] else "ltr"

    @property
    def unexpected_script(self) -> Script | None:
        """The script of a clear majority, where no expected language is written with it."""
        scripts = self._scripts()
        own = {each for language in (self.expected, *self.also) for each in scripts_of_language(language)}
        expected = sum(scripts[each] for each in own)
        foreign = Counter({each: count for each, count in scripts.items() if each not in own})
        for script, count in foreign.most_common(1):
            if count >= max(FEWEST_LETTERS, CLEAR_MAJORITY * expected):
                return _told(script)
        return None

    def _scripts(self) -> Counter[str]:
        """Return how many letters each script has; kana and the ideographs among them count as one."""
        scripts = Counter[str]()
        for letter, count in self._counts.items():
            scripts[letter.script] += count
        if any(each in scripts for each in KANA):
            scripts["hiragana"] += scripts.pop("katakana", 0) + scripts.pop("han", 0)
        return scripts

    def _language_of(self, script: str) -> str:
        """Return the language of a script: an expected one, before that which is usual."""
        for language in (self.expected, *self.also):
            if script in scripts_of_language(language):
                return language
        return LANGUAGE_OF_SCRIPT.get(script, UNKNOWN_LANGUAGE)


def _told(script: str) -> Script:
    match script:
        case "arabic" | "devanagari" | "latin":
            return script
        case _:
            return "other"


@lru_cache(maxsize=4096)
def _letter(char: str) -> Letter | None:
    """Return what a character says; None for what is no strong letter."""
    direction = _DIRECTIONS.get(unicodedata.bidirectional(char))
    if direction is None or not char.isalpha():
        return None
    found = _SCRIPT.match(char)
    return Letter(found.lastgroup or "" if found else "", direction)
