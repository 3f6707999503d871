"""NiceGUI's files of its visitors: readable by their owner only, and deleted when unused for long."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from itertools import islice
from pathlib import Path

log = logging.getLogger("guftagu.records")

FILES = "storage-*.json*"
KEPT_SECONDS = 30 * 24 * 60 * 60.0
"""After a visitor's last use. The cookie that leads to the file lasts 14 days."""
SWEEP_SECONDS = 24 * 60 * 60.0
MAX_FILES = 100_000
"""Looked at in one sweep."""
OWNER_ONLY, FOLDER_OWNER_ONLY = 0o600, 0o700


class VisitorFiles:
    """Sweeps the folder when opened and once a day, until closed."""

    def __init__(
        self,
        folder: Path,
        *,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Create the visitor files.

        :param folder: `app.storage.path`; made when it is missing
        :param now: seconds since 1970
        """
        self._folder = folder
        self._now = now
        self._sleep = sleep
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Begin sweeping."""
        self._task = asyncio.create_task(self._run(), name="visitor files")

    async def close(self) -> None:
        """Stop sweeping."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while True:
            try:
                if deleted := await asyncio.to_thread(self.sweep):
                    log.info("%s visitors' files were unused for 30 days and are deleted", deleted)
            except OSError as error:
                log.warning("visitors' files are not looked after: %s", type(error).__name__)
            await self._sleep(SWEEP_SECONDS)

    def sweep(self) -> int:
        """Let nobody else read the files, and delete those that were not used for long; return how many.

        :raises OSError: the folder or a file in it is not ours
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        self._folder.chmod(FOLDER_OWNER_ONLY)
        return sum(self._is_swept(file) for file in islice(self._folder.glob(FILES), MAX_FILES))

    def _is_swept(self, file: Path) -> bool:
        try:
            used = file.stat()
            if max(used.st_atime, used.st_mtime) < self._now() - KEPT_SECONDS:
                file.unlink()
                return True
            file.chmod(OWNER_ONLY)
        except FileNotFoundError:  # NiceGUI replaced it meanwhile.
            return False
        return False
