"""Finds a Chromium or Chrome for the browser tests, and fails with one sentence when there is none."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

COMMANDS = (
    "chromium-headless-shell",  # the same without windows: a page load takes three quarters of the processor
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
)
USUAL_PATHS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
)
PLAYWRIGHT_INSTALL = [sys.executable, "-m", "playwright", "install", "chromium"]
PACKAGE_INSTALL = [
    "sh",
    "-c",
    "apt-get update && (apt-get install -y chromium-headless-shell || apt-get install -y chromium)",
]
NONE_FOUND = (
    "The browser tests need Chromium or Chrome, and none was found or could be installed: "
    "install one (for example `apt install chromium` or `brew install --cask google-chrome`) and run again."
)

DISABLED_FEATURES = (
    # Chromium 156 loads the menus of an address bar into every new window, unseen: 400 requests and twice the
    # processor of our page.
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    # The last list wins, and this one is Playwright's.
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
)
FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    f"--disable-features={','.join(DISABLED_FEATURES)}",
)


class NoChromium(RuntimeError):
    """No browser on this machine, and none could be installed."""


def _starts(path: str) -> bool:
    """Return whether a browser file can run, unlike Ubuntu's snap stub or one that misses libraries."""
    if not Path(path).is_file():
        return False
    if sys.platform == "win32":  # there `--version` opens a window
        return True
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _installs(command: list[str]) -> bool:
    """Run an installer, its own words going to stderr."""
    try:
        return (
            subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, timeout=900).returncode == 0
        )
    except (OSError, subprocess.TimeoutExpired):
        return False


def _is_root_on_debian() -> bool:
    release = Path("/etc/os-release")
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or not release.is_file():
        return False
    return any(
        line.startswith(("ID=", "ID_LIKE=")) and ("debian" in line or "ubuntu" in line)
        for line in release.read_text().splitlines()
    )


@dataclass(frozen=True)
class Machine:
    """What the finder asks of the machine; tests pass their own."""

    playwright_path: Callable[[], str]
    """Where Playwright's own Chromium is, or would be once installed."""
    which: Callable[[str], str | None] = shutil.which
    starts: Callable[[str], bool] = _starts
    installs: Callable[[list[str]], bool] = _installs
    is_root_on_debian: Callable[[], bool] = _is_root_on_debian
    say: Callable[[str], object] = lambda line: print(line, file=sys.stderr)


def find_chromium(machine: Machine) -> str:
    """Return the path of a browser that starts: the system's, Playwright's, or one installed just now.

    Raises `NoChromium` when every way is used up.
    """
    for way in (_system, _playwright, _playwright_installed, _package_installed):
        path = way(machine)
        if path:
            return path
    raise NoChromium(NONE_FOUND)


def _system(machine: Machine) -> str | None:
    found = [machine.which(command) for command in COMMANDS]
    return next((path for path in (*found, *USUAL_PATHS) if path and machine.starts(path)), None)


def _playwright(machine: Machine) -> str | None:
    path = machine.playwright_path()
    return path if machine.starts(path) else None


def _playwright_installed(machine: Machine) -> str | None:
    machine.say("No Chromium or Chrome here: asking Playwright to install its own.")
    return _playwright(machine) if machine.installs(PLAYWRIGHT_INSTALL) else None


def _package_installed(machine: Machine) -> str | None:
    if not machine.is_root_on_debian():
        return None
    machine.say("Playwright could not install one: running `apt-get install` for one as root.")
    return _system(machine) if machine.installs(PACKAGE_INSTALL) else None
