"""Deciding what to say: the interface. A brain knows what a provider knows, and nothing else."""

from dataclasses import dataclass
from typing import Any, Protocol

from engine.session.items import Item
from engine.session.session_config import FunctionTool, ToolChoice


@dataclass(frozen=True, slots=True)
class Prompt:
    """Everything a brain is told."""

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
class Reply:
    """What the agent does: speak, or call a function."""

    text: str = ""
    call: ToolCall | None = None
    explains: bool = False
    """Whether the text explains that speech is not understood here."""


class LanguageModel(Protocol):
    """Whoever thinks."""

    async def reply(self, prompt: Prompt) -> Reply:
        """What to say or call now."""
