"""The provider's stored prompt (`OPENAI_PROMPT_ID`): sent as long as the provider takes it."""

import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from typing import TypeVar
from urllib.parse import urlsplit

from realtime.failures import ProviderFailure

log = logging.getLogger("guftagu.calls")

OPENAI_HOST = "api.openai.com"
LAST_DAY = date(2026, 11, 30)
"""OpenAI shuts stored prompts down then (guide "Migrate from prompt objects")."""
NOT_ABOUT_IT = (401, 429)
"""Statuses that say nothing of the prompt: the key, and too many requests."""

Answer = TypeVar("Answer")


def today_utc() -> date:
    """Return the day in UTC."""
    return datetime.now(UTC).date()


class StoredPrompt:
    """The stored prompt of a deployment; once the provider does without it, it is dropped for the process."""

    def __init__(
        self, prompt_id: str | None, provider_url: str, today: Callable[[], date] = today_utc
    ) -> None:
        """Create the stored prompt.

        :param prompt_id: None where the deployment has none
        """
        self._id = prompt_id
        self._is_openai = urlsplit(provider_url).hostname == OPENAI_HOST
        self._today = today

    async def ask(self, ask: Callable[[str | None], Awaitable[Answer]]) -> Answer:
        """Ask the provider for a session with the prompt, and once without it where that is refused.

        :param ask: asks with a prompt's id, or with None
        :raises ProviderFailure: refused without the prompt too, or for a reason that is not the prompt
        """
        prompt_id = self._current()
        try:
            return await ask(prompt_id)
        except ProviderFailure as failure:
            if prompt_id is None or not _may_be_about_it(failure):
                raise
        answer = await ask(None)
        self._drop("the provider refuses sessions with it")
        return answer

    def _current(self) -> str | None:
        if self._id and self._is_openai and self._today() > LAST_DAY:
            self._drop(f"{OPENAI_HOST} takes none since {LAST_DAY}")
        return self._id

    def _drop(self, why: str) -> None:
        if self._id:
            log.warning("OPENAI_PROMPT_ID is not sent any more: %s", why)
            self._id = None


def _may_be_about_it(failure: ProviderFailure) -> bool:
    status = failure.status or 0
    return 400 <= status < 500 and status not in NOT_ABOUT_IT
