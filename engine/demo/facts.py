"""Facts about the caller, found in a transcript by rules: nothing is said that was not."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.demo.out_of_band_answers import Turn
from engine.demo.out_of_band_answers import summary as summary_of
from engine.demo.tool_rules import SHAPES
from engine.demo.transcript import ReadTranscript
from engine.demo.words import folded, words

VOCABULARY = tomllib.loads(Path(__file__).with_name("facts.toml").read_text("utf-8-sig"))
LATIN_WORD, URDU_WORD = r"[A-Za-z][A-Za-z.'’-]*", r"[^\W\d_a-zA-Z]+"
NAMES = [
    re.compile(rf"\b(?i:my (?:full )?name(?: is|['’]s)|mera naam)\s+((?:{LATIN_WORD}\s*){{1,6}})"),
    re.compile(r"\b(?i:this is)\s+((?:[A-Z][a-z'’-]+\s*){1,4})(?:speaking|calling|from|here|[.,]|$)"),
    re.compile(rf"میرا\s+(?:پورا\s+)?نام\s+((?:{URDU_WORD}\s+){{1,4}}?)ہے"),
    re.compile(rf"(?:^|[۔،\s])میں\s+((?:{URDU_WORD}\s+){{1,3}}?)(?:بول|بات\s+کر)\s+رہ[اےی]"),
]
NAME_ENDS = re.compile(
    r"\b(?:and|from|i|i'm|in|here|calling|speaking|my|hai|aur|of)\b|\.(?=\s|$)", re.IGNORECASE
)
NAME_WORDS = 4
NUMBER = re.compile(r"(?<!\d)\+?\d(?:[\s-]?\d){8,13}(?!\d)")
PHONE = re.compile(r"(?:\+92|0092|92|0)(?:3\d{9}|[2-9]\d{8,9})")
MAX_NEED = 200


@dataclass(frozen=True, slots=True)
class Fact:
    """Something found."""

    value: str
    """As it was said."""
    also: tuple[str, ...] = ()
    """Other ways to write it."""


@dataclass(frozen=True, slots=True)
class FactSpellings:
    """Ways to write one thing."""

    ways: tuple[str, ...]
    pattern: re.Pattern[str]


def _group(line: str) -> FactSpellings:
    ways = tuple(way.strip() for way in line.split(","))
    either = "|".join(re.escape(folded(way)) for way in ways)
    return FactSpellings(ways, re.compile(rf"(?<!\w)(?:{either})(?!\w)"))


def _groups(name: str) -> list[FactSpellings]:
    return [_group(line) for line in VOCABULARY[name].strip().splitlines()]


CITIES, ACCOUNT_TYPES = _groups("cities"), _groups("account_types")
ACCOUNT, FOLLOW_UP = _group(VOCABULARY["account"]), _group(VOCABULARY["follow_up"])
POSITIVE, NEGATIVE = set(words(VOCABULARY["positive"])), set(words(VOCABULARY["negative"]))
NOT_NAMES = set(words(VOCABULARY["not_names"]))


def name(transcript: ReadTranscript) -> Fact | None:
    """Return what the caller says to be called."""
    for sentence in transcript.asked:
        if found := _name_in(sentence):
            return Fact(found)
    return None


def phone(transcript: ReadTranscript) -> Fact | None:
    """Return the caller's Pakistani number, mobile or not, without spaces and dashes."""
    for sentence in transcript.asked:
        for found in NUMBER.finditer(folded(sentence)):
            digits = re.sub(r"[\s-]", "", found[0])
            if PHONE.fullmatch(digits):
                return Fact(digits)
    return None


def city(transcript: ReadTranscript) -> Fact | None:
    """Return the first Pakistani city the caller names."""
    return _first(CITIES, transcript.asked)


def account_type(transcript: ReadTranscript) -> Fact | None:
    """Return the first kind of account the caller speaks of."""
    said = [sentence for sentence in transcript.asked if ACCOUNT.pattern.search(folded(sentence))]
    return _first(ACCOUNT_TYPES, said)


def need(transcript: ReadTranscript) -> Fact | None:
    """Return the caller's first sentence that is neither a greeting nor an introduction."""
    said = transcript.asked
    asked = [sentence for sentence in said if not _name_in(sentence)] or said
    return Fact(asked[0][:MAX_NEED]) if asked else None


def sentiment(transcript: ReadTranscript) -> Fact | None:
    """`positive`, `negative` or `neutral`, by the caller's words."""
    said = [word for line in transcript.lines if line.speaker == "caller" for word in words(line.text)]
    if not said:
        return None
    balance = sum((word in POSITIVE) - (word in NEGATIVE) for word in said)
    return Fact("positive" if balance > 0 else "negative" if balance < 0 else "neutral")


def follow_up(transcript: ReadTranscript) -> Fact | None:
    """Return the sentence by which somebody is to get in touch again."""
    said = transcript.sentences
    found = next((sentence for sentence in said if FOLLOW_UP.pattern.search(folded(sentence))), None)
    return Fact(found) if found else None


def summary(transcript: ReadTranscript) -> Fact | None:
    """Return what was asked first and how the last answer began."""
    turns: list[Turn] = [
        ("user" if line.speaker == "caller" else "assistant", line.text) for line in transcript.lines
    ]
    return Fact(summary_of(turns, "ur")) if transcript.asked else None


def shaped(shape: str) -> Callable[[ReadTranscript], Fact | None]:
    """Return a finder of what can be told by its looks, such as `email`."""

    def find(transcript: ReadTranscript) -> Fact | None:
        matches = (SHAPES[shape].search(folded(sentence)) for sentence in transcript.asked)
        found = next(filter(None, matches), None)
        return Fact(found[0].upper() if shape == "iban" else found[0]) if found else None

    return find


def _name_in(sentence: str) -> str | None:
    for pattern in NAMES:
        if found := pattern.search(sentence):
            said = NAME_ENDS.split(found[1])[0].split()[:NAME_WORDS]
            if said and not NOT_NAMES & set(words(" ".join(said))):
                return " ".join(said)
    return None


def _first(groups: list[FactSpellings], said: list[str]) -> Fact | None:
    for sentence in map(folded, said):
        found = [
            (match.start(), match[0], group) for group in groups if (match := group.pattern.search(sentence))
        ]
        if found:
            _, way, group = min(found, key=lambda each: each[0])
            value = next(each for each in group.ways if folded(each) == way)
            return Fact(value, group.ways)
    return None
