"""The process an app runs in: a Python of its own, or a copy of one that has imported the libraries.

Most of a start is imports, and the browser tests start thirty apps.
"""

import multiprocessing
import os
import runpy
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

MAIN = Path(__file__).parents[2] / "main.py"
PRELOADED = [
    "nicegui",
    "sqlalchemy.ext.asyncio",
    "aiosqlite",
    "alembic.command",
    "pydantic_settings",
    "httpx",
    "uvicorn",
]
"""Libraries alone: what is ours is read anew by every app."""


@dataclass(frozen=True)
class Start:
    """What an app is started with."""

    env: Mapping[str, str]
    """The whole environment."""
    directory: Path
    log: Path
    """Gets everything printed, after what it holds."""
    before: str = ""
    """Python run in the process before `main.py`, for what no setting reaches."""


class AppProcess(Protocol):
    """What a test does with a running app."""

    @property
    def pid(self) -> int: ...

    def ended(self, within_s: float = 0) -> bool:
        """Whether it has ended, at the latest after so many seconds."""

    def terminate(self) -> None:
        """Ask it to end."""

    def kill(self) -> None:
        """End it without a goodbye."""


class OwnPython:
    """`python main.py`."""

    def __init__(self, start: Start) -> None:
        code = f"{start.before}\nimport runpy\nrunpy.run_path({str(MAIN)!r}, run_name='__main__')"
        with start.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", code] if start.before else [sys.executable, str(MAIN)],
                cwd=start.directory,
                env=start.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.terminate = self._process.terminate
        self.kill = self._process.kill

    @property
    def pid(self) -> int:
        return self._process.pid

    def ended(self, within_s: float = 0) -> bool:
        try:
            self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            return False
        return True


class Copied:
    """A copy of a process that has imported `PRELOADED`; where the system copies none, a new process."""

    def __init__(self, start: Start) -> None:
        if sys.platform == "linux":
            context = multiprocessing.get_context("forkserver")
            context.set_forkserver_preload(PRELOADED)
            self._process = context.Process(target=_be_an_app, args=(start,))
        else:
            self._process = multiprocessing.get_context("spawn").Process(target=_be_an_app, args=(start,))
        self._process.start()
        self.terminate = self._process.terminate
        self.kill = self._process.kill

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def ended(self, within_s: float = 0) -> bool:
        self._process.join(within_s)
        return self._process.exitcode is not None

    @property
    def exit_code(self) -> int | None:
        """What it ended with; None while it runs."""
        return self._process.exitcode


Launch = Callable[[Start], AppProcess]


def _be_an_app(start: Start) -> None:
    """In the new process: what `OwnPython` gets from the system."""
    os.environ.clear()
    os.environ.update(start.env)
    os.chdir(start.directory)
    log = os.open(start.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(log, stream)
    sys.argv = [str(MAIN)]
    multiprocessing.current_process().name = "MainProcess"  # NiceGUI serves in no other
    exec(start.before, {})
    runpy.run_path(str(MAIN), run_name="__main__")
