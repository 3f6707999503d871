"""What the documentation says of files, headings, fields and code, held to the repository."""

import re
from pathlib import Path

import pytest

from agents.limits import OwnLimits
from agents.persona import (
    Colors,
    ModelSettings,
    Persona,
    RetentionRatio,
    TranscriptionSettings,
    TurnDetection,
)
from agents.tools import load_tools, offered
from calls.leg import LegState
from server.api.app import example
from tests.unit.test_arrows import MAY_IMPORT, PARTS, files_of

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
LINK = re.compile(r"\]\(([^)\s]+)\)")
NAMED = re.compile(r"`((?:[\w.-]+/)+[\w.-]*\*?[\w.-]*|\w+\.(?:py|toml|md|yaml|json))`")
"""A path in code style: with a slash, or a file of the top folder."""
DOCS_PAGE = re.compile(r"\bdocs/[\w/-]+\.md")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
ELSEWHERE = ("test-results/", "multipart/", "application/", "text/")
"""Beginnings of what looks like a path and is none of the repository's."""
HERE = ("persona.toml", "guide.md", "tools.py")
"""Files of every persona's folder."""


def text_of(page: Path) -> str:
    return page.read_text("utf-8")


def anchors_of(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text_of(page)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    for link in LINK.findall(text_of(page)):
        if link.startswith(("http://", "https://")):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name) if name else page
        assert target.exists(), f"{page.name} links to {link}"
        if anchor:
            assert anchor in anchors_of(target), f"{page.name} links to {link}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_that_is_named_exists(page: Path) -> None:
    for name in NAMED.findall(FENCE.sub("", text_of(page))):
        if name in HERE or name.startswith(ELSEWHERE):
            continue
        places = [ROOT / name, page.parent / name, ROOT / "tests" / "attacks" / name]
        found = any(place.exists() for place in places) or any(ROOT.glob(name))
        assert found, f"{page.relative_to(ROOT)} names {name}"


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = set(LINK.findall(text_of(folder / "README.md")))
    assert listed == {page.name for page in folder.glob("*.md")} - {"README.md"}


def test_every_page_that_code_names_exists() -> None:
    browser = [file for folder in ("components", "static") for file in (ROOT / folder).rglob("*.js")]
    files = [ROOT / "pyproject.toml", *browser, *(file for part in PARTS for file in files_of(part))]
    named = {name for file in files for name in DOCS_PAGE.findall(text_of(file))}
    assert "docs/decisions/predial.md" in named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_the_readme_is_short() -> None:
    assert len(text_of(ROOT / "README.md").splitlines()) <= 150


def test_the_example_of_tools_loads_and_offers_only_its_public_tool_to_bridged_calls(tmp_path: Path) -> None:
    blocks = FENCE.findall(text_of(ROOT / "docs" / "personas.md"))
    (example,) = [code for language, code in blocks if language == "python"]
    (tmp_path / "tools.py").write_text(example, "utf-8")
    tools = load_tools(tmp_path).tools
    assert list(tools) == ["opening_hours", "block_card"]
    assert [each["name"] for each in offered(tools, controlled=False)] == ["opening_hours"]
    assert len(offered(tools, controlled=True)) == 2


def test_the_page_on_personas_explains_every_field() -> None:
    page = text_of(ROOT / "docs" / "personas.md")
    section = page.split("## persona.toml", 1)[1].split("\n## ", 1)[0]
    first_cells = re.findall(r"^\| (.+?) \|", section, re.MULTILINE)
    explained = {name for cell in first_cells for name in re.findall(r"`([a-z_0-9]+)`", cell)}
    nested = {"transcription", "turn_detection", "limits", "colors", "words"}
    named = {field.alias or name for name, field in Persona.model_fields.items()}
    expected = named - nested - {"guide", "tools", "prepare"}
    for table in (ModelSettings, RetentionRatio, TranscriptionSettings, TurnDetection, OwnLimits, Colors):
        expected |= set(table.model_fields)
    assert expected <= explained


def test_the_picture_of_the_layers_shows_arrows_that_hold() -> None:
    blocks = FENCE.findall(text_of(ROOT / "docs" / "architecture.md"))
    (layers,) = [code for language, code in blocks if language == "mermaid" and code.startswith("flowchart")]
    arrows = re.findall(r"^  (\w+).*? --(?: .* --)?> (\w+)$", layers, re.MULTILINE)
    assert len(arrows) > 15
    assert [(upper, lower) for upper, lower in arrows if lower not in MAY_IMPORT[upper]] == []


def test_the_picture_of_a_leg_has_its_states() -> None:
    blocks = FENCE.findall(text_of(ROOT / "docs" / "architecture.md"))
    (states,) = [
        code for language, code in blocks if language == "mermaid" and code.startswith("stateDiagram")
    ]
    assert {name for pair in re.findall(r"^  (\w+) --> (\w+)", states, re.MULTILINE) for name in pair} == {
        each.value for each in LegState
    }


@pytest.mark.parametrize(
    ("page", "examples"),
    [("README.md", ["call.js", "call.swift"]), ("docs/api.md", ["call.js", "captions.js", "call.swift"])],
)
def test_the_pages_show_the_examples_of_the_api(page: str, examples: list[str]) -> None:
    shown = [code.strip() for _, code in FENCE.findall(text_of(ROOT / page))]
    for name in examples:
        assert example(name) in shown, f"{page} shows another {name} than the server"


def test_an_example_in_javascript_has_ten_lines_at_most() -> None:
    assert [name for name in ("call.js", "captions.js") if len(example(name).splitlines()) > 10] == []
