"""Write docs/settings.md from the settings' own docstrings: `uv run .ci/settings_page.py`."""

import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
FILE = ROOT / "docs" / "settings.md"
sys.path.insert(0, str(ROOT))

from pydantic.fields import FieldInfo  # noqa: E402
from pydantic_core import PydanticUndefined  # noqa: E402

from settings import GROUPS, Group  # noqa: E402

INTRODUCTION = """# Settings

Settings are environment variables, or lines of a file `.env` in the folder the server is started from.
`.env.example` has them all. A wrong value stops the start with a sentence that names the setting.

This page is made by `uv run .ci/settings_page.py` from the docstrings in `settings.py`.
"""


def page() -> str:
    """Return the page as Markdown."""
    return "\n".join([INTRODUCTION, *map(_section, GROUPS)])


def _section(group: type[Group]) -> str:
    title = group.__name__.removesuffix("Settings")
    rows = [_row(name, field) for name, field in group.model_fields.items()]
    head = [f"## {title}", "", group.__doc__ or "", "", "| Variable | Default | Meaning |", "|---|---|---|"]
    return "\n".join([*head, *rows, ""])


def _row(name: str, field: FieldInfo) -> str:
    meaning = " ".join((field.description or "").split()).replace("|", "\\|")
    return f"| `{name.upper()}` | {_default(field.default)} | {meaning} |"


def _default(value: Any) -> str:
    if value is PydanticUndefined:
        return "random"
    if value is None or value == [] or value == {}:
        return "unset"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, list):
        return f"`{','.join(value)}`"
    return f"`{value.normalize():f}`" if isinstance(value, Decimal) else f"`{value}`"


if __name__ == "__main__":
    FILE.write_text(page(), "utf-8")
