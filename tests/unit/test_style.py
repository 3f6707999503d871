"""Style of the code, as far as tools can check it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "tool", ["ruff check", "ruff format --check", "mypy"], ids=["lint", "format", "types"]
)
def test_the_code_passes(tool: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *tool.split()],
        cwd=ROOT,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout + done.stderr
