"""Whatever order the API allows, the transcript is the same; whatever arrives, nothing raises.

A scripted call is a set of streams. Each keeps its own order, some events wait for one of another stream, and
apart from that they interleave as hypothesis likes.
"""

import json
import logging
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from realtime.bounds import MAX_ITEM_CHARS
from realtime.conversation import FOLLOWED_EVENTS, Conversation
from realtime.conversation import transcript as transcript_module
from realtime.conversation.changes import (
    Change,
    ErrorReported,
    ItemAdded,
    ItemFinished,
    ItemForgotten,
    ItemMoved,
    ItemRemoved,
    TextAppended,
    TextReplaced,
    ToolReady,
)
from tests.fakes import turns

Event = dict[str, Any]
WORDS = st.lists(st.sampled_from(["سلام", "balance", "ہاں", "one", "two", "three"]), min_size=1, max_size=5)


@dataclass
class Step:
    """One event, when it happened, and the steps that must have arrived before it."""

    event: Event
    at_ms: float
    needs: list["Step"] = field(default_factory=list)


@dataclass
class Script:
    """The streams of one call, written in the order in which the provider makes things happen."""

    streams: list[list[Step]] = field(default_factory=list)
    playback: list[Step] = field(default_factory=list)
    now_ms: float = 0
    last_item: str | None = None
    count: int = 0
    expected: list[tuple[str, str, str]] = field(default_factory=list)

    def step(self, event: Event, *needs: Step) -> Step:
        self.now_ms += 137
        event = {**event, "event_id": f"event_{self.now_ms}"}
        return Step(event, self.now_ms, list(needs))

    def next_id(self, kind: str) -> str:
        self.count += 1
        return f"{kind}_{self.count}"

    def speak(self, words: list[str]) -> None:
        item_id, text = self.next_id("user"), " ".join(words)
        self.streams.append([self.step(event) for event in turns.speech_heard(item_id, self.last_item)])
        self.streams.append([self.step(event) for event in turns.transcribed(item_id, text)])
        self.last_item = item_id
        self.expected.append((item_id, "user", text))

    def answer(self, replies: list[list[str]], ending: str, *, calls_tool: bool) -> None:
        response_id = self.next_id("resp")
        created = self.step({"type": "response.created", "response": {"id": response_id}})
        ends = [self._say(response_id, place, words, created) for place, words in enumerate(replies)]
        if calls_tool:
            ends.append(self._call_tool(response_id, len(replies), created))
        status = "cancelled" if ending == "barge-in" else "completed"
        done = self.step({"type": "response.done", "response": {"id": response_id, "status": status}}, *ends)
        self.streams += [[created], [done]]
        self.playback.append(self.step({"type": "output_audio_buffer.started", "response_id": response_id}))
        self.now_ms += 900
        what, needs = ("cleared", []) if ending == "barge-in" else ("stopped", [done])
        end = {"type": f"output_audio_buffer.{what}", "response_id": response_id}
        self.playback.append(self.step(end, *needs))

    def _say(self, response_id: str, place: int, words: list[str], created: Step) -> Step:
        item_id, text = self.next_id("agent"), " ".join(words)
        about = {"response_id": response_id, "item_id": item_id, "output_index": place, "content_index": 0}
        item = {"id": item_id, "type": "message", "role": "assistant", "status": "in_progress", "content": []}
        full = {**item, "status": "completed", "content": [{"type": "output_audio", "transcript": text}]}
        kind, previous = "response.output_audio_transcript", self.last_item
        pieces = [word if not number else f" {word}" for number, word in enumerate(words)]
        announced = [
            self.step({"type": "response.output_item.added", **about, "item": item}, created),
            self.step(
                {"type": "conversation.item.added", "previous_item_id": previous, "item": item}, created
            ),
        ]
        said = [self.step({"type": f"{kind}.delta", **about, "delta": piece}) for piece in pieces]
        finished = [
            self.step({"type": f"{kind}.done", **about, "transcript": text}),
            self.step({"type": "conversation.item.done", "previous_item_id": previous, "item": full}),
            self.step({"type": "response.output_item.done", **about, "item": full}),
        ]
        self.streams.append([*announced, *said, *finished])
        self.last_item = item_id
        self.expected.append((item_id, "assistant", text))
        return finished[-1]

    def _call_tool(self, response_id: str, place: int, created: Step) -> Step:
        item_id = self.next_id("call")
        about = {"response_id": response_id, "output_index": place}
        item = {"id": item_id, "type": "function_call", "name": "look", "call_id": item_id, "arguments": "{}"}
        previous, output_id = self.last_item, f"{item_id}_output"
        opened = {**item, "status": "in_progress"}
        closed = {**item, "status": "completed"}
        stream = [
            self.step({"type": "response.output_item.added", **about, "item": opened}, created),
            self.step(
                {"type": "conversation.item.added", "previous_item_id": previous, "item": opened}, created
            ),
            self.step({"type": "conversation.item.done", "previous_item_id": previous, "item": closed}),
            self.step({"type": "response.output_item.done", **about, "item": closed}),
        ]
        output = {"id": output_id, "type": "function_call_output", "call_id": item_id, "output": "42"}
        told = {"type": "conversation.item.added", "previous_item_id": item_id, "item": output}
        self.streams += [stream, [self.step(told, stream[-1])]]
        self.last_item = output_id
        self.expected += [(item_id, "tool", ""), (output_id, "tool", "")]
        return stream[-1]

    def truncate(self, item_id: str, audio_end_ms: int) -> None:
        event = {"type": "conversation.item.truncated", "item_id": item_id, "audio_end_ms": audio_end_ms}
        self.streams.append([self.step(event)])


@st.composite
def scripts(draw: st.DrawFn) -> Script:
    script = Script()
    for _ in range(draw(st.integers(1, 4))):
        for _ in range(draw(st.integers(1, 2))):
            script.speak(draw(WORDS))
        ending = draw(st.sampled_from(["played", "barge-in"]))
        replies = draw(st.lists(WORDS, min_size=1, max_size=3))
        script.answer(replies, ending, calls_tool=draw(st.booleans()))
        if ending == "barge-in" and draw(st.booleans()):
            agents = [item_id for item_id, role, _ in script.expected if role == "assistant"]
            script.truncate(agents[-1], draw(st.integers(0, 3000)))
    return script


def in_order(script: Script) -> list[Step]:
    steps = [step for stream in [*script.streams, script.playback] for step in stream]
    return sorted(steps, key=lambda step: step.at_ms)


def interleaved(script: Script, draw: st.DrawFn) -> list[Step]:
    streams = [list(stream) for stream in [*script.streams, script.playback]]
    arrived: list[Step] = []
    seen: set[int] = set()
    while any(streams):
        ready = [s for s in streams if s and all(id(need) in seen for need in s[0].needs)]
        chosen = draw(st.sampled_from(ready)).pop(0)
        arrived.append(chosen)
        seen.add(id(chosen))
    return arrived


@st.composite
def scripts_in_two_orders(draw: st.DrawFn) -> tuple[Script, list[Step]]:
    script = draw(scripts())
    return script, interleaved(script, draw)


def play(steps: list[Step]) -> tuple[Conversation, list[Change]]:
    conversation = Conversation()
    return conversation, [change for step in steps for change in conversation.apply(step.event, step.at_ms)]


def transcript(conversation: Conversation) -> list[tuple[object, ...]]:
    return [
        (
            item.id,
            item.role,
            item.kind,
            item.text,
            item.status,
            item.finished,
            item.interrupted,
            item.heard,
            item.output,
        )
        for item in conversation.items
    ]


@settings(max_examples=80, deadline=None)
@given(scripts_in_two_orders())
def test_any_order_the_api_allows_gives_the_same_transcript(given_: tuple[Script, list[Step]]) -> None:
    script, shuffled = given_
    straight, _ = play(in_order(script))
    other, _ = play(shuffled)
    assert [(item.id, item.role, item.text) for item in straight.items] == script.expected
    assert transcript(other) == transcript(straight)
    assert all(item.finished for item in other.items if item.kind == "message")


@settings(max_examples=30, deadline=None)
@given(scripts_in_two_orders())
def test_events_that_arrive_twice_change_nothing(given_: tuple[Script, list[Step]]) -> None:
    script, shuffled = given_
    once, _ = play(in_order(script))
    twice, changes = play([step for step in shuffled for _ in range(2)])
    assert transcript(twice) == transcript(once)
    ready = [change.call_id for change in changes if isinstance(change, ToolReady)]
    assert len(ready) == len(set(ready))


class Drawn:
    """What a page shows that only ever follows the changes."""

    def __init__(self) -> None:
        self.order: list[str] = []
        self.texts: dict[str, str] = {}
        self.finished: list[str] = []

    def follow(self, change: Change) -> None:
        if isinstance(change, ItemMoved):
            self.order.remove(change.item_id)
        if isinstance(change, ItemAdded | ItemMoved):
            self.order.insert(self.order.index(change.after) + 1 if change.after else 0, change.item_id)
            self.texts.setdefault(change.item_id, "")
        elif isinstance(change, ItemRemoved | ItemForgotten):
            self.order.remove(change.item_id)
        elif isinstance(change, TextAppended):
            self.texts[change.item_id] += change.text
        elif isinstance(change, TextReplaced):
            self.texts[change.item_id] = change.text
        elif isinstance(change, ItemFinished):
            self.finished.append(change.item_id)


@settings(max_examples=50, deadline=None)
@given(scripts_in_two_orders(), st.lists(st.integers(0, 200), max_size=3))
def test_who_follows_the_changes_sees_what_the_items_say(
    given_: tuple[Script, list[Step]], deletions: list[int]
) -> None:
    script, shuffled = given_
    for place in deletions:
        item_id = script.expected[place % len(script.expected)][0]
        deletion = {"type": "conversation.item.deleted", "item_id": item_id}
        shuffled.insert(place % len(shuffled), Step(deletion, 0))
    conversation, changes = play(shuffled)
    drawn = Drawn()
    for change in changes:
        drawn.follow(change)
    assert drawn.order == [item.id for item in conversation.items]
    assert [drawn.texts[item_id] for item_id in drawn.order] == [item.text for item in conversation.items]
    assert len(drawn.finished) == len(set(drawn.finished))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
IDS = st.sampled_from(["a", "b", "c", "", "root"])
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "item_id": IDS | JSON,
    "previous_item_id": IDS | JSON,
    "response_id": IDS | JSON,
    "event_id": JSON,
    "delta": st.text() | JSON,
    "transcript": st.text() | JSON,
    "text": st.text() | JSON,
    "content_index": st.integers() | JSON,
    "output_index": st.integers() | JSON,
    "audio_end_ms": st.floats() | st.integers() | JSON,
    "audio_start_ms": st.floats() | JSON,
    "error": st.fixed_dictionaries({}, optional={"code": JSON, "message": JSON}) | JSON,
    "usage": JSON,
    "session": st.fixed_dictionaries({}, optional={"type": JSON, "audio": JSON, "turn_detection": JSON})
    | JSON,
}
CONTENT = st.fixed_dictionaries(
    {"type": st.sampled_from(["input_text", "input_audio", "output_audio", "output_text"]) | JSON},
    optional={"text": st.text() | JSON, "transcript": st.text() | JSON},
)
ITEM = st.fixed_dictionaries(
    {
        "id": IDS | JSON,
        "type": st.sampled_from(["message", "function_call", "function_call_output"]) | JSON,
        "role": st.sampled_from(["user", "assistant", "system"]) | JSON,
    },
    optional={
        "status": st.sampled_from(["completed", "incomplete", "in_progress"]) | JSON,
        "content": st.lists(CONTENT | JSON, max_size=3) | JSON,
        "call_id": IDS | JSON,
        "name": JSON,
        "arguments": JSON,
        "output": JSON,
    },
)
RESPONSE = st.fixed_dictionaries(
    {"id": IDS | JSON},
    optional={
        "status": st.sampled_from(["completed", "cancelled", "failed", "incomplete"]) | JSON,
        "status_details": JSON,
        "conversation_id": JSON,
        "conversation": st.sampled_from(["none", "auto"]) | JSON,
        "output": st.lists(ITEM | JSON, max_size=3) | JSON,
        "usage": JSON,
        "metadata": JSON,
    },
)
HOSTILE = JSON | st.fixed_dictionaries(
    {"type": st.sampled_from(sorted(FOLLOWED_EVENTS)) | JSON},
    optional={**FIELDS, "item": ITEM | JSON, "response": RESPONSE | JSON},
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(HOSTILE, st.none() | st.floats() | JSON), max_size=12))
def test_nothing_that_can_arrive_raises_and_the_page_can_show_what_is_left(
    events: list[tuple[Any, Any]],
) -> None:
    conversation, drawn = Conversation(), Drawn()
    for event, at_ms in events:
        for change in conversation.apply(event, at_ms):
            drawn.follow(change)
    assert drawn.order == [item.id for item in conversation.items]
    for item in conversation.items:
        assert json.dumps([item.id, item.text, item.name], ensure_ascii=False).encode()
        assert item.heard is None or 0 <= item.heard <= len(item.text)


FEW_IDS = st.sampled_from(["a", "b", "c", "d", "root", "\ud800"])
"""Also of responses and tool calls, so that one id stands for several things."""
NUMBERS = st.sampled_from(
    [0, 1, -1, 2**31, 10**400, -(10**400), 1e308, float("nan"), float("inf"), True, None, "1"]
)
SAID = st.sampled_from(["", "word", "سلام ", "\ud83d", "\ude00", "\0", "x" * (MAX_ITEM_CHARS // 2)])
CLASHING_ITEM = st.fixed_dictionaries(
    {
        "id": FEW_IDS,
        "type": st.sampled_from(["message", "function_call", "function_call_output"]),
        "role": st.sampled_from(["user", "assistant", "system"]),
    },
    optional={
        "status": st.sampled_from(["completed", "incomplete", "in_progress"]),
        "content": st.lists(
            st.fixed_dictionaries(
                {"type": st.sampled_from(["input_text", "input_audio", "output_audio", "output_text"])},
                optional={"text": SAID, "transcript": SAID},
            ),
            max_size=3,
        ),
        "call_id": FEW_IDS,
        "name": SAID,
        "arguments": SAID,
        "output": SAID,
    },
)
CLASHING: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {
        "type": st.sampled_from(sorted(FOLLOWED_EVENTS)),
        "item_id": FEW_IDS,
        "response_id": FEW_IDS,
        "delta": SAID,
        "transcript": SAID,
        "text": SAID,
        "arguments": SAID,
        "item": CLASHING_ITEM,
        "response": st.fixed_dictionaries(
            {"id": FEW_IDS, "output": st.lists(CLASHING_ITEM, max_size=3)},
            optional={
                "status": st.sampled_from(["completed", "cancelled", "failed", "incomplete"]),
                "conversation_id": st.sampled_from([None, "conv"]),
                "usage": st.dictionaries(st.sampled_from(["input_tokens", "seconds", "x"]), NUMBERS),
            },
        ),
        "error": st.fixed_dictionaries({"code": SAID, "event_id": FEW_IDS}),
        "session": st.just({}),
        "content_index": NUMBERS,
        "output_index": NUMBERS,
        "audio_start_ms": NUMBERS,
        "audio_end_ms": NUMBERS,
    },
    optional={"previous_item_id": FEW_IDS | st.sampled_from([None, [], {}, 7])},
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(CLASHING, NUMBERS), max_size=25),
    st.integers(0, 25),
    st.integers(2, 6),
)
def test_one_id_in_several_roles_raises_nothing_and_is_drawn_as_it_is(
    caplog: pytest.LogCaptureFixture, events: list[tuple[Any, Any]], renewed_before: int, most_items: int
) -> None:
    caplog.set_level(logging.INFO)
    conversation, drawn = Conversation(), Drawn()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(transcript_module, "MAX_ITEMS", most_items)
        for place, (event, at_ms) in enumerate(events):
            changes = conversation.leave_session(0) if place == renewed_before else []
            for change in [*changes, *conversation.apply(event, at_ms)]:
                drawn.follow(change)
    items = conversation.items
    assert caplog.text == ""  # No handler had to be stopped.
    assert drawn.order == [item.id for item in items]
    assert [drawn.texts[item.id] for item in items] == [item.text for item in items]
    assert len(items) <= most_items
    assert [item.id for item in conversation.newest_first()] == drawn.order[::-1]
    assert [item.position for item in items] == sorted(item.position for item in items)
    for item in items:
        assert len(item.text.encode().decode()) <= MAX_ITEM_CHARS
        assert item.heard is None or 0 <= item.heard <= len(item.text)
        assert (item.role == "tool") == (item.kind != "message")


def test_a_handler_that_raises_is_a_malformed_event_and_says_nothing_of_what_it_held(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("my card is 4111")

    conversation = Conversation()
    monkeypatch.setattr(transcript_module.Transcript, "append_text", fail)
    event = {"type": "response.output_text.delta", "item_id": "a", "delta": "my card is 4111"}
    changes = conversation.apply(event, 0)
    assert ErrorReported("malformed_event", "response.output_text.delta") in changes
    assert "ValueError in " in caplog.text
    assert "4111" not in caplog.text


def test_an_assistants_delta_for_the_callers_item_is_malformed() -> None:
    conversation = Conversation()
    for event in turns.typed("user_1", "Hello"):
        conversation.apply(event, 0)
    delta = {
        "type": "response.output_audio_transcript.delta",
        "item_id": "user_1",
        "response_id": "resp_1",
        "delta": "words",
    }
    kind = "response.output_audio_transcript.delta"
    assert conversation.apply(delta, 0) == [ErrorReported("malformed_event", kind)]
    assert [(item.role, item.text) for item in conversation.items] == [("user", "Hello")]
