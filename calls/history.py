"""A conversation as client events, to give a new session of the provider its memory back.

The API has no resume. Items keep their ids, so that the transcript knows them again. Only what the caller
heard of a reply is told: the agent must not believe it said more.
"""

from typing import Any

from realtime.conversation import Conversation
from realtime.item import Item


def history(conversation: Conversation) -> list[dict[str, Any]]:
    """`conversation.item.create` events for every message that has words, in order."""
    return [_create(item) for item in conversation.items if item.kind == "message" and _words(item)]


def awaits_answer(conversation: Conversation) -> bool:
    """Whether the last words are the caller's: another session will not answer them by itself."""
    said = [item for item in conversation.items if item.kind == "message" and _words(item)]
    return bool(said) and said[-1].role == "user"


def _create(item: Item) -> dict[str, Any]:
    kind = "output_text" if item.role == "assistant" else "input_text"
    content = [{"type": kind, "text": _words(item)}]
    message = {"id": item.id, "type": "message", "role": item.role, "content": content}
    return {"type": "conversation.item.create", "item": message}


def _words(item: Item) -> str:
    return item.text if item.heard is None else item.text[: item.heard]
