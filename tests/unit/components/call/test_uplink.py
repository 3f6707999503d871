"""What a browser may send: each entry once, in order; whatever is malformed or unasked for is left out."""

import math
from typing import Any

import pytest

from calls.choice import Choice
from components.call.uplink import (
    BURST,
    MAX_ENTRIES,
    MAX_ENTRY_UNITS,
    MAX_SAID_CHARS,
    PER_SECOND,
    UNITS_OF_ACTION,
    UNITS_OF_ENTRY,
    UNITS_OF_PLACING,
    Chosen,
    ControlUsed,
    EventReported,
    Flooded,
    NoticeReported,
    PhaseReported,
    TypedText,
    Uplink,
)
from components.shared.token_bucket import TokenBucket
from realtime.json_size import json_size

WANTED = frozenset({"response.created"})
EVENT = {"type": "response.created"}


def uplink(bucket: TokenBucket | None = None) -> Uplink:
    return Uplink(WANTED, bucket)


def batch(*entries: object) -> dict[str, Any]:
    return {"entries": list(entries)}


def read_one(event: dict[str, Any]) -> object:
    return next(iter(uplink().read(batch([1, 5.0, event]))), None)


def test_events_pass_with_the_browsers_clock() -> None:
    assert read_one(EVENT) == EventReported(EVENT, 5.0)


def test_what_was_resent_after_a_reconnect_is_read_once() -> None:
    up = uplink()
    first = list(up.read(batch([1, 1, EVENT], [2, 2, EVENT])))
    again = list(up.read(batch([1, 1, EVENT], [2, 2, EVENT], [3, 3, EVENT])))
    assert (len(first), again) == (2, [EventReported(EVENT, 3)])


@pytest.mark.parametrize(
    "args",
    [
        None,
        "entries",
        7,
        [],
        {},
        {"entries": None},
        {"entries": {"0": [1, 1, EVENT]}},
        batch(None, 1, "x", {}, [], [1], [1, 2], [1, 2, 3, 4]),
        batch(["1", 1, EVENT], [1.5, 1, EVENT], [0, 1, EVENT], [-1, 1, EVENT]),
        batch([1, "now", EVENT], [1, None, EVENT], [1, True, EVENT], [1, math.nan, EVENT]),
        batch([1, 1, "event"], [1, 1, None], [1, 1, [EVENT]]),
        batch([1, 1, {}], [2, 1, {"type": 7}], [3, 1, {"type": ["response.created"]}]),
        batch([1, 1, {"type": "session.update"}]),
    ],
)
def test_what_is_malformed_or_was_not_asked_for_is_left_out(args: object) -> None:
    assert list(uplink().read(args)) == []


def test_a_phase_carries_attempt_reason_and_wait() -> None:
    event = {"type": "guftagu.phase", "phase": "failed", "attempt": 2, "reason": "provider_busy"}
    assert read_one(event) == PhaseReported(2, "failed", "provider_busy", None)
    assert read_one(event | {"retry_after_s": 7}) == PhaseReported(2, "failed", "provider_busy", 7)


@pytest.mark.parametrize(
    "change", [{"phase": "idle"}, {"phase": ["live"]}, {"phase": None}, {"attempt": "1"}, {"attempt": None}]
)
def test_a_phase_of_another_shape_is_left_out(change: dict[str, Any]) -> None:
    assert read_one({"type": "guftagu.phase", "phase": "live", "attempt": 1} | change) is None


@pytest.mark.parametrize("reason", ["<script>", "a b", "x" * 81, "card_4111111111111111_my_words", "live"])
def test_a_reason_that_is_none_of_the_known_codes_is_unknown(reason: str) -> None:
    event = {"type": "guftagu.phase", "phase": "failed", "attempt": 1, "reason": reason}
    assert read_one(event) == PhaseReported(1, "failed", "unknown", None)


@pytest.mark.parametrize("reason", [7, {"code": "x"}, None, ["stopped"]])
def test_a_reason_that_is_no_text_is_none(reason: object) -> None:
    event = {"type": "guftagu.phase", "phase": "failed", "attempt": 1, "reason": reason}
    assert read_one(event) == PhaseReported(1, "failed", None, None)


@pytest.mark.parametrize(("claimed", "taken"), [(-1, None), (math.inf, None), ("7", None), (10**9, 3600)])
def test_a_wait_is_a_sensible_number_of_seconds(claimed: object, taken: float | None) -> None:
    event = {"type": "guftagu.phase", "phase": "failed", "attempt": 1, "retry_after_s": claimed}
    assert read_one(event) == PhaseReported(1, "failed", None, taken)


def test_typed_words_are_trimmed_and_bounded() -> None:
    assert read_one({"type": "guftagu.say", "text": "  سلام  "}) == TypedText("سلام")
    said = read_one({"type": "guftagu.say", "text": "x" * 10_000})
    assert isinstance(said, TypedText) and len(said.text) == MAX_SAID_CHARS
    assert read_one({"type": "guftagu.say", "text": "half \ud83d"}) == TypedText("half ?")


@pytest.mark.parametrize("text", ["", "   ", None, 7, ["x"]])
def test_nothing_typed_is_nothing_said(text: object) -> None:
    assert read_one({"type": "guftagu.say", "text": text}) is None


def test_a_notice_without_a_proper_code_is_an_unknown_one() -> None:
    assert read_one({"type": "guftagu.notice", "code": "event_broken"}) == NoticeReported("event_broken")
    for code in ("<b>", "card_4111111111111111_my_words", 7, ["event_broken"]):
        assert read_one({"type": "guftagu.notice", "code": code}) == NoticeReported("unknown")


def cost_of(event: dict[str, Any]) -> int:
    size = json_size(event, MAX_ENTRY_UNITS)
    assert size is not None
    return UNITS_OF_ENTRY + size


def numbered(count: int, event: dict[str, Any] = EVENT, first: int = 1) -> dict[str, Any]:
    return batch(*([seq, 1, event] for seq in range(first, first + count)))


def test_what_comes_too_fast_is_left_out_and_told_once() -> None:
    up = uplink(TokenBucket(2 * cost_of(EVENT), 0, now=lambda: 0.0))
    read = [*up.read(numbered(9)), *up.read(numbered(9, first=10))]
    assert read == [EventReported(EVENT, 1), EventReported(EVENT, 1), NoticeReported("too_fast")]
    assert up.last_seq == 18


def test_a_page_that_goes_on_flooding_is_told_of_once_and_not_heard_again() -> None:
    now = 0.0
    up = uplink(TokenBucket(1000, 1000, now=lambda: now))
    told: list[object] = []
    for round_ in range(4):
        told += up.read(numbered(MAX_ENTRIES, first=1 + round_ * MAX_ENTRIES))
    assert told[-1] == Flooded()
    assert told.count(Flooded()) == told.count(NoticeReported("too_fast")) == 1
    now = 60.0
    assert list(up.read(numbered(1, first=10**6))) == []


@pytest.mark.parametrize(
    "large",
    [
        EVENT | {"text": "x" * 2_000},
        EVENT | {"content": [{}] * 300},
        EVENT | {"list": list(range(300))},
        EVENT | {f"a key of no use {number}": 0 for number in range(100)},
    ],
)
def test_long_text_and_many_parts_cost_more_than_a_small_event(large: dict[str, Any]) -> None:
    up = uplink(TokenBucket(10 * cost_of(EVENT), 0, now=lambda: 0.0))
    assert list(up.read(numbered(1, large))) == [NoticeReported("too_fast")]
    assert len(list(up.read(numbered(20, first=2)))) == 10


def test_an_outage_of_ten_busy_seconds_passes_whole() -> None:
    up = uplink(TokenBucket(BURST, PER_SECOND, now=lambda: 0.0))
    ids = {name: "id_of_about_thirty_characters_1" for name in ("event_id", "item_id", "response_id")}
    event = {**EVENT, **ids, "output_index": 0, "content_index": 0, "delta": "کچھ لفظ"}
    assert len(list(up.read(numbered(1000, event)))) == 1000


def test_the_echo_of_a_long_history_passes_whole() -> None:
    up = uplink(TokenBucket(BURST, PER_SECOND, now=lambda: 0.0))
    content = [{"type": "input_text", "text": "x" * 60}]
    item = {
        "id": "item_" + "x" * 20,
        "object": "realtime.item",
        "type": "message",
        "role": "user",
    }
    event = {
        **EVENT,
        "event_id": "x" * 25,
        "previous_item_id": "x" * 25,
        "item": {**item, "content": content},
    }
    echoes = [list(up.read(numbered(1000, event, first=first))) for first in (1, 1001)]
    assert [len(each) for each in echoes] == [1000, 1000]


def test_an_entry_nested_too_deep_is_left_out() -> None:
    nested: Any = 1
    for _ in range(300):
        nested = [nested]
    assert read_one(EVENT | {"usage": nested}) == NoticeReported("too_fast")


def test_what_may_move_items_costs_more() -> None:
    up = uplink(TokenBucket(3 * UNITS_OF_PLACING, 0, now=lambda: 0.0))
    assert len(list(up.read(numbered(50, EVENT | {"previous_item_id": None})))) <= 3


def test_what_makes_the_server_act_costs_more() -> None:
    up = uplink(TokenBucket(3 * UNITS_OF_ACTION, 0, now=lambda: 0.0))
    assert len(list(up.read(numbered(50, {"type": "guftagu.talk", "action": "answer"})))) == 3


@pytest.mark.parametrize("number", [10**400, -(10**400), 1e300])
def test_numbers_nobody_can_calculate_with_are_none(number: Any) -> None:
    assert list(uplink().read(batch([1, number, EVENT]))) == []
    event = {"type": "guftagu.phase", "phase": "failed", "attempt": 1, "retry_after_s": number}
    assert read_one(event) == PhaseReported(1, "failed", None, None)


def test_every_entry_hides_what_was_said_from_a_log() -> None:
    read = [read_one({"type": "guftagu.say", "text": "a secret"}), read_one(EVENT | {"delta": "a secret"})]
    assert "a secret" not in repr(read)


def test_no_more_than_so_many_entries_of_one_batch_are_looked_at() -> None:
    up = uplink(TokenBucket(10**6, 0, now=lambda: 0.0))
    read = list(up.read(batch(*([seq, 1, EVENT] for seq in range(1, MAX_ENTRIES + 50)))))
    assert len(read) == MAX_ENTRIES


@pytest.mark.parametrize("action", ["press", "release", "drop", "answer", "stop_answer"])
def test_what_is_done_by_a_button_is_read(action: Any) -> None:
    assert read_one({"type": "guftagu.talk", "action": action}) == ControlUsed(action)


@pytest.mark.parametrize("action", ["shout", None, 7, ["press"], {}])
def test_an_unknown_button_is_left_out(action: object) -> None:
    assert read_one({"type": "guftagu.talk", "action": action}) is None


def test_a_choice_is_read_whole_or_not_at_all() -> None:
    chosen: dict[str, Any] = {"push_to_talk": True, "speed": 1.5}
    assert read_one({"type": "guftagu.choice", "choice": chosen}) == Chosen(Choice(**chosen))
    assert read_one({"type": "guftagu.choice", "choice": chosen | {"instructions": "x"}}) is None
    assert read_one({"type": "guftagu.choice"}) is None
