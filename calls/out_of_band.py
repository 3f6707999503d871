"""Out-of-band responses: questions to a session that its conversation does not hold and nobody hears."""

import asyncio
import secrets
from collections.abc import Callable, Iterable
from typing import Any

from calls.events import CallChange
from realtime.client_events import response_create
from realtime.conversation.changes import ResponseFinished

ANSWER_SECONDS = 8
"""How long a question waits for its answer."""
MARK = "guftagu_question"
"""Key in a response's metadata under which the id of its question stands."""

Send = Callable[[dict[str, Any]], None]


class Questions:
    """Questions of one call that wait for their answers; it needs the call's changes."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[str]] = {}

    async def ask(self, prompt: str, send: Send) -> str:
        """Ask a question and return the text of its answer.

        :param send: sends a client event to the session
        :raises TimeoutError: no answer came in `ANSWER_SECONDS`
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
        """Resolve the questions whose answers are among the changes."""
        for change in changes:
            if isinstance(change, ResponseFinished):
                answer = self._waiting.get(str(change.metadata.get(MARK)))
                if answer and not answer.done():
                    answer.set_result(change.output.strip())
