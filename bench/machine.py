"""Machine on which figures were measured."""

import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True)
class Machine:
    """State of the machine before a measurement, which makes load of its own."""

    browser: str
    load: float
    """Runnable processes, averaged over the last minute."""

    @classmethod
    def now(cls, browser: str) -> Self:
        """Read the present state.

        :param browser: its version
        """
        return cls(browser, os.getloadavg()[0])

    def __str__(self) -> str:
        return (
            f"{os.cpu_count()} cores ({_processor()}), {platform.system()} {platform.machine()}, "
            f"Python {platform.python_version()}, Chromium {self.browser} headless, "
            f"load {self.load:.1f} before the run"
        )


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "unknown processor"
