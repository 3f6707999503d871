from typing import Any

import pytest

from engine.demo.guide import Guide
from engine.demo.out_of_band_answers import TOPIC_QUESTIONS, Turn, aside, topic
from engine.demo.phrases import phrase
from engine.llm.language_model import Prompt
from engine.session.items import Item

GUIDE = """Be kind.
# Lost or stolen card
Call us at once. We block the card.
# Opening hours
We open at nine.
# قرض کی درخواست
قرض کے لیے شاخ میں آئیں۔
"""
TOPIC = "Name the topic of this conversation in at most five words, in its language."
SUMMARY = "Sum up this conversation in two sentences, in its language."


def user(text: str | None, kind: str = "input_text") -> Item:
    content = {"type": kind, "text" if kind == "input_text" else "transcript": text}
    return {"id": "u", "type": "message", "role": "user", "content": [content]}


def agent(text: str | None) -> Item:
    content = {"type": "output_audio"} | ({"transcript": text} if text else {})
    return {"id": "a", "type": "message", "role": "assistant", "content": [content]}


def told(question: str, *items: Item, language: str = "en") -> str | None:
    fields: dict[str, Any] = {"tools": [], "tool_choice": "auto", "explained": False}
    return aside(Prompt(f"{question}\n\n{GUIDE}", list(items), language=language, aside=question, **fields))


def test_the_topic_is_the_heading_that_answers() -> None:
    items = [agent("Welcome!"), user("hello"), agent("Hi."), user("my card is lost"), agent("Call us.")]
    assert told(TOPIC, *items) == "Lost or stolen card"


def test_the_topic_names_as_many_headings_as_fit_into_five_words() -> None:
    hours, card, loan = user("when do you open?"), user("my card is lost"), user("مجھے قرض چاہیے")
    assert told(TOPIC, hours, card, loan) == "Opening hours, قرض کی درخواست"
    assert told(TOPIC, card, hours, loan) == "Lost or stolen card"


def test_without_a_heading_the_topic_is_what_the_caller_asked_first() -> None:
    items = [user("Hello. Who are the four Beatles of Liverpool? And why?"), agent("I do not know.")]
    assert told(TOPIC, *items) == "Who are the four Beatles…"


def test_the_summary_says_what_was_asked_first_and_how_the_last_answer_began() -> None:
    items = [
        agent("Welcome!"), user("Hello! When do you open?"), agent("We open at nine."),
        user("my card is lost", "input_audio"), agent("Call us at once. We block the card."),
    ]  # fmt: skip
    assert told(SUMMARY, *items) == "The caller asked: “When do you open”. The answer was: “Call us at once”."


def test_the_summary_is_in_the_language_of_the_conversation() -> None:
    items = [user("میرا کارڈ گم ہو گیا ہے"), agent("فوراً کارڈ بند کروائیں۔ نیا کارڈ ملے گا۔")]
    assert told(SUMMARY, *items) == "پوچھا گیا: «میرا کارڈ گم ہو گیا ہے»۔ جواب ملا: «فوراً کارڈ بند کروائیں»۔"


def test_a_greeting_before_the_question_is_no_answer() -> None:
    assert told(SUMMARY, agent("Welcome!"), user("my card is lost")) == (
        f"The caller asked: “my card is lost”. {phrase('not_answered', 'en')}"
    )


def test_an_answer_whose_words_were_cut_is_not_made_up() -> None:
    items = [user("my card is lost"), agent(None)]
    assert told(SUMMARY, *items) == f"The caller asked: “my card is lost”. {phrase('not_answered', 'en')}"


@pytest.mark.parametrize("question", [TOPIC, SUMMARY])
@pytest.mark.parametrize("items", [[], [agent("Hello!"), user(None, "input_audio"), agent("Please type.")]])
def test_when_nothing_was_said_with_words_that_is_said(question: str, items: list[Item]) -> None:
    assert told(question, *items) == phrase("no_words", "en")
    assert told(question, *items, language="ur") == phrase("no_words", "ur")


def test_a_greeting_is_summed_up_when_there_is_nothing_else() -> None:
    assert told(TOPIC, user("Good morning!")) == "Good morning"


def test_another_kind_of_question_is_not_for_these_rules() -> None:
    assert told("Is the caller angry?", user("my card is lost")) is None


def test_a_long_call_is_looked_up_by_its_first_questions_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[str] = []
    monkeypatch.setattr(Guide, "heading", lambda _guide, question: looked_up.append(question))
    turns: list[Turn] = [("user", f"Question number {number}?") for number in range(100)]
    topic([*turns, *turns], "# Hours\nNine to five.", "en")
    assert looked_up == [f"Question number {number}?" for number in range(TOPIC_QUESTIONS)]
