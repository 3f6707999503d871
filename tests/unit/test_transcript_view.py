"""Changes of a conversation as drawing operations."""

import json
from typing import Any

import pytest

from components.transcript_view import (
    EARLIER_STEP,
    MAX_BUBBLE_CHARS,
    SHOWN_AT_FIRST,
    Op,
    TranscriptView,
    heard_units,
    joined,
)
from components.words import Words
from realtime.conversation import Conversation
from realtime.item import Item
from tests.fakes.turns import barge_in, reply, reply_begins, reply_ends, speech_heard, transcribed, typed


class Talk:
    """A conversation with its view."""

    def __init__(self, language: str = "en") -> None:
        self.conversation = Conversation()
        self.view = TranscriptView(self.conversation, Words(language), "ur")

    def hear(self, *events: dict[str, Any]) -> list[Op]:
        ops: list[Op] = []
        for at_ms, event in enumerate(events):
            ops += self.view.ops(self.conversation.apply(event, at_ms * 100.0))
        return ops


def delta(item_id: str, text: str) -> dict[str, Any]:
    kind = "response.output_audio_transcript.delta"
    return {
        "type": kind,
        "item_id": item_id,
        "response_id": f"resp_{item_id}",
        "content_index": 0,
        "delta": text,
    }


def named(ops: list[Op], name: str) -> list[Op]:
    return [op for op in ops if op[0] == name]


def test_an_item_becomes_a_bubble_behind_the_one_it_follows() -> None:
    talk = Talk()
    talk.hear(*typed("user_1", "سلام"))
    ops = talk.hear(*reply_begins("agent_1", "user_1", ["جی"]))
    assert named(ops, "add") == [["add", "agent_1", "assistant", "user_1", "ur", "rtl"]]
    assert named(ops, "append") == [["append", "agent_1", "جی"]]


def test_a_bubble_turns_when_the_majority_of_its_letters_does() -> None:
    talk = Talk()
    ops = talk.hear(*reply_begins("agent_1", None, ["JS Bank", " کی", " قریبی شاخ"]))
    assert named(ops, "turn") == [["turn", "agent_1", "en", "ltr"], ["turn", "agent_1", "ur", "rtl"]]


@pytest.mark.parametrize("before", [0, 5000])
def test_a_delta_costs_the_same_however_much_was_said_before(before: int) -> None:
    talk = Talk()
    for number in range(before):
        talk.hear(delta(f"item_{number}", "پہلے کی بات"))
    talk.hear(delta("now", "آج"))
    assert talk.hear(delta("now", " کی")) == [["append", "now", " کی"]]


def test_speech_nobody_could_transcribe_reads_as_heard() -> None:
    talk = Talk()
    talk.hear(*speech_heard("user_1", start_ms=500, end_ms=2900))
    failed = {
        "type": "conversation.item.input_audio_transcription.failed",
        "item_id": "user_1",
        "content_index": 0,
        "error": {"type": "x", "code": "no_recognizer", "message": "none here"},
    }
    assert ["note", "user_1", "(speech heard, 2.4 s)"] in talk.hear(failed)


def test_other_failures_of_the_recogniser_say_so() -> None:
    talk = Talk("ur")
    talk.hear(*speech_heard("user_1"))
    failed = {
        "type": "conversation.item.input_audio_transcription.failed",
        "item_id": "user_1",
        "content_index": 0,
        "error": {"type": "x", "code": "audio_unintelligible", "message": "?"},
    }
    assert ["note", "user_1", Words("ur")["transcript.untranscribed"]] in talk.hear(failed)


def test_a_barge_in_cuts_the_bubble() -> None:
    talk = Talk()
    talk.hear(*reply_begins("agent_1", None, ["ایک ", "دو ", "تین ", "چار "]))
    ops = talk.hear(*barge_in("agent_1", "user_1", audio_end_ms=100))
    assert named(ops, "cut")
    assert named(ops, "cut")[-1][1] == "agent_1"


@pytest.mark.parametrize(
    ("text", "heard", "units"),
    [
        ("ایک دو تین", 4, 6),
        ("ایک دو تین", 3, 3),
        ("ایک دو تین", 10, 10),
        ("ایک دو تین", 0, 0),
        ("🙂🙂 دو", 1, 4),
    ],
)
def test_the_unheard_part_begins_between_words_in_the_browsers_units(
    text: str, heard: int, units: int
) -> None:
    assert heard_units(Item("agent_1", "assistant", text=text, interrupted=True, heard=heard)) == units


def test_where_nobody_knows_what_was_heard_nothing_is_dimmed() -> None:
    assert heard_units(Item("agent_1", "assistant", text="ایک", interrupted=True)) is None


def test_only_a_finished_item_is_announced() -> None:
    talk = Talk()
    assert named(talk.hear(*reply_begins("agent_1", None, ["جی ", "ہاں"])), "finish") == []
    assert named(talk.hear(*reply_ends("agent_1", None, "جی ہاں")), "finish") == [["finish", "agent_1"]]


def test_a_final_text_that_differs_replaces_the_bubbles() -> None:
    talk = Talk()
    talk.hear(*speech_heard("user_1"))
    partial, final = transcribed("user_1", "میرا card"), transcribed("user_1", "میرا کارڈ")
    talk.hear(partial[0])
    assert named(talk.hear(final[1]), "text") == [["text", "user_1", "میرا کارڈ"]]


def test_a_tools_items_have_no_bubble_and_what_follows_still_finds_its_place() -> None:
    talk = Talk()
    talk.hear(*typed("user_1", "سلام"))
    call = {"id": "tool_1", "type": "function_call", "call_id": "c", "name": "look_up", "arguments": "{}"}
    added = {"type": "conversation.item.added", "previous_item_id": "user_1", "item": call}
    assert talk.hear(added) == []
    assert named(talk.hear(*reply("agent_1", "tool_1", ["جی"])), "add")[0][3] == "user_1"


def test_an_item_that_moves_or_goes_does_so_on_the_page() -> None:
    talk = Talk()
    talk.hear(*typed("user_1", "ایک"), delta("late", "جواب"), *typed("user_2", "دو", after="user_1"))
    moved = talk.hear(
        {
            "type": "conversation.item.added",
            "previous_item_id": "user_2",
            "item": {"id": "late", "type": "message", "role": "assistant", "content": []},
        }
    )
    assert named(moved, "move") in ([], [["move", "late", "user_2"]])
    assert talk.hear({"type": "conversation.item.deleted", "item_id": "user_2"}) == [["remove", "user_2"]]


def test_the_page_keeps_the_end_of_a_long_conversation_and_offers_the_rest() -> None:
    talk = Talk()
    ops: list[Op] = []
    for number in range(SHOWN_AT_FIRST + 2):
        ops += talk.hear(delta(f"item_{number}", "بات"))
    assert named(ops, "remove") == [["remove", "item_0"], ["remove", "item_1"]]
    assert named(ops, "earlier") == [["earlier", True]]


def test_earlier_items_come_back_whole_and_in_order() -> None:
    talk = Talk()
    for number in range(SHOWN_AT_FIRST + EARLIER_STEP + 30):
        talk.hear(delta(f"item_{number}", f"بات {number}"))
    first, second, third = (talk.view.show_earlier() for _ in range(3))
    added = [(op[1], op[3]) for op in named(first, "add")]
    assert added[:2] == [("item_30", None), ("item_31", "item_30")]
    assert len(added) == EARLIER_STEP
    assert ["append", "item_30", "بات 30"] in first
    assert (first[-1], second[-1]) == (["earlier", True], ["earlier", False])
    assert len(named(second, "add")) == 30
    assert third == [["earlier", False]]


def test_a_huge_text_is_shown_up_to_a_bound() -> None:
    talk = Talk()
    ops = talk.hear(*(delta("item_1", "لفظ " * 1000) for _ in range(8)))
    shown = "".join(op[2] for op in named(ops, "append"))
    assert len(shown) == MAX_BUBBLE_CHARS + 1
    assert shown.endswith("…")


def test_deltas_of_one_turn_of_the_loop_travel_as_one() -> None:
    ops: list[Op] = [["append", "a", "x"], ["append", "a", "y"], ["append", "b", "z"], ["append", "a", "w"]]
    assert joined(ops) == [["append", "a", "xy"], ["append", "b", "z"], ["append", "a", "w"]]


def test_operations_are_plain_json() -> None:
    talk = Talk()
    ops = talk.hear(
        *speech_heard("user_1"), *transcribed("user_1", "<b>"), *reply("agent_1", "user_1", ["جی"])
    )
    assert json.loads(json.dumps(ops)) == ops
