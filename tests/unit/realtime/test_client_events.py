"""Client events are what the provider's own SDK calls client events."""

from typing import Any

import pytest
from openai.types.realtime.realtime_client_event import RealtimeClientEvent
from pydantic import BaseModel, TypeAdapter

from realtime.client_events import (
    function_call_output,
    input_audio_buffer_append,
    input_audio_buffer_clear,
    input_audio_buffer_commit,
    item_truncate,
    message_create,
    output_audio_buffer_clear,
    response_cancel,
    response_create,
    session_update,
)

SDK_EVENTS: TypeAdapter[BaseModel] = TypeAdapter(RealtimeClientEvent)

EVENTS: dict[str, dict[str, Any]] = {
    "session": session_update({"instructions": "Be kind."}),
    "response": response_create(),
    "out-of-band response": response_create(
        instructions="Name it.", conversation="none", output_modalities=["text"], metadata={"mark": "1"}
    ),
    "cancel": response_cancel(),
    "caller's words": message_create("user", "سلام", "item_1"),
    "agent's words": message_create("assistant", "وعلیکم السلام"),
    "tool output": function_call_output("call_1", "{}"),
    "truncation": item_truncate("item_1", 640),
    "audio": input_audio_buffer_append(b"\0\0", "append-1"),
    "commit": input_audio_buffer_commit("commit-1"),
    "clear input": input_audio_buffer_clear(),
    "clear output": output_audio_buffer_clear(),
}


@pytest.mark.parametrize("event", EVENTS.values(), ids=EVENTS)
def test_the_sdk_reads_an_event_whole(event: dict[str, Any]) -> None:
    read = SDK_EVENTS.validate_python(event)
    assert read.model_dump(exclude_unset=True) == event
    assert _unknown_fields(read) == {}


def test_a_field_that_is_not_given_is_left_to_the_session() -> None:
    assert response_create() == {"type": "response.create"}
    assert response_create(instructions="Hello") == {
        "type": "response.create",
        "response": {"instructions": "Hello"},
    }


def test_an_update_of_a_transcription_session_keeps_its_type() -> None:
    assert session_update({"type": "transcription"})["session"] == {"type": "transcription"}


def _unknown_fields(read: BaseModel) -> dict[str, Any]:
    found = dict(read.model_extra or {})
    for name in type(read).model_fields:
        value = getattr(read, name)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, BaseModel):
                found |= _unknown_fields(each)
    return found
