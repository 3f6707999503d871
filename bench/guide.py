"""Cost of a guide for a call: whole in the instructions, or looked up. Counted, not measured."""

import json
from decimal import Decimal
from pathlib import Path

from playwright.sync_api import Browser

from agents.guide_search import GuideSearch, search_tool
from agents.persona import SEARCH_FIRST, Persona, load_persona
from bench.figures import table
from engine.session.usage import text_tokens
from realtime.prices import Prices

PERSONAS = Path(__file__).parents[1] / "personas"
QUESTIONS = {
    "ibx": [
        "when is open enrollment",
        "special enrollment after losing a job",
        "difference between silver and gold metal tiers",
        "premium tax credit and income",
        "how to appeal a denied claim",
    ],
    "jsbank": [
        "کارڈ گم ہو گیا",
        "پن کوڈ بھول گیا",
        "نیا کھاتہ کھلوانا",
        "موبائل بینکنگ کا اندراج",
        "قرض کے کاغذات",
    ],
}


def measure(_browser: Browser) -> str:
    """Count and return a table with a line for each persona."""
    columns = ["guide", "characters", "told: tokens", "looked up: tokens", "saved", "US$ saved: new, cached"]
    return table(columns, [_row(load_persona(PERSONAS / name), asked) for name, asked in QUESTIONS.items()])


def _row(persona: Persona, questions: list[str]) -> list[object]:
    told, searched = told_tokens(persona, questions), searched_tokens(persona, questions)
    saved = [
        _usd(persona.model.name, told, cached) - _usd(persona.model.name, searched, cached)
        for cached in (False, True)
    ]
    share = f"{(told - searched) / told:.0%}"
    return [persona.name, len(persona.guide), told, searched, share, ", ".join(f"{usd:.4f}" for usd in saved)]


def _usd(model: str, tokens: int, cached: bool) -> Decimal:
    held = tokens if cached else 0
    details = {"text_tokens": tokens, "cached_tokens": held, "cached_tokens_details": {"text_tokens": held}}
    return Prices().cost(model, {"input_tokens": tokens, "input_token_details": details})


def told_tokens(persona: Persona, questions: list[str]) -> int:
    """Count the guide as input of the greeting and of every answer."""
    return text_tokens(persona.guide) * (1 + len(questions))


def searched_tokens(persona: Persona, questions: list[str]) -> int:
    """Count two responses a question: what was found is input of the second and of all that follow."""
    search = GuideSearch(persona.guide)
    definition = json.dumps(search_tool(persona.guide, persona.language).definition, ensure_ascii=False)
    held = text_tokens(SEARCH_FIRST) + text_tokens(definition)
    total = held
    for question in questions:
        asking = text_tokens(json.dumps({"query": question}, ensure_ascii=False))
        found = "\n\n".join(each.section.for_agent(each.passage) for each in search.find(question))
        total += held
        held += asking + text_tokens(found)
        total += held
    return total
