"""Words as guides and questions are compared: English, Urdu, and Urdu in Latin letters."""

import re
import tomllib
from functools import lru_cache
from pathlib import Path

import snowballstemmer

from transcripts.folding import folded

VOCABULARY = tomllib.loads(Path(__file__).with_name("vocabulary.toml").read_text("utf-8-sig"))
WORD = re.compile(r"[^\W_]+")
URDU_ENDINGS = (
    "یوں",
    "یاں",
    "وانا",
    "وانے",
    "وائیں",
    "وں",
    "یں",
    "ئیں",
    "نا",
    "نے",
    "نی",
    "ے",
    "ہ",
    "ا",
    "ی",
)
FEWEST_URDU_LETTERS = 3
LONGEST_WORD = 40
"""Letters; what is longer is no word of any of the languages."""
LATIN = re.compile(r"[a-z]+")
FEWEST_CONSONANTS = 3
"""Of words that are compared by their sound: shorter ones sound like too many others."""
_DIGRAPHS = (("ch", "C"), ("sh", "S"), ("ce", "se"), ("ci", "si"), ("cy", "sy"), ("x", "ks"))
_LATIN_SOUNDS = str.maketrans({"c": "k", "q": "k", "f": "p", "z": "z"} | dict.fromkeys("aeiouwvyh"))
_URDU_SOUNDS = str.maketrans(
    dict(zip("بپتٹثجچخدڈذرڑزژسشصضطظغفقکگلمنں", "bpttsjCkddzrrzzsSsztzgpkkglmnn", strict=True))
    | dict.fromkeys("احعھءئیےوہآؤ")
)
_ENGLISH = snowballstemmer.stemmer("english")
_DOUBLED = re.compile(r"(.)\1+")


def words(text: str) -> list[str]:
    """Return every word, folded, those that people write apart as one."""
    joined = folded(text)
    for apart, together in _TOGETHER:
        joined = joined.replace(apart, together)
    return WORD.findall(joined)


def content_words(text: str) -> list[str]:
    """Return the words that say what a text is about, as they are written."""
    return [word for word in words(text) if word not in _STOP and len(word) <= LONGEST_WORD]


def terms(text: str) -> list[str]:
    """Return the words that say what a text is about, each in the one form that stands for its kin."""
    return [term(word) for word in content_words(text)]


@lru_cache(maxsize=8192)
def term(word: str) -> str:
    """Return the form that stands for a folded word and its kin: other forms, and other languages' words."""
    return _SAME.get(word) or _SAME_STEMS.get(stem(word)) or stem(word)


def stem(word: str) -> str:
    """Return a folded word without its common endings."""
    if LATIN.fullmatch(word):
        return str(_ENGLISH.stemWord(word))
    for ending in URDU_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= FEWEST_URDU_LETTERS:
            return word[: -len(ending)]
    return word


@lru_cache(maxsize=8192)
def sound(word: str) -> str | None:
    """Return the consonants of a folded word, the same for Urdu and Latin letters; None for a short one.

    Vowels, aspiration and doubled letters are left out, since people write them in many ways.
    """
    if LATIN.fullmatch(word):
        for written, said in _DIGRAPHS:
            word = word.replace(written, said)
        consonants = word.translate(_LATIN_SOUNDS)
    else:
        consonants = word.translate(_URDU_SOUNDS)
    heard = _DOUBLED.sub(r"\1", consonants)
    return heard if len(heard) >= FEWEST_CONSONANTS else None


def is_latin(word: str) -> bool:
    """Whether a folded word is written with Latin letters alone."""
    return LATIN.fullmatch(word) is not None


def _kin() -> dict[str, str]:
    groups = [folded(line).split() for line in VOCABULARY["same"].strip().splitlines() if line.strip()]
    return {word: group[0] for group in groups for word in group}


_STOP = frozenset(folded(VOCABULARY["stop"]).split())
_SAME = _kin()
_SAME_STEMS = {stem(word): first for word, first in reversed(_SAME.items())}
_TOGETHER = [(folded(apart), folded(together)) for apart, together in VOCABULARY["together"]]
