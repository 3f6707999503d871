"""Limit of the tool rounds that an agent may go through before it answers its caller.

A round is a response that called tools, and their outputs. A model that calls tools again and again would
otherwise go on until the call's money is spent.
"""

from typing import Literal

SILENT_ROUNDS = 5
"""Rounds in a row without a word to the caller."""
ROUNDS = 20
"""Rounds in a row in which the agent also spoke, such as "one moment please"."""


class ToolRounds:
    """Rounds of one call since its agent last answered without a tool, or its caller spoke."""

    def __init__(self) -> None:
        self._rounds = 0
        self._silent = 0
        self.is_last = False
        """Whether the last reply was asked for, without tools: no tool is run until it has come."""

    def finish_response(self, *, called_tools: bool, has_words: bool) -> None:
        """Note a response that is complete."""
        if has_words and not called_tools:
            self.reset()
        elif has_words:
            self._silent = 0

    def next_reply(self) -> Literal["any", "without tools"] | None:
        """Count a round whose outputs are sent, and return which reply to ask for; None: no further one."""
        if self.is_last:
            return None
        self._rounds += 1
        self._silent += 1
        self.is_last = self._silent >= SILENT_ROUNDS or self._rounds >= ROUNDS
        return "without tools" if self.is_last else "any"

    def reset(self) -> None:
        """Begin to count anew: the caller got an answer, or said something."""
        self._rounds = self._silent = 0
        self.is_last = False
