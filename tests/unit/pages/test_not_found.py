"""The page for addresses that have none."""

import pytest
from starlette.requests import Request

from components.shared.words import LANGUAGES, Words
from pages.not_found import not_found_page, wants_json
from tests.fakes.house import PERSONA


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_leads_back_in_the_visitor_s_language(language: str) -> None:
    words = Words(language)
    page = not_found_page(PERSONA, words).decode()
    assert f'<html lang="{language}" dir="{words.direction}">' in page
    assert f'<a href="/?lang={language}">{words["not_found.home"]}</a>' in page
    assert words["not_found.title"] in page and words["not_found.text"] in page


def test_it_has_the_persona_s_colours_and_no_script() -> None:
    page = not_found_page(PERSONA, Words("en")).decode()
    assert f"--ground: {PERSONA.colors.ground}" in page
    assert '<meta name="color-scheme" content="dark">' in page
    assert "<script" not in page


@pytest.mark.parametrize(
    ("accepted", "is_program"),
    [
        ("application/json", True),
        ("application/json, text/plain, */*", True),
        ("*/*", False),
        ("text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8", False),
        ("", False),
    ],
)
def test_who_asks_for_json_and_for_no_page_is_a_program(accepted: str, is_program: bool) -> None:
    headers = [(b"accept", accepted.encode())]
    assert wants_json(Request({"type": "http", "headers": headers})) is is_program
