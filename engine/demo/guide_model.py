"""The demo model of the keyless engine: rules, and the guide inside the instructions."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from engine.demo.direct_questions import direct_answer
from engine.demo.guide import ANSWER_SENTENCES, guide_in, looked_up
from engine.demo.out_of_band_answers import aside
from engine.demo.phrases import phrase
from engine.demo.small_talk import mostly_small_talk, small_talk
from engine.demo.tool_rules import choose_call, look_up
from engine.llm.bounded_text import bounded
from engine.llm.language_model import Piece, Prompt, TextPiece
from engine.session.items import Item, words_of
from engine.tts.plain_text import sentences

ANSWER_FIELDS = ("message", "answer", "text", "result", "summary")
FOR_THE_AGENT = ("instructions", "instruction", "note_to_agent")
"""Fields of a function's output that tell the agent what to do: they are never said."""
TOLD_TO_SAY = re.compile(r"[^\n«“\"]*\bsay\b[^\n«“\"]*[«“\"]([^«»“”\"]+)[»”\"]", re.IGNORECASE)
"""Instructions that begin by giving words to be said, such as: Say exactly this: «Welcome!»"""
MAX_OPENING = 4000
"""Characters of the instructions in which such words are looked for."""
_worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="guide")
"""Keeps the rules out of the event loop; one thread, as two would only take turns at the interpreter."""


class GuideModel:
    """Says only what the instructions' guide, a function's output or its own few phrases say."""

    async def reply(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        """Yield one piece; the ends of a conversation are looked at, not all of a long one."""
        looked_at = replace(prompt, items=bounded(prompt.items))
        yield await asyncio.get_running_loop().run_in_executor(_worker, _reply, looked_at)


def _reply(prompt: Prompt) -> Piece:
    if prompt.aside and (told := aside(prompt)):
        return TextPiece(told)
    if prompt.idle:
        return TextPiece(phrase("still_there", prompt.language))
    turn = _unanswered(prompt.items)
    typed = " ".join(filter(None, (_words(item) for item in turn))).strip()
    outputs = [item for item in turn if item["type"] == "function_call_output"]
    if outputs:
        return TextPiece(" ".join(_told(item["output"], typed, prompt.language) for item in outputs))
    if typed:
        return _answer(typed, turn, prompt)
    if heard := [item for item in turn if item.get("role") == "user"]:
        return _not_understood(heard, prompt)
    first_words = TOLD_TO_SAY.match(prompt.instructions[:MAX_OPENING])
    return TextPiece(first_words[1].strip() if first_words else phrase("greeting", prompt.language))


def _unanswered(items: list[Item]) -> list[Item]:
    """Return what came since the agent last spoke; only what follows a function's output, if anything."""
    spoken = [n for n, item in enumerate(items) if item.get("role") == "assistant"]
    turn = items[spoken[-1] + 1 :] if spoken else items
    outputs = [n for n, item in enumerate(turn) if item["type"] == "function_call_output"]
    if outputs and any(_words(item) for item in turn[outputs[-1] + 1 :]):
        return turn[outputs[-1] + 1 :]
    return turn


def _words(item: Item) -> str:
    return words_of(item) if item.get("role") == "user" else ""


def _answer(typed: str, turn: list[Item], prompt: Prompt) -> Piece:
    calling = any(item["type"] == "function_call" for item in turn)
    if told := direct_answer(typed, prompt.instructions, prompt.language):
        return TextPiece(told)
    if not calling and (call := choose_call(typed, prompt.tools, prompt.tool_choice)):
        return call
    if kind := small_talk(typed):
        return TextPiece(phrase(kind, prompt.language))
    if answer := guide_in(prompt.instructions).answer(typed):
        return TextPiece(answer)
    if not calling and (call := look_up(typed, prompt.tools, prompt.tool_choice)):
        return call
    otherwise = mostly_small_talk(typed) or "nothing_fits"
    return TextPiece(phrase("in_progress" if calling else otherwise, prompt.language))


def _listened(heard: list[Item]) -> bool:
    """Whether a recogniser heard the speech and found no words in it."""
    return any(part.get("transcript") == "" for item in heard for part in item["content"])


def _not_understood(heard: list[Item], prompt: Prompt) -> Piece:
    if _listened(heard):
        return TextPiece(phrase("say_again", prompt.language))
    if prompt.explained:
        return TextPiece(phrase("please_type", prompt.language))
    return TextPiece(phrase("no_recognizer", prompt.language), explains=True)


def _told(output: str, question: str, language: str) -> str:
    """Return what of an output answers: the best section of a guide, the beginning of anything else."""
    return looked_up(output, question) or _spoken_output(output, question, language)


def _spoken_output(output: str, question: str, language: str) -> str:
    try:
        value = json.loads(output)
    except (ValueError, RecursionError):
        return " ".join(sentences(output)[:ANSWER_SENTENCES]) or phrase("done", language)
    if isinstance(value, dict) and value.get("found") == 0:
        return phrase(mostly_small_talk(question) or "nothing_fits", language)
    return _spoken(value, language) or phrase("done", language)


def _spoken(value: Any, language: str) -> str:
    match value:
        case None:
            return ""
        case bool():
            return phrase("yes" if value else "no", language)
        case {"error": str(error)}:
            return f"{phrase('not_done', language)} {error}"
        case dict():
            return _spoken_fields(value, language)
        case list():
            return _listed([_spoken(one, language) for one in value], language)
        case _:
            return str(value)


def _spoken_fields(fields: dict[str, Any], language: str) -> str:
    for name in ANSWER_FIELDS:
        if isinstance(fields.get(name), str):
            return str(fields[name])
    told = [
        f"{name.replace('_', ' ')}: {_spoken(value, language)}"
        for name, value in fields.items()
        if name not in FOR_THE_AGENT
    ]
    return _listed(told, language)


def _listed(parts: list[str], language: str) -> str:
    if not parts:
        return ""
    comma, end = ("، ", "۔") if language == "ur" else (", ", ".")
    return comma.join(part.rstrip("۔.") for part in parts) + end
