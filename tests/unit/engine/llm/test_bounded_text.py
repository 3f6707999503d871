from typing import Any

from engine.llm.bounded_text import FIRST_CHARS, LATEST_CHARS, MAX_TOLD_CHARS, bounded
from engine.session.items import words_of


def message(text: str, role: str = "user") -> dict[str, Any]:
    kind = "input_text" if role == "user" else "output_text"
    return {"id": text[:8], "type": "message", "role": role, "content": [{"type": kind, "text": text}]}


def test_a_conversation_of_ordinary_length_is_looked_at_whole() -> None:
    items = [message(f"{n} words of the caller") for n in range(100)]
    assert bounded(items) == items


def test_of_a_long_one_the_beginning_and_the_end_are_looked_at_in_order() -> None:
    items = [message(f"{n:04} {'x' * 100}") for n in range(1000)]
    kept = bounded(items)
    assert kept[0] is items[0] and kept[-1] is items[-1]
    assert kept == sorted(kept, key=words_of)
    assert sum(len(words_of(item)) for item in kept) <= FIRST_CHARS + LATEST_CHARS


def test_one_long_item_is_cut_and_the_conversation_keeps_it() -> None:
    items = [message("x" * 30_000), message("y" * 30_000)]
    kept = bounded(items)
    assert [len(words_of(item)) for item in kept] == [FIRST_CHARS, LATEST_CHARS]
    assert len(words_of(items[1])) == 30_000


def test_a_functions_output_is_cut_too() -> None:
    output = {"id": "o", "type": "function_call_output", "call_id": "c", "output": "z" * 30_000}
    assert len(bounded([output])[0]["output"]) == MAX_TOLD_CHARS
