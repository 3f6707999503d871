"""Builders of the events that a client sends to a Realtime session, one function an event.

Source: https://platform.openai.com/docs/api-reference/realtime-client-events
"""

import base64
from collections.abc import Mapping, Sequence
from typing import Literal

from realtime.events import ClientEvent
from realtime.fields import Json


def session_update(session: Json) -> Json:
    """Build `session.update`.

    :param session: the fields to change; a session whose `type` is not named is a `realtime` one
    """
    return {"type": ClientEvent.SESSION_UPDATE, "session": {"type": "realtime", **session}}


def response_create(
    *,
    instructions: str | None = None,
    conversation: Literal["auto", "none"] | None = None,
    output_modalities: Sequence[Literal["audio", "text"]] | None = None,
    metadata: Mapping[str, str] | None = None,
    tool_choice: Literal["auto", "none", "required"] | None = None,
) -> Json:
    """Build `response.create`; a field that is None is left to the session.

    :param instructions: replace the session's for this response
    :param conversation: "none" for an out-of-band response, which adds nothing to the conversation
    :param metadata: comes back in every event that holds the whole response
    :param tool_choice: "none" for a response that calls no tool
    """
    given = {
        "instructions": instructions,
        "conversation": conversation,
        "output_modalities": list(output_modalities) if output_modalities else None,
        "metadata": dict(metadata) if metadata else None,
        "tool_choice": tool_choice,
    }
    response = {name: value for name, value in given.items() if value is not None}
    return {"type": ClientEvent.RESPONSE_CREATE, **({"response": response} if response else {})}


def response_cancel() -> Json:
    """Build `response.cancel`, which stops the generation of the response in progress."""
    return {"type": ClientEvent.RESPONSE_CANCEL}


def message_create(role: str, text: str, item_id: str | None = None) -> Json:
    """Build `conversation.item.create` for a written message.

    :param role: "user", "assistant" or "system"
    :param item_id: id of the new item; None lets the provider choose one
    """
    kind = "output_text" if role == "assistant" else "input_text"
    message = {"type": "message", "role": role, "content": [{"type": kind, "text": text}]}
    return _item_create({"id": item_id, **message} if item_id else message)


def function_call_output(call_id: str, output: str) -> Json:
    """Build `conversation.item.create` for what a tool returned.

    :param call_id: the `call_id` of the function call
    """
    return _item_create({"type": "function_call_output", "call_id": call_id, "output": output})


def item_truncate(item_id: str, audio_end_ms: int, content_index: int = 0) -> Json:
    """Build `conversation.item.truncate`, which removes what the caller did not hear of a reply.

    :param audio_end_ms: milliseconds of its audio that were heard
    """
    part = {"item_id": item_id, "content_index": content_index}
    return {"type": ClientEvent.ITEM_TRUNCATE, **part, "audio_end_ms": audio_end_ms}


def input_audio_buffer_append(pcm: bytes, event_id: str | None = None) -> Json:
    """Build `input_audio_buffer.append`.

    :param pcm: 24 kHz mono PCM16
    :param event_id: names this event in an error about it
    """
    audio = base64.b64encode(pcm).decode()
    return {"type": ClientEvent.INPUT_APPEND, "audio": audio, **_event_id(event_id)}


def input_audio_buffer_commit(event_id: str | None = None) -> Json:
    """Build `input_audio_buffer.commit`, which makes a user message of the appended audio.

    :param event_id: names this event in an error about it
    """
    return {"type": ClientEvent.INPUT_COMMIT, **_event_id(event_id)}


def input_audio_buffer_clear() -> Json:
    """Build `input_audio_buffer.clear`, which drops the audio that was not committed."""
    return {"type": ClientEvent.INPUT_CLEAR}


def output_audio_buffer_clear() -> Json:
    """Build `output_audio_buffer.clear`, which stops the playback of a WebRTC or SIP session."""
    return {"type": ClientEvent.OUTPUT_CLEAR}


def _item_create(item: Json) -> Json:
    return {"type": ClientEvent.ITEM_CREATE, "item": item}


def _event_id(event_id: str | None) -> Json:
    return {"event_id": event_id} if event_id else {}
