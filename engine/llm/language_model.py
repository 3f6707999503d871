"""Language model: the interface. A model is told what a provider is told, and nothing else."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any, Protocol

from engine.session.items import Item
from engine.session.session_config import FunctionTool, ToolChoice


@dataclass(frozen=True, slots=True)
class Prompt:
    """Everything that a model is told."""

    instructions: str
    """The session's instructions, guide included; before them those of this one response."""
    items: list[Item]
    """The conversation so far, in order."""
    tools: list[FunctionTool]
    tool_choice: ToolChoice
    language: str
    """What to speak: `ur` or `en`."""
    explained: bool
    """Whether the caller has been told that speech is not understood here."""
    aside: str = ""
    """What an out-of-band response in writing is asked by its own instructions."""
    idle: bool = False
    """The caller has been silent for long; nothing new was said."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A function to be called."""

    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TextPiece:
    """Some more of what the agent says, in Markdown."""

    text: str
    explains: bool = False
    """Whether the text explains that speech is not understood here."""


Piece = TextPiece | ToolCall


class LanguageModel(Protocol):
    """Generates the agent's replies."""

    def reply(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        """Yield what to say or to call now, piece by piece; sentences are spoken as they complete.

        A consumer that stops iterating and closes the iterator cancels the rest.
        """
