from typing import Any

import pytest

from engine.http.api_error import EngineError
from engine.session.items import (
    MAX_CONVERSATION_CHARS,
    MAX_ITEM_CHARS,
    MAX_ITEMS,
    Items,
    chars_of,
    client_item,
)


def user(text: str = "hi", **fields: Any) -> dict[str, Any]:
    content = [{"type": "input_text", "text": text}]
    return {"type": "message", "role": "user", "content": content, **fields}


def refused(data: Any) -> EngineError:
    with pytest.raises(EngineError) as caught:
        client_item(data)
    return caught.value


def order(items: Items) -> list[str]:
    return [item["id"] for item in items]


def test_a_created_item_is_whole() -> None:
    item = client_item(user())
    assert item["id"].startswith("item_")
    assert (item["status"], item["object"]) == ("completed", "realtime.item")
    assert client_item(user(id="mine"))["id"] == "mine"


def test_items_stand_where_they_are_put() -> None:
    items = Items()
    assert items.add(client_item(user(id="b"))) is None
    assert items.add(client_item(user(id="d"))) == "b"
    assert items.add(client_item(user(id="c")), "b") == "b"
    assert items.add(client_item(user(id="a")), "root") is None
    assert order(items) == ["a", "b", "c", "d"]
    assert items.last_id == "d"


def test_an_item_cannot_stand_behind_one_that_is_not_there() -> None:
    with pytest.raises(EngineError) as caught:
        Items().add(client_item(user()), "nobody")
    assert caught.value.code == "item_create_invalid_item_id"


def test_an_id_is_given_once() -> None:
    items = Items()
    items.add(client_item(user(id="a")))
    with pytest.raises(EngineError):
        items.add(client_item(user(id="a")))
    assert order(items) == ["a"]


def test_a_removed_item_is_gone() -> None:
    items = Items()
    items.add(client_item(user(id="a")))
    items.remove("a")
    with pytest.raises(EngineError) as caught:
        items.remove("a")
    assert caught.value.code == "item_delete_invalid_item_id"


@pytest.mark.parametrize(
    ("item", "param"),
    [
        ({}, "item.type"),
        ({"type": "message"}, "item.role"),
        ({"type": "song"}, "item.type"),
        (user(mood="good"), "item.mood"),
        ({"type": "message", "role": "user", "content": [{"type": "input_text"}]}, "item.content[0].text"),
        ({"type": "function_call_output", "call_id": "c", "output": {"a": 1}}, "item.output"),
    ],
)
def test_a_wrong_item_names_its_field(item: Any, param: str) -> None:
    assert refused(item).param == param


def test_assistant_audio_cannot_be_created() -> None:
    audio = [{"type": "output_audio", "transcript": "hi"}]
    assert refused({"type": "message", "role": "assistant", "content": audio}).param == "item.content[0].type"
    words = [{"type": "output_text", "text": "hi"}]
    assert client_item({"type": "message", "role": "assistant", "content": words})["role"] == "assistant"


def test_the_oldest_items_leave_a_conversation_that_has_too_many_or_too_much_text() -> None:
    items = Items()
    for _ in range(MAX_ITEMS + 5):
        items.add(client_item(user()))
    assert len(order(items)) == MAX_ITEMS
    long = "x" * MAX_ITEM_CHARS
    for number in range(100):
        items.add(client_item(user(long, id=f"long_{number}")))
    assert sum(map(chars_of, items)) <= MAX_CONVERSATION_CHARS
    assert order(items)[-1] == "long_99"
    assert items.get("long_99", "retrieve")["content"][0]["text"] == long
    for gone in ("long_0",):
        with pytest.raises(EngineError):
            items.get(gone, "retrieve")


@pytest.mark.parametrize(
    "item",
    [
        user("x" * (MAX_ITEM_CHARS + 1)),
        user() | {"content": [{"type": "input_text", "text": "x" * 20_000}] * 2},
        {"type": "function_call_output", "call_id": "c", "output": "x" * (MAX_ITEM_CHARS + 1)},
        {"type": "function_call", "name": "f", "arguments": "x" * (MAX_ITEM_CHARS + 1)},
    ],
)
def test_an_item_with_too_much_text_is_refused_as_the_api_does(item: dict[str, Any]) -> None:
    assert refused(item).code == "string_above_max_length"


def test_an_item_of_very_many_parts_is_refused() -> None:
    parts = [{"type": "input_text", "text": "x"}] * 20_000
    assert refused(user() | {"content": parts}).code == "array_above_max_length"
