"""Style of the code, as far as tools can check it."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OXLINT = Path(sys.executable).with_name("oxlint")
BARE_IMPORT = re.compile(r'\bfrom "([^"./][^"]*)"')


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


def test_the_javascript_passes() -> None:
    done = subprocess.run(
        [OXLINT, "--deny-warnings", "static", "components"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_editor_resolves_every_bare_import() -> None:
    paths = json.loads((ROOT / "jsconfig.json").read_text("utf-8"))["compilerOptions"]["paths"]
    scripts = [*ROOT.glob("static/*.js"), *ROOT.glob("components/*/*.js")]
    imported = {name for script in scripts for name in BARE_IMPORT.findall(script.read_text("utf-8"))}
    assert imported == set(paths)
    for name, (path,) in paths.items():
        assert name == "vue" or (Path(path).stem == name and (ROOT / path).is_file()), path
