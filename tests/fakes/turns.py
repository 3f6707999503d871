"""Turns of a conversation as the provider's events, in the order of the Realtime API's GA form."""

from typing import Any

Event = dict[str, Any]


def speech_heard(
    item_id: str, after: str | None = None, *, start_ms: int = 500, end_ms: int = 2900
) -> list[Event]:
    """Make the events of a caller's speech: a user item without words yet."""
    return [
        {"type": "input_audio_buffer.speech_started", "item_id": item_id, "audio_start_ms": start_ms},
        {"type": "input_audio_buffer.speech_stopped", "item_id": item_id, "audio_end_ms": end_ms},
        {"type": "input_audio_buffer.committed", "item_id": item_id, "previous_item_id": after},
        *_item_events(
            {
                "id": item_id,
                "type": "message",
                "role": "user",
                "status": "completed",
                "content": [{"type": "input_audio", "transcript": None}],
            },
            after,
        ),
    ]


def typed(item_id: str, text: str, after: str | None = None) -> list[Event]:
    """Make the events of the caller's typed words."""
    content = [{"type": "input_text", "text": text}]
    item = {"id": item_id, "type": "message", "role": "user", "status": "completed", "content": content}
    return _item_events(item, after)


def transcribed(item_id: str, text: str) -> list[Event]:
    """Make the events of a user item's transcript, which may come any time after the item."""
    about = {"item_id": item_id, "content_index": 0}
    kind = "conversation.item.input_audio_transcription"
    return [
        {"type": f"{kind}.delta", **about, "delta": text},
        {
            "type": f"{kind}.completed",
            **about,
            "transcript": text,
            "usage": {"type": "duration", "seconds": 2.4},
        },
    ]


def not_transcribed(item_id: str, code: str) -> list[Event]:
    """Make the event of a user item that the recogniser failed at."""
    kind = "conversation.item.input_audio_transcription.failed"
    error = {"type": "transcription_error", "code": code, "message": "?"}
    return [{"type": kind, "item_id": item_id, "content_index": 0, "error": error}]


def reply_begins(item_id: str, after: str | None, words: list[str]) -> list[Event]:
    """Make the events of a spoken reply up to its last word; the reply stays open."""
    response_id = _response_of(item_id)
    item = _assistant_item(item_id, "in_progress", None)
    about = {"response_id": response_id, "item_id": item_id, "output_index": 0, "content_index": 0}
    return [
        {
            "type": "response.created",
            "response": {"id": response_id, "status": "in_progress", "metadata": None},
        },
        {"type": "response.output_item.added", "response_id": response_id, "output_index": 0, "item": item},
        {"type": "conversation.item.added", "previous_item_id": after, "item": item},
        {"type": "response.content_part.added", **about, "part": {"type": "audio", "transcript": ""}},
        {"type": "output_audio_buffer.started", "response_id": response_id},
        *({"type": "response.output_audio_transcript.delta", **about, "delta": word} for word in words),
    ]


def reply_ends(item_id: str, after: str | None, text: str) -> list[Event]:
    """Make the events of a reply's end of generation; its audio plays until `playback_ends`."""
    response_id = _response_of(item_id)
    item = _assistant_item(item_id, "completed", text)
    about = {"response_id": response_id, "item_id": item_id, "output_index": 0, "content_index": 0}
    response = {
        "id": response_id,
        "status": "completed",
        "status_details": None,
        "output": [item],
        "usage": USAGE,
    }
    return [
        {"type": "response.output_audio.done", **about},
        {"type": "response.output_audio_transcript.done", **about, "transcript": text},
        {"type": "response.content_part.done", **about, "part": {"type": "audio", "transcript": text}},
        {"type": "conversation.item.done", "previous_item_id": after, "item": item},
        {"type": "response.output_item.done", "response_id": response_id, "output_index": 0, "item": item},
        {"type": "response.done", "response": response},
    ]


def playback_ends(item_id: str) -> list[Event]:
    return [{"type": "output_audio_buffer.stopped", "response_id": _response_of(item_id)}]


def reply(item_id: str, after: str | None, words: list[str]) -> list[Event]:
    """Make the events of a whole spoken reply, word by word, to the end of its playback."""
    text = "".join(words)
    return [*reply_begins(item_id, after, words), *reply_ends(item_id, after, text), *playback_ends(item_id)]


def spoken_turn(number: int, question: str, answer: str, after: str | None = None) -> list[Event]:
    """Make the events of a whole turn: the caller's `user_<number>`, then the agent's `agent_<number>`."""
    user, agent = f"user_{number}", f"agent_{number}"
    words = [f"{word} " for word in answer.split(" ")[:-1]] + answer.split(" ")[-1:]
    return [*speech_heard(user, after), *transcribed(user, question), *reply(agent, user, words)]


def barge_in(agent_item: str, user_item: str, audio_end_ms: int) -> list[Event]:
    """Make the events of a barge-in that cuts the reply after `audio_end_ms` of playback."""
    response_id = _response_of(agent_item)
    item = _assistant_item(agent_item, "incomplete", None)
    details = {"type": "cancelled", "reason": "turn_detected"}
    cancelled = {
        "id": response_id,
        "status": "cancelled",
        "status_details": details,
        "output": [item],
        "usage": USAGE,
    }
    cut = {"item_id": agent_item, "content_index": 0, "audio_end_ms": audio_end_ms}
    return [
        {"type": "input_audio_buffer.speech_started", "item_id": user_item, "audio_start_ms": 9000},
        {"type": "output_audio_buffer.cleared", "response_id": response_id},
        {"type": "conversation.item.truncated", **cut},
        {"type": "response.done", "response": cancelled},
    ]


USAGE = {
    "total_tokens": 253,
    "input_tokens": 132,
    "output_tokens": 121,
    "input_token_details": {"text_tokens": 119, "audio_tokens": 13, "image_tokens": 0, "cached_tokens": 64},
    "output_token_details": {"text_tokens": 30, "audio_tokens": 91},
}


def _response_of(item_id: str) -> str:
    return f"resp_{item_id}"


def _assistant_item(item_id: str, status: str, transcript: str | None) -> Event:
    content = [] if transcript is None else [{"type": "output_audio", "transcript": transcript}]
    return {"id": item_id, "type": "message", "role": "assistant", "status": status, "content": content}


def _item_events(item: Event, after: str | None) -> list[Event]:
    return [
        {"type": "conversation.item.added", "previous_item_id": after, "item": item},
        {"type": "conversation.item.done", "previous_item_id": after, "item": item},
    ]
