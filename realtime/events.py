"""Names of the Realtime API's events, in its GA form, and the older names that mean the same."""

from enum import StrEnum


class ServerEvent(StrEnum):
    """Names of the events that a session sends."""

    ERROR = "error"
    SESSION_CREATED = "session.created"
    SESSION_UPDATED = "session.updated"
    SPEECH_STARTED = "input_audio_buffer.speech_started"
    SPEECH_STOPPED = "input_audio_buffer.speech_stopped"
    INPUT_COMMITTED = "input_audio_buffer.committed"
    INPUT_CLEARED = "input_audio_buffer.cleared"
    ITEM_ADDED = "conversation.item.added"
    ITEM_DONE = "conversation.item.done"
    ITEM_DELETED = "conversation.item.deleted"
    ITEM_TRUNCATED = "conversation.item.truncated"
    TRANSCRIPTION_DELTA = "conversation.item.input_audio_transcription.delta"
    TRANSCRIPTION_COMPLETED = "conversation.item.input_audio_transcription.completed"
    TRANSCRIPTION_FAILED = "conversation.item.input_audio_transcription.failed"
    RESPONSE_CREATED = "response.created"
    RESPONSE_DONE = "response.done"
    OUTPUT_ITEM_ADDED = "response.output_item.added"
    OUTPUT_ITEM_DONE = "response.output_item.done"
    CONTENT_PART_ADDED = "response.content_part.added"
    CONTENT_PART_DONE = "response.content_part.done"
    OUTPUT_TEXT_DELTA = "response.output_text.delta"
    OUTPUT_TEXT_DONE = "response.output_text.done"
    OUTPUT_TRANSCRIPT_DELTA = "response.output_audio_transcript.delta"
    OUTPUT_TRANSCRIPT_DONE = "response.output_audio_transcript.done"
    OUTPUT_AUDIO_DELTA = "response.output_audio.delta"
    OUTPUT_AUDIO_DONE = "response.output_audio.done"
    ARGUMENTS_DELTA = "response.function_call_arguments.delta"
    ARGUMENTS_DONE = "response.function_call_arguments.done"
    PLAYBACK_STARTED = "output_audio_buffer.started"
    PLAYBACK_STOPPED = "output_audio_buffer.stopped"
    PLAYBACK_CLEARED = "output_audio_buffer.cleared"
    RATE_LIMITS = "rate_limits.updated"


class ClientEvent(StrEnum):
    """Names of the events that a session receives; `realtime.client_events` builds them."""

    SESSION_UPDATE = "session.update"
    ITEM_CREATE = "conversation.item.create"
    ITEM_DELETE = "conversation.item.delete"
    ITEM_RETRIEVE = "conversation.item.retrieve"
    ITEM_TRUNCATE = "conversation.item.truncate"
    INPUT_APPEND = "input_audio_buffer.append"
    INPUT_COMMIT = "input_audio_buffer.commit"
    INPUT_CLEAR = "input_audio_buffer.clear"
    OUTPUT_CLEAR = "output_audio_buffer.clear"
    RESPONSE_CREATE = "response.create"
    RESPONSE_CANCEL = "response.cancel"


OLDER_NAMES = {
    "transcription_session.created": ServerEvent.SESSION_CREATED,
    "transcription_session.updated": ServerEvent.SESSION_UPDATED,
    "conversation.item.created": ServerEvent.ITEM_ADDED,
    "response.audio.delta": ServerEvent.OUTPUT_AUDIO_DELTA,
    "response.audio.done": ServerEvent.OUTPUT_AUDIO_DONE,
    "response.audio_transcript.delta": ServerEvent.OUTPUT_TRANSCRIPT_DELTA,
    "response.audio_transcript.done": ServerEvent.OUTPUT_TRANSCRIPT_DONE,
    "response.text.delta": ServerEvent.OUTPUT_TEXT_DELTA,
    "response.text.done": ServerEvent.OUTPUT_TEXT_DONE,
}
"""Names of the beta, which compatible servers still send."""

UNFOLLOWED = frozenset(
    {
        "conversation.created",
        "conversation.item.input_audio_transcription.segment",
        "conversation.item.retrieved",
        "input_audio_buffer.dtmf_event_received",
        "input_audio_buffer.timeout_triggered",
        *(f"mcp_list_tools.{state}" for state in ("in_progress", "completed", "failed")),
        *(f"response.mcp_call.{state}" for state in ("in_progress", "completed", "failed")),
        *(f"response.mcp_call_arguments.{state}" for state in ("delta", "done")),
    }
)
"""Other events of the API, which nothing here reads."""

_KNOWN = {event.value: event for event in ServerEvent}


def server_event(name: object) -> ServerEvent | None:
    """Return the event that `name` (GA or older) stands for; None for an unknown one."""
    return (_KNOWN.get(name) or OLDER_NAMES.get(name)) if isinstance(name, str) else None
