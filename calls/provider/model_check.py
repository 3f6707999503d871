"""Warnings of models that the provider does not have, or not for long any more."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable
from datetime import date, timedelta

from agents.persona import Persona
from calls.owned_tasks import OwnedTasks, cancelled
from calls.provider.transcription_models import today_utc
from realtime.client import RealtimeClient
from realtime.failures import ProviderFailure
from realtime.models import ListedModel, missing_model
from settings import Settings

log = logging.getLogger("guftagu.provider")

DAY_S = 24 * 60 * 60.0
WARNED_AHEAD = timedelta(days=60)


def models_wanted(personas: Iterable[Persona], settings: Settings) -> list[str]:
    """Return the names of all models that are configured, each once."""
    wanted = [settings.captions_model, settings.extraction_model]
    for persona in personas:
        wanted.append(settings.openai_model or persona.model.name)
        wanted.append(settings.openai_transcription_model or persona.transcription.model)
    return sorted(set(wanted))


class ModelCheck:
    """Compares the configured models with those of the provider, at start and every day."""

    def __init__(
        self,
        client: RealtimeClient,
        wanted: Callable[[], Collection[str]],
        tasks: OwnedTasks,
        *,
        today: Callable[[], date] = today_utc,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Create the check; it begins when it is opened.

        :param wanted: returns the configured models
        :param tasks: owner of what `tell_missing` starts
        """
        self._client = client
        self._wanted = wanted
        self._tasks = tasks
        self._today = today
        self._sleep = sleep
        self._told: set[str] = set()
        self._checking: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Check now and every day."""
        self._checking = asyncio.create_task(self._run(), name="model check")

    async def close(self) -> None:
        """Stop checking."""
        if self._checking:
            await cancelled([self._checking])

    async def _run(self) -> None:
        while True:
            await self.check()
            await self._sleep(DAY_S)

    async def check(self) -> None:
        """Log a warning for each configured model that is missing, or shut down within `WARNED_AHEAD`."""
        try:
            models = {model.name: model for model in await self._client.models()}
        except ProviderFailure as failure:
            log.info("the provider does not say which models it has: %s", failure.code)
            return
        if not models:
            return
        for name in self._wanted():
            if name not in models:
                log.warning("%s", missing_model(name, models.values()))
            elif told := _ending(models[name], self._today()):
                log.warning("%s", told)

    def tell_missing(self, model: str) -> None:
        """Log once that the provider refused a session because it has no such model, and which it has."""
        if model not in self._told:
            self._told.add(model)
            self._tasks.start(self._tell_missing(model), "look up the provider's models")

    async def _tell_missing(self, model: str) -> None:
        try:
            models = await self._client.models()
        except ProviderFailure:
            models = []
        log.error("a call was refused: %s", missing_model(model, models))


def _ending(model: ListedModel, today: date) -> str | None:
    if model.shutdown is None or model.shutdown > today + WARNED_AHEAD:
        return None
    return f"the provider shuts {model.name} down on {model.shutdown}; configure another model before"
