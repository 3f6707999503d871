"""Questions to the agent without a key: how many it answers well and how many wrongly. Counted, not timed."""

import asyncio
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser

from agents.persona import Persona, load_persona
from bench.figures import table
from engine.demo.phrases import PHRASES
from guides.sections import sections
from tests.fakes.keyless_agent import answer_to

ROOT = Path(__file__).parents[1]
QUESTIONS = ROOT / "tests/questions"
PERSONAS = ("jsbank", "ibx")
LISTS = ("open", "more", "aside")
HONEST = {
    "robot": ("is_machine",),
    "human": ("no_human",),
    "greeting": ("greeting",),
    "thanks": ("welcome", "goodbye"),
    "nothing": ("nothing_fits",),
}
"""Phrases that are right, by what is asked."""
SENTENCE_END = re.compile(r"(?<=[.۔])\s+")

Verdict = Literal["good", "nothing", "wrong"]
"""`nothing`: the agent says that its guide has no answer, though it has one."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a list, and what came of it."""

    question: dict[str, Any]
    answer: str
    verdict: Verdict


def measure(_browser: Browser) -> str:
    """Ask every question and return a table with a line for each list."""
    columns = ["persona", "list", "questions", "good", "says that it has nothing", "wrong"]
    with ThreadPoolExecutor(1) as thread:  # The browser's event loop runs in this one.
        rows = thread.map(_row, *zip(*product(PERSONAS, LISTS), strict=True))
        return table(columns, list(rows))


def _row(persona: str, name: str) -> list[object]:
    verdicts = [each.verdict for each in asyncio.run(asked(persona, name))]
    counts = [verdicts.count(verdict) for verdict in ("good", "nothing", "wrong")]
    return [persona, name, len(verdicts), f"{counts[0]} ({counts[0] / len(verdicts):.0%})", *counts[1:]]


async def asked(persona_name: str, list_name: str) -> list[Asked]:
    """Ask every question of a list."""
    persona = load_persona(ROOT / "personas" / persona_name)
    questions = json.loads((QUESTIONS / f"{persona_name}_{list_name}.json").read_text("utf-8"))
    return [await _asked(persona, question) for question in questions]


async def _asked(persona: Persona, question: dict[str, Any]) -> Asked:
    answer = await answer_to(persona, question["question"])
    return Asked(question, answer, _verdict(persona, question, answer))


def _verdict(persona: Persona, question: dict[str, Any], answer: str) -> Verdict:
    if _is_right(persona, question, answer):
        return "good"
    return "nothing" if answer in _phrases("nothing_fits") else "wrong"


def _is_right(persona: Persona, question: dict[str, Any], answer: str) -> bool:
    said = answer.lower()
    if any(wrong.lower() in said for wrong in question["must_not"]):
        return False
    has_all = all(any(way.lower() in said for way in ways) for ways in question["must"])
    from_section = bool(set(_sections_of(persona, answer)) & set(question["sections"]))
    match question["expects"]:
        case "guide":
            return has_all and from_section
        case "emergency":
            return has_all
        case "nothing" | "human" if from_section:
            return True
        case kind:
            return any(answer in _phrases(name) for name in HONEST[kind])


def _sections_of(persona: Persona, answer: str) -> Iterator[str]:
    """Yield the headings of the sections of which the answer holds a sentence."""
    said = SENTENCE_END.split(answer)
    for section in sections(persona.guide):
        text = " ".join(" ".join(passage.text.split()) for passage in section.passages)
        if any(sentence in text for sentence in said if sentence):
            yield section.heading


def _phrases(name: str) -> list[str]:
    return list(PHRASES[name].values())
