"""Changes of a conversation as drawing operations."""

import json
from typing import Any

import pytest

from calls.events import Closed
from calls.services.tool_outputs import apology
from components.shared.words import Words
from components.transcript.transcript_view import (
    MAX_BUBBLE_CHARS,
    MAX_SHOWN,
    STEP,
    Op,
    TranscriptView,
    clock,
    heard_units,
    joined,
)
from realtime.conversation import Conversation, transcript
from realtime.conversation.item import Item
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
    assert named(ops, "add") == [["add", "agent_1", "assistant", "user_1", "ur", "rtl", "00:00"]]
    assert named(ops, "append") == [["append", "agent_1", "جی"]]


def test_a_bubble_turns_when_the_majority_of_its_letters_does() -> None:
    talk = Talk()
    ops = talk.hear(*reply_begins("agent_1", None, ["JS Bank", " کی", " قریبی شاخ"]))
    assert named(ops, "turn") == [["turn", "agent_1", "en", "ltr"], ["turn", "agent_1", "ur", "rtl"]]


@pytest.mark.parametrize(
    ("at_ms", "began_ms", "shown"),
    [(1000, 1000, "00:00"), (62_999, 1000, "01:01"), (7_201_000, 1000, "120:00"), (0, 1000, "00:00")],
)
def test_an_item_is_timed_since_the_call_began(at_ms: float, began_ms: float, shown: str) -> None:
    assert clock(at_ms, began_ms) == shown


def test_an_item_nobody_timed_has_no_time() -> None:
    assert (clock(None, 1000), clock(1000, None)) == ("", "")


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


def test_what_was_never_written_down_says_so_at_the_end() -> None:
    talk = Talk()
    talk.hear(*speech_heard("user_1"))
    ops = talk.view.ops([Closed("stopped")])
    assert ops == [["note", "user_1", Words("en")["transcript.untranscribed"]], ["silence", None]]


def test_what_a_lost_session_left_unwritten_says_so() -> None:
    talk = Talk()
    talk.hear(*speech_heard("user_1"))
    ops = talk.view.ops(talk.conversation.leave_session())
    assert ["note", "user_1", Words("en")["transcript.untranscribed"]] in ops


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
        ("止めました。はい", 4, 4),
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


def tool_called(item_id: str, after: str | None, **more: str) -> dict[str, Any]:
    call = {"id": item_id, "type": "function_call", "call_id": "c", "name": "look_up", "arguments": "{}"}
    return {"type": "conversation.item.added", "previous_item_id": after, "item": call | more}


def test_a_tools_call_is_one_line_that_names_it_and_never_its_arguments() -> None:
    talk = Talk()
    ops = talk.hear(*typed("user_1", "سلام"), tool_called("tool_1", "user_1", arguments='{"cnic": "42101"}'))
    assert named(ops, "tool")[-1] == ["tool", "tool_1", "look_up", "running", "in progress"]
    assert "42101" not in json.dumps(ops)


def test_a_tools_call_is_done_once_its_output_is_there() -> None:
    talk = Talk()
    talk.hear(tool_called("tool_1", None))
    output = {"id": "tool_2", "type": "function_call_output", "call_id": "c", "output": "secret"}
    ops = talk.hear({"type": "conversation.item.added", "previous_item_id": "tool_1", "item": output})
    assert ops == [["tool", "tool_1", "look_up", "done", "done"]]


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("too_many", "limited"),
        ("timed_out", "timed_out"),
        ("failed", "failed"),
        ("controlled_only", "refused"),
    ],
)
@pytest.mark.parametrize("language", ["en", "ur"])
def test_a_tools_line_does_not_call_done_what_was_not(code: str, state: str, language: str) -> None:
    talk, words = Talk(language), Words(language)
    talk.hear(tool_called("tool_1", None))
    output = {
        "id": "tool_2",
        "type": "function_call_output",
        "call_id": "c",
        "output": apology(code, language),
    }
    (op,) = talk.hear({"type": "conversation.item.added", "previous_item_id": "tool_1", "item": output})
    assert op == ["tool", "tool_1", "look_up", state, words[f"transcript.tool_state.{state}"]]
    assert op[4] != words["transcript.tool_state.done"]


def test_a_tools_call_that_was_cut_off_did_not_work() -> None:
    talk = Talk()
    ops = talk.hear(tool_called("tool_1", None), tool_called("tool_1", None, status="incomplete"))
    assert named(ops, "tool")[-1][3] == "failed"


def test_what_follows_an_item_without_a_bubble_still_finds_its_place() -> None:
    talk = Talk()
    talk.hear(*typed("user_1", "سلام"))
    output = {"id": "tool_2", "type": "function_call_output", "call_id": "c", "output": "x"}
    assert talk.hear({"type": "conversation.item.added", "previous_item_id": "user_1", "item": output}) == []
    assert named(talk.hear(*reply("agent_1", "tool_2", ["جی"])), "add")[0][3] == "user_1"


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


def long_talk(count: int) -> tuple[Talk, list[Op]]:
    talk = Talk()
    return talk, [op for number in range(count) for op in talk.hear(delta(f"item_{number}", f"بات {number}"))]


def drawn(ops: list[Op], before: list[str] | None = None) -> list[str]:
    """Return the items on a page that draws the operations."""
    shown = list(before or [])
    for op in ops:
        if op[0] == "add":
            shown.insert(shown.index(op[3]) + 1 if op[3] else 0, op[1])
        elif op[0] == "remove":
            shown.remove(op[1])
    return shown


def numbered(start: int, stop: int) -> list[str]:
    return [f"item_{number}" for number in range(start, stop)]


def test_the_page_keeps_the_end_of_a_long_conversation_and_offers_the_rest() -> None:
    _talk, ops = long_talk(MAX_SHOWN + 2)
    assert drawn(ops) == numbered(2, MAX_SHOWN + 2)
    assert named(ops, "edges") == [["edges", None, True, False]]


def test_earlier_items_come_back_whole_and_in_order_while_later_ones_leave() -> None:
    talk, ops = long_talk(MAX_SHOWN + STEP + 30)
    shown, earlier = drawn(ops), talk.view.show_earlier()
    assert drawn(earlier, shown) == numbered(30, MAX_SHOWN + 30)
    assert ["append", "item_30", "بات 30"] in earlier
    assert earlier[-1] == ["edges", None, True, True]
    assert talk.view.show_earlier()[-1] == ["edges", None, False, True]


def test_the_way_back_to_the_end_is_open_by_steps_or_at_once() -> None:
    talk, ops = long_talk(MAX_SHOWN + 3 * STEP)
    shown = drawn(ops)
    for _ in range(3):
        shown = drawn(talk.view.show_earlier(), shown)
    shown = drawn(talk.view.show_later(), shown)
    assert shown == numbered(STEP, MAX_SHOWN + STEP)
    latest = talk.view.show_latest()
    assert drawn(latest, shown) == numbered(3 * STEP, MAX_SHOWN + 3 * STEP)
    assert latest[-1] == ["edges", None, True, False]


def test_what_is_said_while_somebody_reads_far_above_waits_in_the_record() -> None:
    talk, ops = long_talk(MAX_SHOWN + 2 * STEP)
    shown = drawn(talk.view.show_earlier(), drawn(ops))
    assert talk.hear(*reply("new", f"item_{MAX_SHOWN + 2 * STEP - 1}", ["نیا"])) == []
    assert drawn(talk.view.show_latest(), shown)[-1] == "new"


def test_an_item_far_away_is_shown_among_its_neighbours() -> None:
    talk, ops = long_talk(5000)
    around = drawn(talk.view.show_around("item_2500"), drawn(ops))
    assert around == numbered(2500 - MAX_SHOWN // 2, 2500 + MAX_SHOWN // 2)
    assert talk.view.show_around("item_2500") == []


def test_the_page_never_holds_more_than_its_bound_wherever_somebody_goes() -> None:
    talk, ops = long_talk(1000)
    shown = drawn(ops)
    for show in (talk.view.show_earlier, talk.view.show_earlier, talk.view.show_later, talk.view.show_latest):
        shown = drawn(show(), shown)
        assert len(shown) == MAX_SHOWN


def test_a_view_of_a_conversation_that_goes_on_shows_what_was_said_before() -> None:
    talk, _ops = long_talk(3)
    again = TranscriptView(talk.conversation, Words("en"), "ur")
    assert drawn(again.show_latest()) == numbered(0, 3)


# -- the voice -----------------------------------------------------------------------------------------


def test_the_voice_is_one_operation_of_constant_size_at_its_beginning_and_its_end() -> None:
    talk = Talk()
    ops = talk.hear(*reply("agent_1", None, [f"لفظ {number} " for number in range(200)]))
    assert [op[:2] for op in ops if op[0] in ("voice", "said")] == [["voice", "agent_1"], ["said", "agent_1"]]


def test_the_end_of_a_call_ends_every_voice() -> None:
    assert Talk().view.ops([Closed("stopped")]) == [["silence", None]]


# -- letters that were not expected --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("मेरा बैलेंस क्या है", "devanagari"),
        ("please tell me my balance", "latin"),
        ("残高を教えてください", "other"),
    ],
)
def test_speech_that_came_back_in_other_letters_says_so(text: str, script: str) -> None:
    talk = Talk()
    ops = talk.hear(*speech_heard("user_1"), *transcribed("user_1", text))
    assert ["note", "user_1", Words("en")[f"transcript.script.{script}"]] in ops


@pytest.mark.parametrize("text", ["OK", "JS Bank", "میرا JS Bank کا debit card کھو گیا ہے"])
def test_a_name_or_a_word_in_other_letters_is_no_surprise(text: str) -> None:
    talk = Talk()
    assert named(talk.hear(*speech_heard("user_1"), *transcribed("user_1", text)), "note") == []


def test_no_language_of_a_bilingual_persona_gets_a_note() -> None:
    conversation = Conversation()
    view = TranscriptView(conversation, Words("en"), "en", "ur")
    ops: list[Op] = []
    for event in reply("agent_1", None, ["آپ کا کارڈ ", "بند کر دیا گیا ہے"]):
        ops += view.ops(conversation.apply(event, 0))
    assert named(ops, "note") == []
    assert named(ops, "turn") == [["turn", "agent_1", "ur", "rtl"]]


def test_a_bubble_turns_with_the_majority_of_its_letters_whatever_their_language() -> None:
    talk = Talk()
    ops = talk.hear(*reply_begins("agent_1", None, ["Visa ", "הכרטיס ", "שלך ", "נחסם"]))
    assert named(ops, "turn") == [["turn", "agent_1", "en", "ltr"], ["turn", "agent_1", "he", "rtl"]]


def test_typed_words_are_in_the_letters_their_writer_chose() -> None:
    assert named(Talk().hear(*typed("user_1", "please tell me my balance")), "note") == []


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


def test_a_bubble_whose_item_left_memory_is_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transcript, "MAX_ITEMS", 3)
    talk = Talk()
    ops = talk.hear(*(event for number in range(5) for event in typed(f"u{number}", "word")))
    assert named(ops, "remove") == [["remove", "u0"], ["remove", "u1"]]
    assert talk.view.shown_ids == {"u2", "u3", "u4"}


def test_an_item_behind_one_without_a_bubble_stands_behind_the_nearest_bubble() -> None:
    talk = Talk()
    system = {"id": "s", "type": "message", "role": "system", "content": []}
    talk.hear(*typed("u1", "one"))
    talk.hear({"type": "conversation.item.added", "previous_item_id": "u1", "item": system})
    talk.hear(*typed("u2", "two", "s"))
    ops = talk.hear(*typed("u3", "three", "s"))
    assert [op[:4] for op in [*named(ops, "add"), *named(ops, "move")]][-1][-1] == "u1"
