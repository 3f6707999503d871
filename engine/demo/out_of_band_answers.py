"""What a client asks about the conversation, out of band: its topic or its summary, told by rules.

Extractive: every word of it is a heading of the guide or was said in the call.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Literal

from engine.demo.guide import guide_in
from engine.demo.phrases import phrase
from engine.demo.small_talk import small_talk
from engine.llm.language_model import Prompt
from engine.session.items import words_of
from engine.session.language import language_of_text
from engine.tts.plain_text import sentences

TOPIC_WORDS = 5
TOPIC_QUESTIONS = 10
"""Of a call, the first ones: five words hold no more headings."""
ASKED_WORDS = 14
TOPIC = re.compile(r"\b(?:topic|subject|title|label)\b|موضوع|عنوان", re.IGNORECASE)
SUMMARY = re.compile(r"\bsum\b|\bsummar|خلاصہ", re.IGNORECASE)

Turn = tuple[Literal["user", "assistant"], str]
"""Who spoke, and the words."""


def aside(prompt: Prompt) -> str | None:
    """Return the topic or the summary, whichever is asked for; None for a question of another kind."""
    turns = list(_turns(prompt))
    if TOPIC.search(prompt.aside):
        return topic(turns, prompt.instructions, prompt.language)
    if SUMMARY.search(prompt.aside):
        return summary(turns, prompt.language)
    return None


def topic(turns: list[Turn], instructions: str, otherwise: str) -> str:
    """Return at most five words: headings of the guide that answered, or words of the first question.

    :param otherwise: the language when nothing was said
    """
    questions = _questions(turns)
    if not questions:
        return phrase("no_words", otherwise)
    guide = guide_in(instructions)
    looked_up = islice(dict.fromkeys(questions), TOPIC_QUESTIONS)
    headings = dict.fromkeys(filter(None, map(guide.heading, looked_up)))
    return _joined(list(headings)) or _first_words(questions[0], TOPIC_WORDS)


def summary(turns: list[Turn], otherwise: str) -> str:
    """Return two sentences: what was asked first, and how the last answer began.

    :param otherwise: the language when nothing was said
    """
    questions = _questions(turns)
    if not questions:
        return phrase("no_words", otherwise)
    language = language_of_text(" ".join(text for _, text in turns), otherwise)
    asked = phrase("asked", language).format(_first_words(questions[0], ASKED_WORDS))
    return f"{asked} {_answered(turns, language)}"


def _turns(prompt: Prompt) -> Iterator[Turn]:
    for item in prompt.items:
        if (text := words_of(item)) and item["role"] in ("user", "assistant"):
            yield item["role"], text


def _questions(turns: list[Turn]) -> list[str]:
    """Return the caller's sentences beyond greetings; greetings when there is nothing else."""
    said = [sentence for role, text in turns if role == "user" for sentence in sentences(text)]
    return [sentence for sentence in said if not small_talk(sentence)] or said


def _answered(turns: list[Turn], language: str) -> str:
    first_question = next(n for n, (role, _) in enumerate(turns) if role == "user")
    replies = [sentences(text) for role, text in turns[first_question:] if role == "assistant"]
    answers = [said[0] for said in replies if said]
    if not answers:
        return phrase("not_answered", language)
    return phrase("answered", language).format(answers[-1].rstrip("۔."))


def _joined(headings: list[str]) -> str:
    """Return as many headings as fit; of the first one as much as fits."""
    told = ""
    comma = "، " if language_of_text(" ".join(headings), "en") == "ur" else ", "
    for heading in headings:
        longer = f"{told}{comma}{heading}" if told else _first_words(heading, TOPIC_WORDS)
        if len(longer.split()) <= TOPIC_WORDS:
            told = longer
    return told


def _first_words(text: str, count: int) -> str:
    words = text.split()
    cut = " ".join(words[:count]).rstrip("۔.؟?!،,")
    return f"{cut}…" if len(words) > count else cut
