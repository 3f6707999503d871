"""Beginning a persona of one's own from the template."""

import shutil
from pathlib import Path

from agents.persona import NAME, PersonaError
from text_files import read_text

TEMPLATE = "blank"


def new_persona(root: Path, name: str) -> Path:
    """Copy the template under `root` to a folder of this name; the folder.

    :raises PersonaError: the name is taken, or none for a persona
    """
    folder = root / name
    if not NAME.match(name):
        raise PersonaError(f"{name!r}: a persona is named with a–z, 0–9 and -, such as my-bank")
    if folder.exists():
        raise PersonaError(f"personas/{name} is there already")
    shutil.copytree(root / TEMPLATE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    file = folder / "persona.toml"
    text = read_text(file).split("\n", 1)[1]  # Without the line that says it is the template.
    file.write_text(text.replace(f'name = "{TEMPLATE}"', f'name = "{name}"', 1), "utf-8")
    return folder
