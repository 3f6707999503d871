"""What goes into the container image."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]


def imported_by(file: Path) -> set[str]:
    """Return the top-level names of all modules that a file imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


def needed_by(name: str, known: set[str]) -> set[str]:
    """Ours among what `main.py` leads to."""
    place = ROOT / name
    files = place.rglob("*.py") if place.is_dir() else [place.with_suffix(".py")]
    for each in set().union(*map(imported_by, files)) - known:
        if (ROOT / each).is_dir() or (ROOT / f"{each}.py").is_file():
            known |= {each} | needed_by(each, known | {each})
    return known


def test_the_image_holds_every_package_that_the_server_and_its_commands_import() -> None:
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"}
    needed = needed_by("main", {"main"})
    assert {"commands", "transcripts", "engine"} <= needed
    assert {name if (ROOT / name).is_dir() else f"{name}.py" for name in needed} <= let_in
