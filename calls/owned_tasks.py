"""Background tasks with an owner: each is referenced, its failure is logged, and `finish` awaits all."""

import asyncio
import logging
from collections.abc import Coroutine, Iterable
from typing import Any

from realtime.error_place import where

log = logging.getLogger("guftagu.tasks")


async def cancelled(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel the tasks and wait for their ends; each owner logs the failures."""
    ending = list(tasks)
    for task in ending:
        task.cancel()
    await asyncio.gather(*ending, return_exceptions=True)


class OwnedTasks:
    """Tasks of one owner."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(
        self, work: Coroutine[Any, Any, Any], name: str, expected: tuple[type[Exception], ...] = ()
    ) -> asyncio.Task[Any]:
        """Run `work` until it ends by itself.

        :param expected: failures that the caller handles by awaiting the task, so they are not logged here
        """
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._done(done, expected))
        return task

    async def finish(self) -> None:
        """Wait for everything that still runs."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def finish_within(self, seconds: float) -> None:
        """Wait for everything that still runs, and cancel what takes longer."""
        try:
            async with asyncio.timeout(seconds):
                await self.finish()
        except TimeoutError:
            await cancelled(self._tasks)

    def _done(self, task: asyncio.Task[Any], expected: tuple[type[Exception], ...]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error and not isinstance(error, expected):
            log.error("%s failed: %s", task.get_name(), where(error))
