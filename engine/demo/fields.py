"""Which fact a field of a client's schema wants, by the field's name and description."""

import re
from collections.abc import Callable

from engine.demo import facts
from engine.demo.facts import Fact
from engine.demo.transcript import ReadTranscript
from engine.demo.words import folded, words

Finder = Callable[[ReadTranscript], Fact | None]

PERSON = {
    "name", "full", "customer", "caller", "user", "client", "person", "contact", "complete", "s", "the", "of",
    "نام", "کا",
}  # fmt: skip
"""A field is a person's name when it speaks of nothing else."""
BY_NAME: list[tuple[str, Finder]] = [
    ("email mail", facts.shaped("email")),
    ("iban", facts.shaped("iban")),
    ("cnic nic", facts.shaped("cnic")),
    ("phone mobile cell telephone فون موبائل", facts.phone),
    ("city town شہر", facts.city),
    ("followup callback", facts.follow_up),
]
BY_NAME_ALONE: list[tuple[str, Finder]] = [
    ("summary خلاصہ", facts.summary),
    ("sentiment mood emotion feeling جذبات", facts.sentiment),
    ("need needs reason intent purpose issue problem request inquiry query ضرورت مسئلہ", facts.need),
    ("topic subject موضوع", facts.need),
]
"""Not by their descriptions: too many other fields speak of a problem."""
OTHERS = {
    "agent", "assistant", "bank", "branch", "father", "mother", "husband", "wife", "operator",
    "representative", "staff",
}  # fmt: skip
"""Words that mean somebody else than the caller."""


def finder_for(path: list[str], description: str) -> Finder | None:
    """Return what finds the fact that a field wants, if it wants one of those known here.

    :param path: the names that lead to the field, its own last
    """
    named = _words(" ".join(path))
    if named & OTHERS:
        return None
    own = _words(path[-1] if path else "")
    if finder := _finder(own, BY_NAME + BY_NAME_ALONE):
        return finder
    return None if _words(description) & OTHERS else _finder(_words(description), BY_NAME)


def _finder(said: set[str], known: list[tuple[str, Finder]]) -> Finder | None:
    if {"follow", "up"} <= said or {"call", "back"} <= said:
        return facts.follow_up
    if "account" in said and said & {"type", "kind"}:
        return facts.account_type
    found = next((finder for names, finder in known if said & set(names.split())), None)
    return found or (facts.name if said & {"name", "نام"} and said <= PERSON else None)


def option_in(options: list[str], fact: Fact | None, transcript: ReadTranscript) -> str | None:
    """Return the option that says what the fact says, else the first one the caller names."""
    ways = [folded(str(way)) for way in (fact.value, *fact.also)] if fact else []
    wanted = sorted(options, key=lambda option: _plain(option) not in ways)
    told = (option for option in wanted for way in ways if _is_in(_plain(option), way))
    return next(told, None) or next(
        (option for option in options if _is_in(transcript.asked_folded, _plain(option))), None
    )


def _is_in(text: str, part: str) -> bool:
    return bool(part) and re.search(rf"(?<!\w){re.escape(part)}(?!\w)", text) is not None


def _plain(option: str) -> str:
    return folded(option.replace("_", " ").replace("-", " "))


def _words(text: str) -> set[str]:
    return set(words(re.sub(r"([a-z])([A-Z])", r"\1 \2", text).replace("_", " ")))
