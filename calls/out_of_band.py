"""Questions to a session beside its conversation: out-of-band, text-only responses that nobody hears."""

import asyncio
import secrets
from collections.abc import Callable, Iterable
from typing import Any

from calls.events import CallChange
from realtime.client_events import response_create
from realtime.conversation.changes import ResponseFinished

ANSWER_SECONDS = 8
MARK = "guftagu_question"
"""The key in a response's metadata that says which question it answers."""

Send = Callable[[dict[str, Any]], None]


class Questions:
    """The questions of one call that wait for an answer. Show it the call's changes."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[str]] = {}

    async def ask(self, prompt: str, send: Send) -> str:
        """Ask, and wait for the answer.

        :raises TimeoutError: none came in `ANSWER_SECONDS`
        """
        mark = secrets.token_hex(8)
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting[mark] = answer
        create = response_create(
            conversation="none", output_modalities=["text"], instructions=prompt, metadata={MARK: mark}
        )
        try:
            send(create)
            async with asyncio.timeout(ANSWER_SECONDS):
                return await answer
        finally:
            del self._waiting[mark]

    def apply(self, changes: Iterable[CallChange]) -> None:
        """Hand each answer to who asked."""
        for change in changes:
            if isinstance(change, ResponseFinished):
                answer = self._waiting.get(str(change.metadata.get(MARK)))
                if answer and not answer.done():
                    answer.set_result(change.output.strip())
