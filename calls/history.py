"""A conversation as client events, to give a new session of the provider its memory back.

The API has no resume. Items keep their ids, so that the transcript knows them again. Only what the caller
heard of a reply is told: the agent must not believe it said more.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from realtime.client_events import message_create
from realtime.conversation import Conversation
from realtime.conversation.item import Item

MAX_MESSAGES = 1000
MAX_CHARS = 200_000
"""Of what was said last. An hour of speech has about 54,000; a model's context holds no more."""


def history(conversation: Conversation) -> list[dict[str, Any]]:
    """`conversation.item.create` events for the latest messages that have words, in order."""
    events: list[dict[str, Any]] = []
    chars = 0
    for item in islice(_said_last(conversation), MAX_MESSAGES):
        chars += len(_words(item))
        if chars > MAX_CHARS:
            break
        events.append(_create(item))
    return events[::-1]


def awaits_answer(conversation: Conversation) -> bool:
    """Whether the last words are the caller's: another session will not answer them by itself."""
    last = next(_said_last(conversation), None)
    return last is not None and last.role == "user"


def _said_last(conversation: Conversation) -> Iterator[Item]:
    return (item for item in conversation.newest_first() if item.kind == "message" and _words(item))


def _create(item: Item) -> dict[str, Any]:
    return message_create(item.role, _words(item), item.id)


def _words(item: Item) -> str:
    return item.text if item.heard is None else item.text[: item.heard]
