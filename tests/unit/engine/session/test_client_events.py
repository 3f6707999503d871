from typing import Any

import pytest

from engine.session.event_rate import BURST_EVENTS
from tests.fakes.engine_session import FakeConnection, Stage


def error_for(text: str) -> dict[str, Any]:
    stage = Stage()
    stage.client_events.receive(text, stage.client)
    error: dict[str, Any] = stage.client.last("error")["error"]
    return error


@pytest.mark.parametrize(
    ("text", "code", "param"),
    [
        ("not json", "invalid_json", None),
        ("[]", "invalid_json", None),
        ("{}", "missing_required_parameter", "type"),
        ('{"type": "dance"}', "invalid_value", "type"),
        ('{"type": ["session.update"]}', "invalid_value", "type"),
        ('{"type": "session.update"}', "missing_required_parameter", "session"),
        ('{"type": "session.update", "session": {"voice": "ash"}}', "unknown_parameter", "session.voice"),
        ('{"type": "conversation.item.create"}', "missing_required_parameter", "item"),
        ('{"type": "conversation.item.delete"}', "missing_required_parameter", "item_id"),
        (
            '{"type": "conversation.item.delete", "item_id": "x"}',
            "item_delete_invalid_item_id",
            "item_id",
        ),
        ('{"type": "conversation.item.retrieve", "item_id": []}', "item_retrieve_invalid_item_id", "item_id"),
        (
            '{"type": "conversation.item.truncate", "item_id": "x"}',
            "missing_required_parameter",
            "content_index",
        ),
        (
            '{"type": "input_audio_buffer.append", "audio": ""}',
            "input_audio_buffer_append_unsupported",
            "type",
        ),
        ('{"type": "input_audio_buffer.commit"}', "input_audio_buffer_commit_empty", None),
        ('{"type": "response.create", "response": {"mood": 1}}', "unknown_parameter", "response.mood"),
        ('{"type": "response.create", "response": 7}', "invalid_type", "response"),
    ],
)
async def test_a_bad_event_gets_an_error_that_names_its_fault(
    text: str, code: str, param: str | None
) -> None:
    error = error_for(text)
    assert (error["code"], error["param"]) == (code, param)


async def test_an_error_carries_the_clients_event_id_and_goes_to_its_sender_alone() -> None:
    stage = Stage()
    other = FakeConnection()
    stage.session.attach(other)
    stage.send("dance", event_id="evt_7")
    assert stage.client.last("error")["error"]["event_id"] == "evt_7"
    assert "error" not in other.types()


async def test_the_session_goes_on_after_an_error() -> None:
    stage = Stage()
    stage.send("dance")
    stage.type("hello")
    assert stage.client.types()[-1] == "conversation.item.done"


async def test_an_item_is_added_where_it_is_put_retrieved_and_deleted() -> None:
    stage = Stage()
    stage.type("second")
    first = {"type": "message", "role": "user", "id": "a", "content": [{"type": "input_text", "text": "x"}]}
    stage.send("conversation.item.create", item=first, previous_item_id="root")
    assert stage.client.last("conversation.item.added")["previous_item_id"] is None
    stage.send("conversation.item.retrieve", item_id="a")
    assert stage.client.last("conversation.item.retrieved")["item"]["content"] == first["content"]
    stage.send("conversation.item.delete", item_id="a")
    assert stage.client.last("conversation.item.deleted")["item_id"] == "a"
    assert len(list(stage.session.items)) == 1


async def test_a_reply_can_be_truncated_within_its_length() -> None:
    stage = Stage()
    stage.send("response.create")
    await stage.settled()
    item_id = stage.client.last("response.output_item.done")["item"]["id"]
    cut = {"item_id": item_id, "content_index": 0}
    stage.send("conversation.item.truncate", **cut, audio_end_ms=99_000)
    assert stage.client.last("error")["error"]["param"] == "audio_end_ms"
    stage.send("conversation.item.truncate", **cut, audio_end_ms=700)
    assert stage.client.last("conversation.item.truncated")["audio_end_ms"] == 700


async def test_typed_words_have_no_audio_to_truncate() -> None:
    stage = Stage()
    stage.type("hello")
    item_id = stage.client.last("conversation.item.done")["item"]["id"]
    stage.send("conversation.item.truncate", item_id=item_id, content_index=0, audio_end_ms=0)
    assert stage.client.types()[-1] == "error"


async def test_a_stop_button_cancels_and_silences() -> None:
    stage = Stage()
    stage.send("response.create")
    await stage.settled()
    stage.audio_output.play_on(10)
    stage.send("output_audio_buffer.clear")
    assert stage.client.types()[-2:] == ["output_audio_buffer.cleared", "conversation.item.truncated"]
    assert stage.client.last("conversation.item.truncated")["audio_end_ms"] == 200


async def test_the_input_buffer_can_be_cleared() -> None:
    stage = Stage()
    stage.send("input_audio_buffer.clear")
    assert stage.client.types()[-1] == "input_audio_buffer.cleared"


async def test_an_update_is_answered_with_the_effective_session() -> None:
    stage = Stage(instructions="Be kind.")
    stage.send("session.update", session={"type": "realtime", "output_modalities": ["text"]})
    session = stage.client.last("session.updated")["session"]
    assert (session["output_modalities"], session["instructions"]) == (["text"], "Be kind.")


def test_events_that_come_too_fast_are_refused_as_the_api_does() -> None:
    stage = Stage()
    for _ in range(BURST_EVENTS + 1_000):
        stage.send("input_audio_buffer.clear")
    errors = stage.client.of("error")
    assert errors
    assert {event["error"]["code"] for event in errors} == {"rate_limit_exceeded"}
