from typing import Any

import pytest

from realtime.conversation import FOLLOWED_EVENTS, Conversation
from realtime.conversation.changes import (
    ActivityChanged,
    Change,
    ErrorReported,
    ItemAdded,
    ItemCut,
    ItemFinished,
    ItemMoved,
    ItemRemoved,
    ResponseFinished,
    SessionReported,
    TextAppended,
    TextReplaced,
    ToolReady,
    UsageReported,
)
from realtime.conversation.conversation import REMEMBERED_EVENTS
from realtime.conversation.item import Item
from tests.fakes import turns

Event = dict[str, Any]


def after(*events: Event | list[Event], every_ms: float = 100) -> Conversation:
    conversation = Conversation()
    feed(conversation, *events, every_ms=every_ms)
    return conversation


def feed(
    conversation: Conversation, *events: Event | list[Event], every_ms: float = 100, from_ms: float = 0
) -> list[Change]:
    flat = [event for given in events for event in (given if isinstance(given, list) else [given])]
    return [
        change
        for number, event in enumerate(flat)
        for change in conversation.apply(event, from_ms + every_ms * number)
    ]


def ids(conversation: Conversation) -> list[str]:
    return [item.id for item in conversation.items]


def the(conversation: Conversation, item_id: str) -> Item:
    item = conversation.item(item_id)
    assert item
    return item


def doing(conversation: Conversation) -> str:
    return conversation.activity


def of(kind: type, changes: list[Change]) -> list[Any]:
    return [change for change in changes if isinstance(change, kind)]


def added(item_id: str, previous: str | None, role: str = "user", text: str = "hi") -> Event:
    kind = "output_text" if role == "assistant" else "input_text"
    item = {
        "id": item_id,
        "type": "message",
        "role": role,
        "status": "completed",
        "content": [{"type": kind, "text": text}],
    }
    return {"type": "conversation.item.added", "previous_item_id": previous, "item": item}


def delta(
    item_id: str, words: str, response_id: str = "resp_1", kind: str = "output_audio_transcript"
) -> Event:
    return {"type": f"response.{kind}.delta", "response_id": response_id, "item_id": item_id, "delta": words}


def created(response_id: str, **more: object) -> Event:
    return {"type": "response.created", "response": {"id": response_id, "status": "in_progress", **more}}


def done(response_id: str, status: str = "completed", **more: object) -> Event:
    return {"type": "response.done", "response": {"id": response_id, "status": status, "output": [], **more}}


def playback(what: str, response_id: str = "resp_1") -> Event:
    return {"type": f"output_audio_buffer.{what}", "response_id": response_id}


def truncated(item_id: str, audio_end_ms: object) -> Event:
    return {
        "type": "conversation.item.truncated",
        "item_id": item_id,
        "content_index": 0,
        "audio_end_ms": audio_end_ms,
    }


# -- text ------------------------------------------------------------------------------------------------


def test_a_spoken_turn_gives_two_finished_bubbles_in_order() -> None:
    conversation = after(turns.spoken_turn(1, "سلام", "وعلیکم السلام"))
    assert [(item.role, item.text, item.finished, item.spoken) for item in conversation.items] == [
        ("user", "سلام", True, True),
        ("assistant", "وعلیکم السلام", True, True),
    ]


def test_the_bubble_stands_before_its_words_are_recognised() -> None:
    conversation = after(turns.speech_heard("u1"), turns.reply("a1", "u1", ["Yes."]))
    assert ids(conversation) == ["u1", "a1"]
    assert not the(conversation, "u1").finished
    feed(conversation, turns.transcribed("u1", "Are you there?"))
    assert [item.text for item in conversation.items] == ["Are you there?", "Yes."]


def test_two_utterances_before_one_reply_lose_nothing() -> None:
    conversation = after(
        turns.speech_heard("u1"),
        turns.speech_heard("u2", "u1"),
        turns.reply("a1", "u2", ["Both heard."]),
        turns.transcribed("u2", "second"),
        turns.transcribed("u1", "first"),
    )
    assert [item.text for item in conversation.items] == ["first", "second", "Both heard."]


def test_several_items_of_one_response_are_several_bubbles() -> None:
    conversation = after(created("resp_1"), delta("a1", "One "), delta("a2", "Two"), delta("a1", "moment."))
    assert [item.text for item in conversation.items] == ["One moment.", "Two"]


def test_typed_words_are_there_at_once() -> None:
    changes = feed(conversation := Conversation(), added("u1", None, text="typed"))
    assert changes[0] == ItemAdded("u1", None)
    assert TextAppended("u1", "typed") in changes
    assert ItemFinished("u1") in changes
    assert not the(conversation, "u1").spoken


def test_a_delta_for_an_item_never_announced_opens_it() -> None:
    conversation = after(delta("a1", "…and so on"), {**turns.transcribed("u1", "go on")[0]})
    assert [(item.role, item.text) for item in conversation.items] == [
        ("assistant", "…and so on"),
        ("user", "go on"),
    ]


def test_text_comes_from_done_events_alone_if_no_delta_was_seen() -> None:
    conversation = after(
        {"type": "response.output_text.done", "item_id": "a1", "text": "whole"},
        {"type": "conversation.item.done", "item": added("a2", "a1", "assistant", "too")["item"]},
    )
    assert [item.text for item in conversation.items] == ["whole", "too"]


def test_a_final_transcript_that_differs_replaces_its_deltas() -> None:
    conversation = after(turns.speech_heard("u1"))
    first, completed = turns.transcribed("u1", "right words")
    changes = feed(conversation, {**first, "delta": "write"}, completed)
    assert TextReplaced("u1", "right words") in changes
    assert the(conversation, "u1").text == "right words"


def test_a_delta_that_comes_after_the_final_text_adds_nothing() -> None:
    first, completed = turns.transcribed("u1", "all of it")
    assert the(after(turns.speech_heard("u1"), completed, first), "u1").text == "all of it"


def test_each_content_part_keeps_its_own_words() -> None:
    conversation = after(
        {**delta("a1", "second"), "content_index": 1}, {**delta("a1", "first"), "content_index": 0}
    )
    assert the(conversation, "a1").text == "first\nsecond"


def test_a_failed_transcription_finishes_the_bubble_and_says_why() -> None:
    kind = "conversation.item.input_audio_transcription.failed"
    conversation = after(
        turns.speech_heard("u1", start_ms=500, end_ms=2900),
        {"type": kind, "item_id": "u1", "error": {"code": "no_recognizer"}},
    )
    item = the(conversation, "u1")
    assert (item.text, item.failure, item.status, item.finished) == ("", "no_recognizer", "failed", True)
    assert item.speech_ms == 2400


def test_the_text_of_an_item_is_told_once_and_by_text_changes_only() -> None:
    changes = feed(Conversation(), turns.spoken_turn(1, "question", "one two three"))
    told = {"user_1": "", "agent_1": ""}
    for change in of(TextAppended, changes):
        told[change.item_id] += change.text
    assert told == {"user_1": "question", "agent_1": "one two three"}


@pytest.mark.parametrize("status", ["cancelled", "incomplete", "failed"])
def test_a_response_that_did_not_complete_keeps_its_words(status: str) -> None:
    item = {"id": "a1", "type": "message", "role": "assistant", "status": "incomplete", "content": []}
    conversation = after(created("resp_1"), delta("a1", "half a sent"), done("resp_1", status, output=[item]))
    assert the(conversation, "a1").text == "half a sent"
    assert the(conversation, "a1").status == "incomplete"
    assert the(conversation, "a1").finished


# -- order -----------------------------------------------------------------------------------------------


def test_order_is_that_of_previous_item_id_not_of_arrival() -> None:
    assert ids(after(added("c", "b"), added("a", None), added("b", "a"))) == ["a", "b", "c"]


def test_a_moved_item_takes_along_what_stands_behind_it() -> None:
    conversation = after(added("a", None), added("b", "a"), delta("x", "late"), added("y", "x"))
    changes = feed(conversation, added("x", "a", "assistant"))
    assert of(ItemMoved, changes) == [ItemMoved("x", "a"), ItemMoved("y", "x")]
    assert ids(conversation) == ["a", "x", "y", "b"]


def test_root_puts_an_item_first() -> None:
    assert ids(after(added("a", None), added("b", "a"), added("s", "root", "system"))) == ["s", "a", "b"]


def test_a_server_that_always_sends_null_keeps_its_order_of_arrival() -> None:
    assert ids(after(added("a", None), added("b", None), added("c", None))) == ["a", "b", "c"]


def test_items_that_claim_to_follow_each_other_change_nothing() -> None:
    conversation = after(added("a", "a"), added("b", "a"), added("a", "b"))
    assert ids(conversation) == ["a", "b"]


def test_an_item_of_another_kind_keeps_its_place_in_the_order() -> None:
    listing = {
        "type": "conversation.item.added",
        "previous_item_id": "a",
        "item": {"id": "m", "type": "mcp_call"},
    }
    assert ids(after(added("c", "m"), added("a", None), added("b", "a"), listing)) == ["a", "c", "b"]


def test_a_deleted_item_is_gone_and_stays_gone() -> None:
    conversation = after(added("a", None), delta("b", "x"), added("b", "a", "assistant"), added("c", "b"))
    changes = feed(conversation, {"type": "conversation.item.deleted", "item_id": "b"}, delta("b", "late"))
    assert changes == [ItemRemoved("b")]
    assert ids(conversation) == ["a", "c"]
    assert ItemAdded("d", "a") in feed(conversation, added("d", "b"))


# -- barge-in --------------------------------------------------------------------------------------------


def test_audio_end_ms_marks_what_was_heard_at_a_word_boundary() -> None:
    conversation = after(
        turns.reply_begins("a1", None, ["one two three four"]), turns.barge_in("a1", "u2", 1000)
    )
    item = the(conversation, "a1")
    assert item.interrupted
    assert item.heard is not None
    assert item.text[: item.heard] == "one two three"  # 14 characters a second reach the space before "four"
    assert item.text == "one two three four"


def test_audio_end_zero_means_nothing_was_heard() -> None:
    conversation = after(turns.reply_begins("a1", None, ["one two"]), turns.barge_in("a1", "u2", 0))
    assert (the(conversation, "a1").heard, the(conversation, "a1").text) == (0, "one two")


def test_without_audio_end_ms_the_played_time_tells() -> None:
    conversation = Conversation()
    conversation.apply(playback("started"), 1000)
    conversation.apply(delta("a1", "one two three four five"), 1001)
    changes = conversation.apply(playback("cleared"), 1600)
    assert ItemCut("a1", len("one two")) in changes


def test_a_later_audio_end_ms_overrules_the_played_time() -> None:
    conversation = after(
        playback("started"), delta("a1", "one two three"), playback("cleared"), every_ms=5000
    )
    feed(conversation, truncated("a1", 0))
    assert the(conversation, "a1").heard == 0


@pytest.mark.parametrize("position", range(5))
def test_the_cut_may_come_at_any_moment_around_the_words(position: int) -> None:
    events = [
        created("resp_1"),
        delta("a1", "one two "),
        delta("a1", "three four"),
        done("resp_1", "cancelled"),
    ]
    events.insert(position, truncated("a1", 1000))
    assert the(after(events), "a1").heard == len("one two three")


def test_the_pace_is_learned_from_replies_that_were_played_to_their_end() -> None:
    conversation = Conversation()
    feed(conversation, delta("a1", "x" * 100, "r1"), playback("started", "r1"), done("r1"))
    conversation.apply(playback("stopped", "r1"), 100 + 20_000)
    feed(conversation, playback("started", "r2"), delta("a2", "ab cd ef gh ij", "r2"), truncated("a2", 1000))
    assert the(conversation, "a2").heard == len("ab cd")


def test_of_several_items_the_first_was_heard_and_the_last_was_not() -> None:
    conversation = Conversation()
    conversation.apply(playback("started"), 0)
    for number, words in enumerate(["short one. ", "this is the long one", "never played"]):
        conversation.apply({**delta(f"a{number}", words), "output_index": number}, 0)
    conversation.apply(playback("cleared"), 1500)
    assert [(item.interrupted, item.heard) for item in conversation.items] == [
        (False, None),
        (True, 7),
        (True, 0),
    ]


def test_a_reply_that_was_played_to_its_end_is_not_interrupted() -> None:
    conversation = after(turns.reply("a1", None, ["all ", "of it"]), playback("cleared", "resp_a1"))
    assert (the(conversation, "a1").interrupted, the(conversation, "a1").heard) == (False, None)


def test_a_server_that_empties_a_cut_item_does_not_empty_the_bubble() -> None:
    conversation = after(turns.reply_begins("a1", None, ["one two three"]), turns.barge_in("a1", "u2", 200))
    feed(conversation, added("a1", None, "assistant", ""), added("a1", None, "assistant", "one"))
    assert the(conversation, "a1").text == "one two three"


def test_words_that_come_after_the_cut_are_unheard() -> None:
    conversation = after(delta("a1", "one "), truncated("a1", 10_000))
    assert the(conversation, "a1").heard == len("one ")
    feed(conversation, truncated("a1", 500), delta("a1", "two three"))
    assert (the(conversation, "a1").heard, the(conversation, "a1").text) == (len("one two"), "one two three")


def test_what_stands_before_a_truncated_item_was_heard_and_what_stands_behind_was_not() -> None:
    items = [{**delta(f"a{n}", "some words"), "output_index": n} for n in range(3)]
    conversation = after(items, truncated("a1", 300))
    assert [item.heard for item in conversation.items] == [None, len("some"), 0]


def test_a_cut_nobody_timed_is_marked_without_a_length() -> None:
    conversation = Conversation()
    for event in (delta("a1", "one two"), playback("started"), playback("cleared")):
        conversation.apply(event)
    assert (the(conversation, "a1").interrupted, the(conversation, "a1").heard) == (True, None)


# -- activity --------------------------------------------------------------------------------------------


def test_activity_follows_a_turn() -> None:
    changes = feed(Conversation(), turns.spoken_turn(1, "q", "a"))
    told = [change.activity for change in of(ActivityChanged, changes)]
    assert told == ["caller_speaking", "thinking", "agent_speaking", "listening"]


def test_the_agent_speaks_until_playback_ends_whatever_response_done_says() -> None:
    conversation = after(turns.reply_begins("a1", None, ["hi"]), turns.reply_ends("a1", None, "hi"))
    assert doing(conversation) == "agent_speaking"
    feed(conversation, turns.playback_ends("a1"))
    assert doing(conversation) == "listening"


def test_a_reply_generated_before_it_sounds_is_still_awaited() -> None:
    conversation = after(created("resp_1"), delta("a1", "hi"), done("resp_1"))
    assert doing(conversation) == "thinking"
    feed(conversation, playback("started"), playback("stopped"))
    assert doing(conversation) == "listening"


@pytest.mark.parametrize("status", ["completed", "cancelled", "failed", "incomplete"])
def test_a_response_without_sound_does_not_leave_the_agent_thinking(status: str) -> None:
    conversation = after(turns.speech_heard("u1"), created("resp_1"), delta("a1", "hi", kind="output_text"))
    assert doing(conversation) == "thinking"
    feed(conversation, done("resp_1", status))
    assert doing(conversation) == "listening"


def test_a_barge_in_shows_the_caller_speaking_then_the_agent_thinking() -> None:
    conversation = after(turns.reply_begins("a1", None, ["hi"]), turns.barge_in("a1", "u2", 100))
    assert doing(conversation) == "caller_speaking"
    feed(conversation, turns.speech_heard("u2", "a1")[1:])
    assert doing(conversation) == "thinking"


def test_a_session_that_answers_only_when_asked_listens_after_a_turn() -> None:
    detection = {"type": "server_vad", "create_response": False}
    session = {"type": "realtime", "audio": {"input": {"turn_detection": detection}}}
    conversation = after({"type": "session.created", "session": session}, turns.speech_heard("u1"))
    assert doing(conversation) == "listening"


def test_an_error_instead_of_the_awaited_response_ends_the_thinking() -> None:
    conversation = after(turns.speech_heard("u1"), {"type": "error", "error": {"code": "server_error"}})
    assert doing(conversation) == "listening"


def test_a_cancelled_reply_does_not_hide_that_the_next_is_awaited() -> None:
    conversation = after(created("resp_1"), turns.speech_heard("u1"), done("resp_1", "cancelled"))
    assert doing(conversation) == "thinking"


# -- tools -----------------------------------------------------------------------------------------------


def function_call(status: str, response_id: str = "resp_1", kind: str = "done") -> Event:
    item = {
        "id": "f1",
        "type": "function_call",
        "call_id": "call_1",
        "name": "balance",
        "arguments": "{}",
        "status": status,
    }
    return {"type": f"response.output_item.{kind}", "response_id": response_id, "item": item}


def test_a_tool_is_ready_once_and_only_when_its_call_is_completed() -> None:
    conversation = after(created("resp_1"), function_call("in_progress", kind="added"))
    assert not of(ToolReady, feed(conversation, function_call("incomplete")))
    changes = feed(conversation, function_call("completed"), function_call("completed"))
    assert of(ToolReady, changes) == [ToolReady("f1", "call_1", "balance", "{}")]


def test_the_agent_thinks_while_a_tool_works() -> None:
    conversation = after(created("resp_1"), function_call("completed"), done("resp_1"))
    assert doing(conversation) == "thinking"


def test_a_tools_output_is_an_item() -> None:
    item = {"id": "o1", "type": "function_call_output", "call_id": "call_1", "output": "42"}
    conversation = after(
        function_call("completed"),
        {"type": "conversation.item.added", "previous_item_id": "f1", "item": item},
    )
    assert [(each.kind, each.role, each.output) for each in conversation.items] == [
        ("function_call", "tool", None),
        ("function_call_output", "tool", "42"),
    ]


# -- responses, usage, session ---------------------------------------------------------------------------


def out_of_band(response_id: str) -> list[Event]:
    item = {
        "id": "x",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "output_text", "text": "a summary"}],
    }
    about = {"response_id": response_id, "output_index": 0}
    more: Event = {"conversation_id": None, "metadata": {"topic": "summary"}}
    return [
        created(response_id, **more),
        {"type": "response.output_item.added", **about, "item": {**item, "content": []}},
        delta("x", "a summary", response_id, "output_text"),
        {"type": "response.output_text.done", **about, "item_id": "x", "text": "a summary"},
        {"type": "response.output_item.done", **about, "item": item},
        done(response_id, **{**more, "output": [item], "usage": turns.USAGE}),
    ]


def test_an_out_of_band_response_tells_its_end_and_its_cost_and_nothing_else() -> None:
    changes = feed(conversation := after(turns.spoken_turn(1, "q", "a")), out_of_band("resp_x"))
    assert changes == [
        UsageReported("response", turns.USAGE, "resp_x"),
        ResponseFinished("resp_x", "completed", None, {"topic": "summary"}, "a summary"),
    ]
    assert ids(conversation) == ["user_1", "agent_1"]


def test_a_server_that_names_no_conversation_is_believed_when_it_adds_the_item() -> None:
    announced = added("x", None, "assistant", "hello")
    conversation = after(created("resp_1", conversation_id=None), delta("x", "lost"), announced)
    assert [item.text for item in conversation.items] == ["hello"]


def test_where_conversations_are_named_an_out_of_band_item_stays_out_even_if_announced() -> None:
    conversation = after(created("r0", conversation_id="conv_1"), done("r0"), out_of_band("resp_x")[:3])
    assert not feed(conversation, added("x", None, "assistant"))


def test_usage_is_reported_once_however_often_it_is_told() -> None:
    twice = [done("resp_1", usage=turns.USAGE)] * 2 + [turns.transcribed("u1", "q")[1]] * 2
    assert [each.source for each in of(UsageReported, feed(Conversation(), twice))] == [
        "response",
        "transcription",
    ]


def test_a_failed_response_is_an_error_with_the_providers_code() -> None:
    details = {"type": "failed", "error": {"code": "rate_limit_exceeded", "message": "Slow down"}}
    changes = feed(Conversation(), created("resp_1"), done("resp_1", "failed", status_details=details))
    assert ErrorReported("rate_limit_exceeded", "Slow down") in changes
    assert of(ResponseFinished, changes)[0].reason == "rate_limit_exceeded"


def test_the_session_is_reported_as_the_provider_configured_it() -> None:
    session = {"id": "sess_1", "model": "gpt-realtime-2.1-mini"}
    changes = feed(Conversation(), {"type": "session.updated", "session": session})
    assert changes == [SessionReported(session)]


# -- what is unknown, older, repeated or broken ----------------------------------------------------------


def test_older_names_mean_the_same() -> None:
    conversation = after(
        {**added("u1", None), "type": "conversation.item.created"},
        {"type": "response.audio_transcript.delta", "item_id": "a1", "delta": "spo"},
        {"type": "response.audio_transcript.done", "item_id": "a1", "transcript": "spoken"},
        {"type": "response.text.delta", "item_id": "a2", "delta": "writ"},
        {"type": "response.text.done", "item_id": "a2", "text": "written"},
    )
    assert [item.text for item in conversation.items] == ["hi", "spoken", "written"]


def test_a_browser_is_asked_for_older_names_too_but_not_for_audio() -> None:
    assert {"response.audio_transcript.delta", "conversation.item.created"} <= FOLLOWED_EVENTS
    assert not {"response.output_audio.delta", "response.audio.delta"} & FOLLOWED_EVENTS


def test_an_unknown_event_changes_nothing() -> None:
    assert feed(Conversation(), {"type": "response.hologram.delta", "item_id": "a1", "delta": "x"}) == []


def test_a_repeated_event_does_not_double_the_text() -> None:
    again = {**delta("a1", "once"), "event_id": "event_7"}
    assert the(after(again, again), "a1").text == "once"


def test_only_so_many_event_ids_are_remembered() -> None:
    first = {**delta("a1", "x"), "event_id": "first"}
    others: list[Event] = [
        {"type": "error", "error": {}, "event_id": str(n)} for n in range(REMEMBERED_EVENTS)
    ]
    assert the(after(first, others, first), "a1").text == "xx"


def test_a_malformed_event_is_reported_the_first_time_and_changes_nothing() -> None:
    conversation = after(turns.spoken_turn(1, "q", "a"))
    before = conversation.items
    changes = feed(
        conversation, [{"type": "conversation.item.added", "item": 5}] * 3, delta("a1", "x") | {"delta": 1}
    )
    assert changes == [
        ErrorReported("malformed_event", "conversation.item.added"),
        ErrorReported("malformed_event", "response.output_audio_transcript.delta"),
    ]
    assert conversation.items == before


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), 10**400, True, "1000", None, [], {}])
def test_a_cut_at_no_number_changes_nothing(bad: object) -> None:
    conversation = after(turns.reply_begins("a1", None, ["one two"]), truncated("a1", bad))
    assert not the(conversation, "a1").interrupted


def test_half_a_surrogate_pair_cannot_reach_the_page() -> None:
    assert the(after(delta("a1", "x\ud83d")), "a1").text.encode() == b"x?"


def test_the_length_of_speech_leaves_out_what_voice_detection_adds_to_it() -> None:
    talk = Conversation()
    detection = {"type": "server_vad", "prefix_padding_ms": 300, "silence_duration_ms": 400}
    session = {"type": "realtime", "audio": {"input": {"turn_detection": detection}}}
    talk.apply({"type": "session.created", "session": session})
    talk.apply({"type": "input_audio_buffer.speech_started", "item_id": "u1", "audio_start_ms": 700})
    talk.apply({"type": "input_audio_buffer.speech_stopped", "item_id": "u1", "audio_end_ms": 3800})
    item = talk.item("u1")
    assert item and item.speech_ms == 2400
