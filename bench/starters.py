"""Browser, our app and the client of the comparison, all on loopback."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from bench.client import Client, classic_client
from tests.chromium import FLAGS, find_chromium
from tests.chromium import Machine as BrowserFinder
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp

ROOT = Path(__file__).parents[1]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run a headless browser with a fake microphone."""
    with sync_playwright() as playwright:
        path = find_chromium(BrowserFinder(playwright_path=lambda: playwright.chromium.executable_path))
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS])
        yield browser
        browser.close()


@contextmanager
def scripted_provider() -> Iterator[ScriptedProvider]:
    """Run the provider of both clients."""
    provider = ScriptedProvider().start()
    try:
        yield provider
    finally:
        provider.stop()


@contextmanager
def our_app(env: dict[str, str], *, before: str = "") -> Iterator[RunningApp]:
    """Run Guftagu in a process of its own."""
    app = RunningApp(env, before=before).start()
    try:
        yield app
    finally:
        app.clean_up()


@contextmanager
def classic_app(provider: ScriptedProvider) -> Iterator[Client]:
    """Run the client of the comparison in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        command = ["uvicorn", "bench.classic.server:app", "--fd", str(listening.fileno())]
        process = subprocess.Popen(
            [sys.executable, "-m", *command, "--log-level", "warning"],
            cwd=ROOT,
            env=dict(os.environ) | provider_settings(provider),
            pass_fds=[listening.fileno()],
        )
        try:
            yield classic_client(f"http://localhost:{listening.getsockname()[1]}")
        finally:
            process.terminate()
            process.wait(10)


def provider_settings(provider: ScriptedProvider) -> dict[str, str]:
    """Return the settings with which either client reaches this provider."""
    return {"OPENAI_BASE_URL": provider.url, "OPENAI_API_KEY": provider.key}
