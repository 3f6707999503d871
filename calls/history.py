"""Client events that give a new session of the provider the conversation so far.

The API has no resume. Items keep their ids, by which the transcript recognises them. Of a reply only
the words that the caller heard are sent, so that the agent does not assume that it said more.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from realtime.client_events import message_create
from realtime.conversation import Conversation
from realtime.conversation.item import Item

MAX_MESSAGES = 1000
MAX_CHARS = 200_000
"""Characters of the latest messages. An hour of speech has about 54,000; a model's context holds no more."""


def history(conversation: Conversation) -> list[dict[str, Any]]:
    """Build `conversation.item.create` events for the latest messages that have words, in order."""
    events: list[dict[str, Any]] = []
    chars = 0
    for item in islice(_latest_messages(conversation), MAX_MESSAGES):
        chars += len(_words(item))
        if chars > MAX_CHARS:
            break
        events.append(_create(item))
    return events[::-1]


def awaits_answer(conversation: Conversation) -> bool:
    """Return whether the last words are the caller's: another session does not answer them by itself."""
    last = next(_latest_messages(conversation), None)
    return last is not None and last.role == "user"


def _latest_messages(conversation: Conversation) -> Iterator[Item]:
    return (item for item in conversation.newest_first() if item.kind == "message" and _words(item))


def _create(item: Item) -> dict[str, Any]:
    return message_create(item.role, _words(item), item.id)


def _words(item: Item) -> str:
    return item.text if item.heard is None else item.text[: item.heard]
