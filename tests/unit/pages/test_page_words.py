"""Which language a page speaks."""

import pytest
from starlette.requests import Request

from agents.persona import Persona
from pages.page_words import page_words, preferred_language


def request(query: str = "", accepts: str = "") -> Request:
    headers = [(b"accept-language", accepts.encode())] if accepts else []
    return Request({"type": "http", "query_string": query.encode(), "headers": headers})


def persona(page_language: str | None = None) -> Persona:
    about = {"name": "a", "title": "A", "heading": "A", "instructions": "A", "language": "ur"}
    return Persona.model_validate(about | {"page_language": page_language})


def test_the_address_decides_before_the_browser() -> None:
    assert page_words(request("lang=ur", "en"), persona("en")).language == "ur"


def test_the_browser_decides_before_the_persona() -> None:
    assert page_words(request(accepts="ur-PK,ur;q=0.9"), persona("en")).language == "ur"


def test_the_persona_decides_for_a_browser_of_another_language() -> None:
    assert page_words(request(accepts="de-DE,de;q=0.9"), persona("ur")).language == "ur"


def test_nobody_asking_for_anything_gets_english_whatever_the_persona_speaks() -> None:
    assert page_words(request(), persona()).language == "en"
    assert page_words(request("lang=tlh", "ur"), persona("ur")).language == "en"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("en-US,en;q=0.9,ur;q=0.8", "en"),
        ("en;q=0.5, UR;q=0.7", "ur"),
        ("fr, *;q=0.1", None),
        ("ur;q=0", None),
        ("ur;q=much, en;q=0.1", "en"),
        ("", None),
    ],
)
def test_the_best_liked_of_the_pages_languages_is_taken(header: str, language: str | None) -> None:
    assert preferred_language(header) == language
