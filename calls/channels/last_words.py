"""Stop on captions: when everything is written down that was said before."""

from realtime.conversation import Conversation
from realtime.events import ServerEvent, server_event
from realtime.fields import Json

ANSWERS = (ServerEvent.INPUT_COMMITTED, ServerEvent.ERROR)
"""To the commit that the browser sends at the end: there was something left, or nothing."""


class LastWords:
    """What is still waited for. Begins at Stop."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._is_answered = False

    def are_there(self, event: Json) -> bool:
        """:param event: the next one since, which the conversation has taken in"""
        self._is_answered = self._is_answered or server_event(event.get("type")) in ANSWERS
        return self._is_answered and not self._conversation.awaits_words
