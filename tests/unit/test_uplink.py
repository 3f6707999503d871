"""What a browser may send: each entry once, in order; whatever is malformed or unasked for is left out."""

import math
from typing import Any

import pytest

from calls.choice import Choice
from components.token_bucket import TokenBucket
from components.uplink import (
    MAX_ENTRIES,
    MAX_SAID_CHARS,
    Chosen,
    EventReported,
    NoticeReported,
    PhaseReported,
    Said,
    Talked,
    Uplink,
)

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


@pytest.mark.parametrize("reason", ["<script>", "a b", "x" * 81, 7, {"code": "x"}])
def test_a_reason_that_is_no_code_is_dropped(reason: object) -> None:
    event = {"type": "guftagu.phase", "phase": "failed", "attempt": 1, "reason": reason}
    assert read_one(event) == PhaseReported(1, "failed", None, None)


@pytest.mark.parametrize(("claimed", "taken"), [(-1, None), (math.inf, None), ("7", None), (10**9, 3600)])
def test_a_wait_is_a_sensible_number_of_seconds(claimed: object, taken: float | None) -> None:
    event = {"type": "guftagu.phase", "phase": "failed", "attempt": 1, "retry_after_s": claimed}
    assert read_one(event) == PhaseReported(1, "failed", None, taken)


def test_typed_words_are_trimmed_and_bounded() -> None:
    assert read_one({"type": "guftagu.say", "text": "  سلام  "}) == Said("سلام")
    said = read_one({"type": "guftagu.say", "text": "x" * 10_000})
    assert isinstance(said, Said) and len(said.text) == MAX_SAID_CHARS


@pytest.mark.parametrize("text", ["", "   ", None, 7, ["x"]])
def test_nothing_typed_is_nothing_said(text: object) -> None:
    assert read_one({"type": "guftagu.say", "text": text}) is None


def test_a_notice_without_a_proper_code_is_an_unknown_one() -> None:
    assert read_one({"type": "guftagu.notice", "code": "event_broken"}) == NoticeReported("event_broken")
    assert read_one({"type": "guftagu.notice", "code": "<b>"}) == NoticeReported("unknown")


def test_a_flood_is_cut_off_and_said_once_per_batch() -> None:
    up = uplink(TokenBucket(2, 0, now=lambda: 0.0))
    read = list(up.read(batch(*([seq, 1, EVENT] for seq in range(1, 10)))))
    assert read == [EventReported(EVENT, 1), EventReported(EVENT, 1), NoticeReported("too_fast")]


def test_no_more_than_so_many_entries_of_one_batch_are_looked_at() -> None:
    up = uplink(TokenBucket(10**6, 0, now=lambda: 0.0))
    read = list(up.read(batch(*([seq, 1, EVENT] for seq in range(1, MAX_ENTRIES + 50)))))
    assert len(read) == MAX_ENTRIES


@pytest.mark.parametrize("action", ["press", "release", "drop", "answer", "stop_answer"])
def test_what_is_done_by_a_button_is_read(action: Any) -> None:
    assert read_one({"type": "guftagu.talk", "action": action}) == Talked(action)


@pytest.mark.parametrize("action", ["shout", None, 7, ["press"], {}])
def test_an_unknown_button_is_left_out(action: object) -> None:
    assert read_one({"type": "guftagu.talk", "action": action}) is None


def test_a_choice_is_read_whole_or_not_at_all() -> None:
    chosen: dict[str, Any] = {"push_to_talk": True, "speed": 1.5}
    assert read_one({"type": "guftagu.choice", "choice": chosen}) == Chosen(Choice(**chosen))
    assert read_one({"type": "guftagu.choice", "choice": chosen | {"instructions": "x"}}) is None
    assert read_one({"type": "guftagu.choice"}) is None
