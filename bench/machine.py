"""What the figures were made on."""

import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True)
class Machine:
    """Read once before a measurement, which makes load of its own."""

    browser: str
    load: float
    """Processes that wanted a core, averaged over the last minute."""

    @classmethod
    def now(cls, browser: str) -> Self:
        """:param browser: its version"""
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
