from typing import Any

import pytest

from engine.api_error import ApiError
from engine.items import Items, client_item


def user(text: str = "hi", **fields: Any) -> dict[str, Any]:
    content = [{"type": "input_text", "text": text}]
    return {"type": "message", "role": "user", "content": content, **fields}


def refused(data: Any) -> ApiError:
    with pytest.raises(ApiError) as caught:
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
    with pytest.raises(ApiError) as caught:
        Items().add(client_item(user()), "nobody")
    assert caught.value.code == "item_create_invalid_item_id"


def test_an_id_is_given_once() -> None:
    items = Items()
    items.add(client_item(user(id="a")))
    with pytest.raises(ApiError):
        items.add(client_item(user(id="a")))
    assert order(items) == ["a"]


def test_a_removed_item_is_gone() -> None:
    items = Items()
    items.add(client_item(user(id="a")))
    items.remove("a")
    with pytest.raises(ApiError) as caught:
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
