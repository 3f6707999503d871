"""The app as a caller meets it: `python main.py` in a process of its own, on a free port."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import httpx

from tests.fakes.app_process import MAIN, Launch, OwnPython, Start

READY_SECONDS = 120
OURS = ("PYTEST_", "NICEGUI_", "OPENAI_", "ENGINE_")
"""What a child must not inherit: NiceGUI would take itself for a part of this test run, the app our keys."""


class RunningApp:
    """App in a process of its own, with an empty working directory (storage, `.env`) and a log."""

    def __init__(self, env: Mapping[str, str], *, before: str = "", launch: Launch = OwnPython) -> None:
        """Prepare an app; `start` starts it.

        :param env: settings by their names in the environment
        :param before: Python run in the process before `main.py`, for what no setting reaches
        :param launch: starts its process
        """
        self.port = _free_port()
        self.url = f"http://localhost:{self.port}"
        self._env = env
        self._before = before
        self._start_process = launch

    def start(self) -> Self:
        self._directory = tempfile.TemporaryDirectory(prefix="guftagu-test-")
        self._launch()
        return self

    def _launch(self) -> None:
        self._log_path = self.directory / "app.log"
        start = Start(self._environment(), self.directory, self._log_path, self._before)
        self._process = self._start_process(start)
        self._wait_until_ready()

    @property
    def log(self) -> str:
        """Everything the app printed and logged so far."""
        return self._log_path.read_text(errors="replace")

    def ask_to_end(self) -> None:
        """Send the signal with which a host stops an app."""
        self._process.terminate()

    def kill(self) -> None:
        """No goodbye, as when the machine fails."""
        self._process.kill()
        self._process.ended(10)

    def start_again(self) -> None:
        """After its end, with the same directory."""
        self._launch()

    def start_beside(self) -> subprocess.CompletedProcess[str]:
        """Start a second one with the same settings in the same directory, and return its end."""
        return subprocess.run(
            [sys.executable, str(MAIN)],
            cwd=self.directory,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=READY_SECONDS,
        )

    @property
    def directory(self) -> Path:
        """Its working directory."""
        return Path(self._directory.name)

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_until_ended(self) -> None:
        assert self._process.ended(30), "it goes on"

    def stop(self) -> None:
        """Ask it to end and wait; kill it when it does not within 10 s."""
        self.ask_to_end()
        if not self._process.ended(10):
            self.kill()

    def clean_up(self) -> None:
        """Stop it and forget its directory."""
        self.stop()
        self._directory.cleanup()

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        own = {
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "STARTS_PER_MINUTE": "1000",
            "MAX_CALLS": "100",
            "PYTHONUNBUFFERED": "1",
        }
        path = {"PYTHONPATH": str(MAIN.parent)}
        return inherited | own | path | dict(self._env)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not self._process.ended(0.05) and time.monotonic() < deadline:
            if self._is_ready():
                return
        log = self.log
        self.clean_up()
        raise RuntimeError(f"main.py did not serve within {READY_SECONDS} s:\n{log}")

    @property
    def _host(self) -> str:
        host = self._env.get("HOST", "127.0.0.1")
        return {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(host, host)

    def _is_ready(self) -> bool:
        try:
            # To read certificates at each look would keep a processor busy.
            return httpx.get(f"http://{self._host}:{self.port}/healthz", verify=False).is_success
        except httpx.HTTPError:
            return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
