"""Names are the field's: no word of the first version's private language, and one class to a name.

The words of callers and agents (`locales/`, `personas/`, the corpus of the masking tests) are free.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.unit.test_arrows import PARTS, files_of

ROOT = Path(__file__).parents[2]
PRIVATE_WORDS = re.compile(
    r"leash|attendance|\bear\b|brain|outlet|steering|faculties|way_out|\bdoor\b|the house|whoever",
    re.IGNORECASE,
)
FOLDERS = (*PARTS, "bench", "docs", "static", "tests", ".ci")
SUFFIXES = {".py", ".js", ".css", ".html", ".md", ".toml", ".yaml", ".yml", ".sh", ".example", ""}


def written_files() -> Iterator[Path]:
    """Go through the files of code and documentation."""
    inside = (file for folder in FOLDERS for file in (ROOT / folder).rglob("*"))
    for file in (*ROOT.iterdir(), *inside):
        if file.is_file() and file.suffix in SUFFIXES and file != Path(__file__).resolve():
            yield file


def test_no_private_word_is_in_code_or_documentation() -> None:
    found = [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for file in written_files()
        for number, line in enumerate(file.read_text("utf-8", "replace").splitlines(), 1)
        if PRIVATE_WORDS.search(line) or PRIVATE_WORDS.search(file.name)
    ]
    assert not found, "\n".join(found)


def test_each_name_of_a_class_stands_for_one_class() -> None:
    files: dict[str, list[str]] = defaultdict(list)
    for file in (file for part in PARTS for file in files_of(part)):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                files[node.name].append(str(file.relative_to(ROOT)))
    assert not {name: places for name, places in files.items() if len(places) > 1}
