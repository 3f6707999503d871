"""The page for addresses that have none."""

import pytest

from components.shared.words import LANGUAGES, Words
from pages.not_found import not_found_page
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
