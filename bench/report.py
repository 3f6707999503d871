"""Writer of `BENCHMARKS.md`: prose written by hand, with the figures of the last run between markers."""

import re
from datetime import UTC, datetime
from pathlib import Path

from bench.machine import Machine

FILE = Path(__file__).parents[1] / "BENCHMARKS.md"


def write(name: str, figures: str, machine: Machine) -> None:
    """Put these figures into the file, with the way they were made.

    :raises ValueError: the file has no place for them
    """
    made = f"Made by `uv run python -m bench {name}` on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC: {machine}."
    FILE.write_text(replaced(FILE.read_text("utf-8"), name, f"{made}\n\n{figures}"), "utf-8")


def replaced(page: str, name: str, figures: str) -> str:
    """Return the page with these figures between the markers of `name`.

    :raises ValueError: unless the page has these markers exactly once
    """
    begin, end = f"<!-- figures: {name} -->", f"<!-- end: {name} -->"
    between = re.compile(f"{begin}.*?{end}", re.DOTALL)
    whole, count = between.subn(lambda _found: f"{begin}\n{figures}\n{end}", page)
    if count != 1:
        raise ValueError(f"BENCHMARKS.md needs {begin} … {end} once, and has it {count} times")
    return whole
