"""The import arrows of docs/architecture.md, held by reading the imports."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PARTS = (
    "main",
    "settings",
    "text_files",
    "text_units",
    "paths",
    "access",
    "agents",
    "pages",
    "components",
    "calls",
    "realtime",
    "store",
    "server",
    "engine",
    "commands",
    "state",
    "transcripts",
    "guides",
)
MAY_IMPORT = {
    "main": set(PARTS),
    "settings": {"text_files"},
    "text_files": set[str](),
    "text_units": set[str](),
    "paths": set[str](),
    "access": set[str](),
    "agents": {"guides", "realtime", "settings", "store", "text_files", "transcripts"},
    "pages": {"access", "agents", "components", "calls", "settings"},
    "components": {"agents", "calls", "paths", "realtime", "text_files", "text_units"},
    "server": {"access", "agents", "calls", "paths", "realtime", "settings", "state", "store", "transcripts"},
    "calls": {"access", "agents", "realtime", "settings", "state", "store", "text_units", "transcripts"},
    "store": set[str](),
    "realtime": {"text_units"},
    "engine": {"guides", "transcripts"},
    "commands": {"agents", "engine", "realtime", "settings", "text_units", "transcripts"},
    "state": {"store"},
    "transcripts": {"text_units"},
    "guides": {"transcripts"},
}


def files_of(part: str) -> list[Path]:
    return [ROOT / f"{part}.py"] if (ROOT / f"{part}.py").exists() else sorted((ROOT / part).rglob("*.py"))


def imports_of(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file.relative_to(ROOT)} imports relatively: name the part"
            yield node.module or ""


def ours(module: str) -> bool:
    return module.split(".")[0] in (*PARTS, "tests", "bench")


@pytest.mark.parametrize("part", PARTS)
def test_imports_follow_the_arrows(part: str) -> None:
    for file in files_of(part):
        for module in filter(ours, imports_of(file)):
            imported = module.split(".")[0]
            assert imported == part or imported in MAY_IMPORT[part], (
                f"{file.relative_to(ROOT)} imports {module}: {part} may import {sorted(MAY_IMPORT[part])}"
            )
