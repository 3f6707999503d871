"""One call's memory and work are bounded, whatever is sent; complexity is counted, never timed by a clock."""

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from realtime import bounds
from realtime.bounds import (
    MAX_ITEM_CHARS,
    MAX_ITEM_PARTS,
    MAX_MOVED,
    MAX_RESPONSE_ITEMS,
    MAX_RESPONSES,
)
from realtime.conversation import Conversation, transcript
from realtime.conversation.changes import (
    Change,
    ErrorReported,
    ItemAdded,
    ItemFinished,
    ItemForgotten,
    ItemMoved,
    ItemRemoved,
    ItemUpdated,
    ResponseFinished,
    TextAppended,
    UsageReported,
)
from realtime.error_codes import OTHER
from tests.fakes import turns

Event = dict[str, Any]
TOO_LONG = ErrorReported("item_too_long", "")


def played(conversation: Conversation, *events: Event) -> list[Change]:
    return [change for event in events for change in conversation.apply(event, 0)]


def delta(item_id: str, text: str, **more: Any) -> Event:
    return {"type": "response.output_text.delta", "item_id": item_id, "delta": text, **more}


def message(item_id: str, *texts: str, previous: str | None = "") -> Event:
    content = [{"type": "input_text", "text": text} for text in texts]
    item = {"id": item_id, "type": "message", "role": "user", "content": content}
    return {"type": "conversation.item.added", "previous_item_id": previous, "item": item}


def operations(work: Callable[[], object]) -> int:
    """How many lines of Python `work` runs through."""
    count = 0

    def trace(frame: object, event: str, arg: object) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


@pytest.fixture
def few_items(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcript, "MAX_ITEMS", 20)


# -- text and parts --------------------------------------------------------------------------------------


def test_an_items_text_ends_at_its_limit_and_that_is_told_once() -> None:
    conversation = Conversation()
    changes = played(conversation, *(delta("a", "x" * 1000) for _ in range(30)))
    (item,) = conversation.items
    assert (len(item.text), item.shortened) == (MAX_ITEM_CHARS, True)
    assert changes.count(TOO_LONG) == 1
    assert "".join(each.text for each in changes if isinstance(each, TextAppended)) == item.text


def test_a_final_text_is_cut_at_the_same_limit_and_the_item_stays_usable() -> None:
    conversation = Conversation()
    final = {"type": "response.output_text.done", "item_id": "a", "text": "سلام " * 10_000}
    changes = played(conversation, final, {"type": "conversation.item.deleted", "item_id": "b"})
    assert len(conversation.items[0].text) == MAX_ITEM_CHARS
    assert changes.count(TOO_LONG) == 1
    assert conversation.items[0].text.encode()


def test_all_parts_of_an_item_share_its_limit() -> None:
    conversation = Conversation()
    played(conversation, message("a", *["x" * 9000] * 3))
    assert len(conversation.items[0].text) <= MAX_ITEM_CHARS


def test_no_more_parts_are_read_than_an_item_may_have() -> None:
    conversation = Conversation()
    played(conversation, message("a", *["x"] * 20_000))
    assert conversation.items[0].text == "\n".join("x" * MAX_ITEM_PARTS)


def test_deltas_of_any_number_of_parts_make_no_more_parts() -> None:
    conversation = Conversation()
    played(conversation, *(delta("a", "x", content_index=place) for place in range(1000)))
    assert len(conversation.items[0].text) == 2 * MAX_ITEM_PARTS - 1


def test_what_a_tool_is_given_and_returns_is_bounded() -> None:
    conversation = Conversation()
    item = {"id": "a", "type": "function_call", "call_id": "c", "name": "look", "arguments": "x" * 50_000}
    output = {"id": "b", "type": "function_call_output", "call_id": "c", "output": "x" * 50_000}
    done = {"type": "response.function_call_arguments.done", "item_id": "a", "arguments": "y" * 50_000}
    played(
        conversation, *({"type": "conversation.item.added", "item": each} for each in (item, output)), done
    )
    kept = [len(item.arguments or item.output or "") for item in conversation.items]
    assert kept == [MAX_ITEM_CHARS, MAX_ITEM_CHARS]


@pytest.mark.parametrize("name", ["item_id", "response_id"])
def test_an_id_that_is_longer_than_any_providers_is_malformed_or_none(name: str) -> None:
    conversation = Conversation()
    played(conversation, {**delta("a", "x"), name: "i" * 1000})
    assert all(len(item.id) < 1000 for item in conversation.items)
    assert conversation.response_of("a") is None


# -- items of a call -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("few_items")
def test_the_oldest_items_are_finished_and_leave_memory() -> None:
    conversation = Conversation()
    changes = played(conversation, *(delta(f"i{number}", "x") for number in range(50)))
    assert [item.id for item in conversation.items] == [f"i{number}" for number in range(30, 50)]
    left = [change.item_id for change in changes if isinstance(change, ItemForgotten)]
    assert left == [f"i{number}" for number in range(30)]
    for item_id in left:
        assert changes.index(ItemFinished(item_id)) < changes.index(ItemForgotten(item_id))


@pytest.mark.usefixtures("few_items")
def test_late_news_brings_no_forgotten_item_back() -> None:
    conversation = Conversation()
    played(conversation, *(delta(f"i{number}", "x") for number in range(30)))
    assert played(conversation, delta("i9", "again")) == []
    assert conversation.item("i9") is None


@pytest.mark.usefixtures("few_items")
def test_a_conversation_whose_items_left_goes_on_in_another_session() -> None:
    conversation = Conversation()
    played(conversation, *turns.typed("first", "one"))
    conversation.leave_session(0)
    for number in range(40):
        played(conversation, message(f"i{number}", "x", previous=f"i{number - 1}" if number else None))
    assert [item.id for item in conversation.items] == [f"i{number}" for number in range(20, 40)]


def test_very_long_items_leave_memory_before_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcript, "MAX_CALL_CHARS", 50_000)
    conversation = Conversation()
    for number in range(10):
        played(conversation, message(f"i{number}", "x" * 16_000))
        assert sum(len(item.text) for item in conversation.items) <= 50_000
    played(conversation, {"type": "conversation.item.deleted", "item_id": "i9"}, message("j", "x" * 16_000))
    assert [item.id for item in conversation.items] == ["i7", "i8", "j"]


def sizes(value: object, seen: set[int]) -> int:
    """How many entries stand in all collections that `value` leads to."""
    if id(value) in seen or isinstance(value, str | int | float | type | None):
        return 0
    seen.add(id(value))
    if isinstance(value, dict):
        return len(value) + sum(sizes(each, seen) for each in value.values())
    if isinstance(value, list | set | tuple):
        return len(value) + sum(sizes(each, seen) for each in value)
    fields = [*getattr(type(value), "__slots__", ()), *getattr(value, "__dict__", ())]
    if not type(value).__module__.startswith("realtime"):
        return 0
    return sum(sizes(getattr(value, name, None), seen) for name in fields)


EVENTS_WITH_NEW_IDS: dict[str, Callable[[int], Event]] = {
    "items": lambda n: message(f"i{n}", "x"),
    "chained items": lambda n: message(f"i{n}", "x", previous=f"i{n - 1}"),
    "predecessors": lambda n: message("a", "x", previous=f"i{n}"),
    "deletions": lambda n: {"type": "conversation.item.deleted", "item_id": f"i{n}"},
    "truncations": lambda n: {
        "type": "conversation.item.truncated",
        "item_id": f"i{n}",
        "audio_end_ms": 1,
    },
    "responses": lambda n: {"type": "response.created", "response": {"id": f"r{n}"}},
    "playbacks": lambda n: {"type": "output_audio_buffer.started", "response_id": f"r{n}"},
    "items of one response": lambda n: delta(f"i{n}", "x", response_id="r"),
    "items of responses": lambda n: delta(f"i{n}", "x", response_id=f"r{n}"),
    "parts": lambda n: delta("a", "x", content_index=n),
    "final parts": lambda n: {
        "type": "response.output_text.done",
        "item_id": "a",
        "content_index": n,
        "text": "x",
    },
    "metered speech": lambda n: {
        "type": "conversation.item.input_audio_transcription.completed",
        "item_id": f"i{n}",
        "transcript": "x",
        "usage": {"type": "duration", "seconds": 1},
    },
    "tools": lambda n: {
        "type": "response.output_item.done",
        "response_id": "r",
        "item": {
            "id": f"i{n}",
            "type": "function_call",
            "call_id": f"c{n}",
            "name": "look",
            "status": "completed",
        },
    },
}


@pytest.mark.parametrize("kind", EVENTS_WITH_NEW_IDS)
def test_memory_stops_growing_whatever_is_named_anew(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    for module in (
        transcript,
        sys.modules["realtime.conversation.conversation"],
        sys.modules["realtime.conversation.playback"],
        sys.modules["realtime.conversation.response"],
    ):
        for name in ("MAX_ITEMS", "MAX_RESPONSES"):
            monkeypatch.setattr(module, name, 50, raising=False)
    monkeypatch.setattr(sys.modules["realtime.conversation.conversation"], "REMEMBERED_EVENTS", 50)
    conversation = Conversation()
    played(conversation, *map(EVENTS_WITH_NEW_IDS[kind], range(300)))
    before = sizes(conversation, set())
    played(conversation, *map(EVENTS_WITH_NEW_IDS[kind], range(300, 900)))
    assert sizes(conversation, set()) <= before


def test_the_bounds_are_those_that_are_promised() -> None:
    assert (bounds.MAX_ITEM_CHARS, bounds.MAX_ITEMS) == (16_000, 10_000)
    assert MAX_RESPONSES <= bounds.MAX_ITEMS


# -- work ------------------------------------------------------------------------------------------------


def chain_of(length: int) -> Conversation:
    conversation = Conversation()
    played(conversation, message("elsewhere", "x"))
    for number in range(length):
        played(conversation, message(f"i{number}", "x", previous=f"i{number - 1}" if number else None))
    return conversation


def stands(item_id: str, previous: str) -> Event:
    return {"type": "input_audio_buffer.committed", "item_id": item_id, "previous_item_id": previous}


HOSTILE_MOVES: dict[str, Callable[[int], Event]] = {
    "the head behind another": lambda length: stands("i0", "elsewhere"),
    "the head behind the last": lambda length: stands("i0", f"i{length - 1}"),
    "the last behind the head": lambda length: stands(f"i{length - 1}", "i0"),
    "one of the middle": lambda length: stands(f"i{length // 2}", "elsewhere"),
    "a new one first": lambda length: message("new", "x", previous="root"),
    "a new one in the middle": lambda length: message("new", "x", previous=f"i{length // 2}"),
    "a delta": lambda length: delta("new", "x"),
    "a deletion": lambda length: {"type": "conversation.item.deleted", "item_id": f"i{length // 2}"},
}


@pytest.mark.parametrize("move", HOSTILE_MOVES)
def test_an_event_costs_the_same_in_a_conversation_four_times_as_long(move: str) -> None:
    costs = []
    for length in (100, 200, 400):
        conversation, event = chain_of(length), HOSTILE_MOVES[move](length)
        costs.append(operations(lambda: conversation.apply(event, 0)))  # noqa: B023
    assert costs[2] <= costs[0] * 1.2 + 50


def test_adding_items_costs_as_much_at_the_end_as_at_the_beginning() -> None:
    costs = [operations(partial(chain_of, length)) for length in (100, 200, 400)]
    assert costs[1] <= 2.1 * costs[0]
    assert costs[2] <= 4.2 * costs[0]


def test_a_delta_costs_the_same_however_long_its_item_is() -> None:
    conversation = Conversation()
    costs = []
    for _ in range(3):
        played(conversation, *(delta("a", "x" * 1000) for _ in range(5)))
        costs.append(operations(lambda: conversation.apply(delta("a", "x"), 0)))
    assert max(costs) <= min(costs) + 10


def test_parts_beyond_the_limit_cost_nothing() -> None:
    costs = []
    for count in (1000, 2000, 4000):
        event = message("a", *["x"] * count)
        costs.append(operations(lambda: Conversation().apply(event, 0)))  # noqa: B023
    assert costs[2] <= costs[0] + 10


def test_a_response_of_very_many_items_costs_no_more_than_one_of_as_many_as_are_read() -> None:
    costs = []
    for count in (MAX_RESPONSE_ITEMS, 20 * MAX_RESPONSE_ITEMS):
        output = [{"id": f"i{number}", "type": "message", "role": "assistant"} for number in range(count)]
        event = {"type": "response.done", "response": {"id": "r", "output": output}}
        costs.append(operations(lambda: Conversation().apply(event, 0)))  # noqa: B023
    assert costs[1] <= costs[0] + 10


def test_an_item_takes_its_followers_along_unless_they_are_very_many() -> None:
    for length, first in ((MAX_MOVED, "elsewhere"), (MAX_MOVED + 1, "i0")):
        conversation = chain_of(length)
        changes = played(conversation, stands("i0", "elsewhere"))
        assert conversation.items[0].id == first
        assert [item.id for item in conversation.items if item.id != "elsewhere"] == [
            f"i{number}" for number in range(length)
        ]
        assert bool([change for change in changes if isinstance(change, ItemMoved)]) == (length == MAX_MOVED)


def test_positions_follow_the_order_and_an_item_with_another_one_is_told_of() -> None:
    conversation = chain_of(20)
    before = {item.id: item.position for item in conversation.items}
    changes = played(conversation, message("new", "x", previous="i5"), stands("i19", "i2"))
    changes += played(conversation, *(message(f"n{number}", "x", previous="i5") for number in range(40)))
    told = {each.item_id for each in changes if isinstance(each, ItemMoved | ItemAdded | ItemUpdated)}
    positions = [item.position for item in conversation.items]
    assert positions == sorted(positions) and len(set(positions)) == len(positions)
    assert {item.id for item in conversation.items if before.get(item.id) != item.position} <= told


def test_positions_stay_in_order_however_often_one_place_is_inserted_at() -> None:
    conversation = chain_of(100)
    for number in range(3000):
        played(conversation, message(f"n{number}", "x", previous="i5"))
    positions = [item.position for item in conversation.items]
    assert positions == sorted(positions)


# -- nothing is kept but what is known -------------------------------------------------------------------

CARD = "card_4111111111111111_my_words"


def test_codes_reasons_and_usage_are_those_of_a_list() -> None:
    conversation = Conversation()
    failed = {
        "type": "response.done",
        "response": {
            "id": "r",
            "status": CARD,
            "status_details": {"type": CARD, "reason": CARD, "error": {"code": CARD}},
            "usage": {CARD: 1, "input_tokens": 5, "total_tokens": CARD},
        },
    }
    failure = {"type": "conversation.item.input_audio_transcription.failed", "item_id": "a"}
    changes = played(
        conversation,
        {"type": "error", "error": {"code": CARD, "type": CARD}},
        {**failure, "error": {"code": CARD}},
        failed,
    )
    assert ErrorReported(OTHER, "") in changes
    assert conversation.items[0].failure == OTHER
    (finished,) = (each for each in changes if isinstance(each, ResponseFinished))
    assert (finished.status, finished.reason) == ("completed", OTHER)
    (usage,) = (each for each in changes if isinstance(each, UsageReported))
    assert usage.usage == {"input_tokens": 5}
    assert CARD not in repr(changes)


def test_no_repr_shows_what_was_said() -> None:
    conversation, word = Conversation(), "secret words"
    call = {"id": "t", "type": "function_call", "call_id": "c", "name": word, "status": "completed"}
    changes = played(
        conversation,
        *turns.spoken_turn(1, word, word),
        {"type": "error", "error": {"code": "server_error", "message": word}},
        {"type": "response.output_item.done", "item": {**call, "arguments": word}},
        {"type": "session.updated", "session": {"instructions": word}},
        {"type": "conversation.item.deleted", "item_id": "user_1"},
    )
    assert any(isinstance(change, ItemRemoved) for change in changes)
    assert word not in repr(changes) + repr(conversation.items)


@pytest.mark.parametrize("previous", [[], {}, 7, ["first"], {"id": "first"}, 1.5, True])
def test_a_predecessor_of_any_shape_raises_nothing_in_a_later_session(
    previous: Any, caplog: pytest.LogCaptureFixture
) -> None:
    conversation = Conversation()
    played(conversation, *turns.typed("first", "one"))
    conversation.leave_session(0)
    changes = played(conversation, message("second", "two", previous=previous))
    assert [item.id for item in conversation.items] == ["first", "second"]
    assert not [change for change in changes if isinstance(change, ErrorReported)]
    assert caplog.text == ""
