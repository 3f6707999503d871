"""The stylesheet: one part beside each element, under layers, and nothing in it that no page has."""

import re
from pathlib import Path

import pytest

from components.shared.stylesheet import COMPONENTS, LAYERS, PARTS, stylesheet, tag

ROOT = COMPONENTS.parent
LONGEST_LINES = 700
CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
OTHERS = ("nicegui-", "q-")
"""Beginnings of NiceGUI's and Quasar's own class names."""
SOURCES = ("components", "pages", "static")


def rules_of(text: str) -> str:
    """Return a stylesheet without comments, strings and what stands between braces at the end."""
    without_comments = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"\"[^\"]*\"|url\([^)]*\)", "", without_comments)


def selectors_of(text: str) -> list[str]:
    """Return what stands before each opening brace, but not the at-rules."""
    preludes = (prelude.strip() for prelude in re.findall(r"([^{};]+)\{", rules_of(text)))
    return [prelude for prelude in preludes if not prelude.startswith("@")]


def test_every_part_beside_an_element_is_in_the_stylesheet() -> None:
    beside = {str(file.relative_to(COMPONENTS).with_suffix("")) for file in COMPONENTS.rglob("*.css")}
    assert beside == set(PARTS)
    assert len(PARTS) == len(set(PARTS))


def test_no_stylesheet_is_long() -> None:
    files = [*COMPONENTS.rglob("*.css"), *(ROOT / "static").glob("*.css")]
    assert [file.name for file in files if file.read_text("utf-8").count("\n") > LONGEST_LINES] == []


@pytest.mark.parametrize("part", PARTS)
def test_every_rule_stands_in_one_of_the_layers(part: str) -> None:
    text = rules_of((COMPONENTS / f"{part}.css").read_text("utf-8"))
    outside = re.sub(r"@(?:font-face|property|keyframes)[^{]*\{(?:[^{}]|\{[^{}]*\})*\}", "", text).strip()
    layers = re.findall(r"^@layer (\S+) \{", outside, re.MULTILINE)
    assert len(layers) == 1
    assert layers[0] in LAYERS
    assert outside.startswith("@layer") and outside.endswith("}")


def test_every_class_of_the_stylesheet_is_named_by_an_element_or_a_page() -> None:
    files = [file for folder in SOURCES for kind in ("*.py", "*.js") for file in (ROOT / folder).rglob(kind)]
    code = "\n".join(file.read_text("utf-8") for file in files)
    named = {name for selector in selectors_of(stylesheet()) for name in CLASS.findall(selector)}
    assert len(named) > 120
    unknown = {name for name in named if not name.startswith(OTHERS) and not is_named(name, code)}
    assert sorted(unknown) == []


def is_named(name: str, code: str) -> bool:
    """Return whether code names a class, whole or put together from its block and what follows."""
    if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", code):
        return True
    for separator in ("--", "__"):
        block, found, rest = name.rpartition(separator)
        if found and re.search(rf"{re.escape(block + separator)}\$?{{", code) and rest in code:
            return True
    return False


def test_the_stylesheets_address_changes_with_what_it_says() -> None:
    assert re.fullmatch(r'<link rel="stylesheet" href="/static/app\.css\?v=[0-9a-f]{12}">', tag())


def test_fonts_are_found_from_where_the_stylesheet_is_served() -> None:
    fonts = re.findall(r"url\(\"?(fonts/[^\")]+)", stylesheet())
    assert fonts
    assert all((ROOT / "static" / Path(font)).is_file() for font in fonts)
