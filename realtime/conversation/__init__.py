"""Reducer of one conversation's events, and its types."""

from realtime.conversation.conversation import FOLLOWED_EVENTS, Conversation

__all__ = ["FOLLOWED_EVENTS", "Conversation"]
