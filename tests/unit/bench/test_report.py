"""How figures get into BENCHMARKS.md."""

import pytest

from bench.__main__ import MEASUREMENTS
from bench.report import FILE, replaced

PAGE = """# Title
<!-- figures: text -->
old
<!-- end: text -->
prose
<!-- figures: engine -->
<!-- end: engine -->
"""


def test_new_figures_take_the_place_of_the_old_ones_and_nothing_else() -> None:
    page = replaced(PAGE, "text", "| new |")
    assert page == PAGE.replace("old", "| new |")


def test_the_first_figures_find_their_empty_place() -> None:
    assert "<!-- figures: engine -->\nnew\n<!-- end: engine -->" in replaced(PAGE, "engine", "new")


def test_figures_may_hold_what_regular_expressions_take_for_their_own() -> None:
    assert r"\1 \g<0>" in replaced(PAGE, "text", r"\1 \g<0>")


def test_a_page_without_the_place_is_left_alone_and_said() -> None:
    with pytest.raises(ValueError, match="connect"):
        replaced(PAGE, "connect", "new")


@pytest.mark.parametrize("name", MEASUREMENTS)
def test_the_page_has_a_place_for_every_measurement(name: str) -> None:
    replaced(FILE.read_text("utf-8"), name, "new")
