import logging
import os
from pathlib import Path

import pytest

from agents.persona import load_personas
from agents.personas import Personas
from tests.unit.agents.test_persona import GOOD, write


def opened(root: Path) -> Personas:
    return Personas(root, load_personas(root)[0])


def edit(file: Path, text: str) -> None:
    """Write the file with a later time, however coarse the file system's clock is."""
    before = file.stat().st_mtime_ns if file.exists() else 0
    file.write_text(text, "utf-8")
    os.utime(file, ns=(before + 10**9, before + 10**9))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write(tmp_path, "shop")
    return tmp_path


def test_an_edit_counts_from_the_next_look(root: Path) -> None:
    personas = opened(root)
    assert personas["shop"].title == "T"
    edit(root / "shop" / "persona.toml", GOOD.format(name="shop").replace('"T"', '"Renamed"'))
    assert personas["shop"].title == "Renamed"


def test_an_edit_that_is_in_use_is_logged(root: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    personas = opened(root)
    edit(root / "shop" / "persona.toml", GOOD.format(name="shop").replace('"T"', '"Renamed"'))
    for _ in range(3):
        assert personas["shop"].title == "Renamed"
    assert [record.getMessage() for record in caplog.records] == ["persona shop is as its folder says now"]


def test_a_guide_that_is_added_counts_too(root: Path) -> None:
    personas = opened(root)
    edit(root / "shop" / "guide.md", "# Hours\nNine to five.")
    assert "Nine to five." in personas["shop"].session().instructions


def test_an_edit_that_breaks_it_keeps_the_last_good_one_and_is_logged(
    root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    personas = opened(root)
    edit(root / "shop" / "persona.toml", GOOD.format(name="shop") + 'colour = "red"\n')
    with caplog.at_level(logging.ERROR):
        assert personas["shop"].title == personas["shop"].title == "T"
    assert [record.getMessage() for record in caplog.records] == [
        "persona kept as it was: shop/persona.toml: colour: Extra inputs are not permitted"
    ]


def test_a_persona_that_nobody_touched_is_not_read_again(root: Path) -> None:
    personas = opened(root)
    assert personas["shop"] is personas["shop"]


def test_only_the_personas_it_was_given_are_in_it(root: Path) -> None:
    write(root, "other")
    loaded, _ = load_personas(root)
    personas = Personas(root, {"shop": loaded["shop"]})
    assert list(personas) == ["shop"]
    assert "other" not in personas


TOOLS = """
from agents.tools import tool
from .stock import COUNT


@tool()
async def stock() -> int:
    \"\"\"Return the stock.\"\"\"
    return COUNT
"""


async def test_a_module_beside_the_tools_is_the_folders_own_and_its_edit_counts(root: Path) -> None:
    write(root, "copied")
    names = ("shop", "copied")
    for name, count in (("shop", 1), ("copied", 2)):
        (root / name / "tools.py").write_text(TOOLS, "utf-8")
        (root / name / "stock.py").write_text(f"COUNT = {count}\n", "utf-8")
    personas = opened(root)
    assert [await personas[name].tools["stock"].function() for name in names] == [1, 2]
    edit(root / "copied" / "stock.py", "COUNT = 33\n")
    assert [await personas[name].tools["stock"].function() for name in names] == [1, 33]
