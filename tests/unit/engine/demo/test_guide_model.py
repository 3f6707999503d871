import json
from typing import Any

import pytest

from engine.demo.guide_model import GuideModel
from engine.demo.phrases import PHRASES, phrase
from engine.llm.language_model import Piece, Prompt, TextPiece, ToolCall
from engine.session.items import Item
from engine.session.session_config import FunctionTool

GUIDE = "Be kind.\n# Opening hours\nWe open at nine."
IBAN = FunctionTool(
    type="function", name="validate_iban", parameters={"properties": {"iban": {}}, "required": ["iban"]}
)
CALL: Item = {"id": "f", "type": "function_call", "name": "validate_iban", "call_id": "c", "arguments": "{}"}


def typed(text: str) -> Item:
    return {"id": "u", "type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}


def spoken(transcript: str | None) -> Item:
    content = [{"type": "input_audio", "transcript": transcript}]
    return {"id": "s", "type": "message", "role": "user", "content": content}


def said(text: str = "hm") -> Item:
    content = [{"type": "output_audio", "transcript": text}]
    return {"id": "a", "type": "message", "role": "assistant", "content": content}


def output(value: Any) -> Item:
    text = value if isinstance(value, str) else json.dumps(value)
    return {"id": "o", "type": "function_call_output", "call_id": "c", "output": text}


async def text_of(*items: Item, **fields: Any) -> str:
    """Return what the model says."""
    piece = await reply(*items, **fields)
    assert isinstance(piece, TextPiece)
    return piece.text


async def reply(*items: Item, **fields: Any) -> Piece:
    defaults: dict[str, Any] = {
        "instructions": GUIDE, "tools": [], "tool_choice": "auto", "language": "en", "explained": False,
    }  # fmt: skip
    return await anext(GuideModel().reply(Prompt(items=list(items), **defaults | fields)))


async def test_typed_words_are_answered_from_the_guide() -> None:
    assert await text_of(typed("when do you open?")) == "We open at nine."


async def test_what_the_guide_does_not_know_is_said_honestly() -> None:
    assert await text_of(typed("who are the Beatles")) == phrase("nothing_fits", "en")
    assert await text_of(typed("who are the Beatles"), language="ur") == phrase("nothing_fits", "ur")


async def test_two_messages_before_one_reply_are_both_answered() -> None:
    assert await text_of(said(), typed("one question:"), typed("opening hours?")) == "We open at nine."


async def test_answered_words_are_not_answered_again() -> None:
    assert await text_of(typed("opening hours"), said(), typed("thanks")) == phrase("welcome", "en")


async def test_with_nothing_said_it_greets() -> None:
    assert await text_of(language="ur") == phrase("greeting", "ur")


async def test_speech_without_a_recogniser_is_explained_once_and_then_briefly() -> None:
    first = await reply(spoken(None))
    assert first == TextPiece(phrase("no_recognizer", "en"), explains=True)
    later = await reply(spoken(None), said(), spoken(None), explained=True)
    assert later == TextPiece(phrase("please_type", "en"))


async def test_recognised_speech_is_answered_like_typed_words() -> None:
    assert await text_of(spoken("when do you open")) == "We open at nine."


async def test_typed_words_beside_unheard_speech_are_answered() -> None:
    assert await text_of(spoken(None), typed("opening hours")) == "We open at nine."


async def test_a_silent_caller_is_asked() -> None:
    assert await text_of(spoken(None), idle=True) == phrase("still_there", "en")


async def test_a_clear_request_calls_the_tool_once() -> None:
    question = typed("is PK36SCBL0000001123456702 right?")
    called = await reply(question, tools=[IBAN])
    assert called == ToolCall("validate_iban", {"iban": "PK36SCBL0000001123456702"})
    assert await text_of(question, CALL, tools=[IBAN]) == phrase("in_progress", "en")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("It is right.", "It is right."),
        ({"message": "It is right."}, "It is right."),
        ({"valid": True, "bank_name": "SCB"}, "valid: yes, bank name: SCB."),
        ({"error": "no such account"}, f"{phrase('not_done', 'en')} no such account"),
        ([1, 2], "1, 2."),
        ({}, phrase("done", "en")),
        (None, phrase("done", "en")),
    ],
)
async def test_a_functions_output_is_spoken_plainly(value: Any, text: str) -> None:
    shown = output(value) if value is not None else output("null")
    assert await text_of(typed("check"), CALL, shown, tools=[IBAN], tool_choice="required") == text


async def test_words_typed_behind_an_output_are_answered() -> None:
    assert await text_of(typed("check"), CALL, output("x"), typed("opening hours")) == "We open at nine."


def test_every_phrase_is_there_in_both_languages_and_fits_into_one_breath() -> None:
    for texts in PHRASES.values():
        assert set(texts) == {"ur", "en"}
        assert all("  " not in text and text == text.strip() for text in texts.values())


SEARCH = FunctionTool(
    type="function",
    name="search_guide",
    parameters={"properties": {"query": {"type": "string"}}, "required": ["query"]},
)


async def test_words_it_is_told_to_say_first_are_said_as_they_are() -> None:
    told = f"The call has begun. Say exactly this: «Welcome to us!»\n\n{GUIDE}"
    assert await text_of(instructions=told) == "Welcome to us!"


async def test_what_the_instructions_do_not_hold_is_looked_up_where_a_function_searches() -> None:
    asked = await reply(typed("when do you open?"), instructions="Be kind.", tools=[SEARCH])
    assert asked == ToolCall("search_guide", {"query": "when do you open?"})


async def test_of_sections_that_were_looked_up_the_best_is_told() -> None:
    found = output("# Opening hours\nWe open at nine.\n\n# Closing\nWe close at five.")
    assert await text_of(typed("opening hours?"), CALL, found) == "We open at nine."
