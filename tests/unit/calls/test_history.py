from calls.history import MAX_CHARS, MAX_MESSAGES, awaits_answer, history
from realtime.conversation import Conversation


def message(item_id: str, role: str, content: dict[str, object], after: str | None) -> dict[str, object]:
    item = {"id": item_id, "type": "message", "role": role, "status": "completed", "content": [content]}
    return {"type": "conversation.item.done", "previous_item_id": after, "item": item}


def texts(conversation: Conversation) -> list[tuple[str, str, str]]:
    items = [event["item"] for event in history(conversation)]
    return [(item["id"], item["content"][0]["type"], item["content"][0]["text"]) for item in items]


def test_both_sides_are_told_in_order_with_their_own_ids() -> None:
    talk = Conversation()
    talk.apply(message("u1", "user", {"type": "input_text", "text": "Salam"}, None))
    talk.apply(message("a1", "assistant", {"type": "output_text", "text": "Welcome"}, "u1"))
    assert texts(talk) == [("u1", "input_text", "Salam"), ("a1", "output_text", "Welcome")]


def test_of_a_cut_reply_only_what_was_heard_is_told() -> None:
    talk = Conversation()
    talk.apply(message("a1", "assistant", {"type": "output_text", "text": "Heard and not heard"}, None))
    item = talk.item("a1")
    assert item
    item.heard = 5
    assert texts(talk) == [("a1", "output_text", "Heard")]


def test_what_has_no_words_is_left_out() -> None:
    talk = Conversation()
    talk.apply({"type": "input_audio_buffer.speech_started", "item_id": "u1"})
    call = {"id": "f1", "type": "function_call", "name": "x", "call_id": "c1", "arguments": "{}"}
    talk.apply({"type": "conversation.item.done", "item": call})
    assert history(talk) == []


def test_told_to_a_new_session_and_echoed_it_changes_no_transcript() -> None:
    talk = Conversation()
    talk.apply(message("u1", "user", {"type": "input_text", "text": "Salam"}, None))
    talk.apply(message("a1", "assistant", {"type": "output_text", "text": "Welcome here"}, "u1"))
    talk.item("a1").heard = 7  # type: ignore[union-attr]
    before = [(item.id, item.text, item.heard) for item in talk.items]
    for event in history(talk):
        talk.apply({"type": "conversation.item.added", "item": event["item"]})
        talk.apply({"type": "conversation.item.done", "item": event["item"]})
    assert [(item.id, item.text, item.heard) for item in talk.items] == before


def test_of_a_very_long_conversation_the_latest_words_are_told() -> None:
    talk = Conversation()
    for number in range(MAX_MESSAGES + 20):
        talk.apply(message(f"u{number}", "user", {"type": "input_text", "text": f"{number}"}, None))
    told = texts(talk)
    assert len(told) == MAX_MESSAGES
    assert (told[0][0], told[-1][0]) == ("u20", f"u{MAX_MESSAGES + 19}")


def test_no_more_text_is_told_than_a_model_can_hold() -> None:
    talk = Conversation()
    for number in range(20):
        talk.apply(message(f"u{number}", "user", {"type": "input_text", "text": "x" * 15_000}, None))
    told = texts(talk)
    assert sum(len(text) for _, _, text in told) <= MAX_CHARS
    assert told[-1][0] == "u19"


def test_the_last_words_say_who_waits_for_an_answer() -> None:
    talk = Conversation()
    assert not awaits_answer(talk)
    talk.apply(message("a1", "assistant", {"type": "output_text", "text": "Hi"}, None))
    assert not awaits_answer(talk)
    talk.apply(message("u1", "user", {"type": "input_text", "text": "Hello"}, "a1"))
    assert awaits_answer(talk)
