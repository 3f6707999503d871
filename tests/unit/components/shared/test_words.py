"""The page's words: both languages complete, and a sentence for everything that can go wrong."""

import re
import string
from pathlib import Path
from typing import get_args

import pytest

from components.call import call_tools, text_field
from components.call.display_state import CallDisplayState
from components.settings import settings_drawer
from components.shared.words import LANGUAGES, Words, load_texts
from components.transcript import transcript, transcript_tools
from engine.demo.phrases import PHRASES
from realtime.failures import FailureCode

ROOT = Path(__file__).parents[4]
KEY = re.compile(r'words(?:\[|\()f?"([a-z_.]+)[".{]')
ASKED_BY_NAME = {
    "tools": (*call_tools.LABELS, *call_tools.TOOLS, *(f"short_{tool}" for tool in call_tools.TOOLS)),
    "settings": (*settings_drawer.SETTINGS, *settings_drawer.LABELS),
    "transcript": transcript.LABELS,
    "transcript_tools": transcript_tools.LABELS,
    "field": text_field.LABELS,
}
"""What the elements that draw themselves are given, by section."""


def documented_failures() -> list[str]:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    section = text.split("### Failure codes", 1)[1].split("###", 1)[0]
    return re.findall(r"`([a-z_]+)`", section)


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys_with_the_same_places() -> None:
    english, urdu = load_texts("en"), load_texts("ur")
    assert english.keys() == urdu.keys()
    assert {key: places(text) for key, text in english.items()} == {
        key: places(text) for key, text in urdu.items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty(language: str) -> None:
    assert [key for key, text in load_texts(language).items() if not text.strip()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_failure_has_its_own_sentence(language: str) -> None:
    codes = {*documented_failures(), *get_args(FailureCode)}
    assert len(codes) >= 25
    sentences = [Words(language)[f"failure.{code}"] for code in codes]
    assert len(set(sentences)) == len(codes)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_stage_has_its_words(language: str) -> None:
    assert [stage for stage in get_args(CallDisplayState) if f"status.{stage}" not in Words(language)] == []


def test_every_key_the_code_asks_for_is_there() -> None:
    sources = [path for folder in ("components", "pages") for path in (ROOT / folder).rglob("*.py")]
    code = "".join(path.read_text("utf-8") for path in sources)
    asked = {key for key in KEY.findall(code) if not key.endswith(".")}
    asked |= {f"{section}.{name}" for section, names in ASKED_BY_NAME.items() for name in names}
    assert len(asked) > 100
    assert asked <= load_texts("en").keys()


def test_a_missing_key_is_an_error_not_an_empty_text() -> None:
    with pytest.raises(KeyError):
        Words("en")["status.dancing"]


def test_an_unknown_language_is_english() -> None:
    assert Words("tlh").language == "en"
    assert Words("ur").direction == "rtl"


def test_a_failure_says_when_to_try_again_where_that_is_known() -> None:
    words = Words("en")
    assert words.failure("provider_busy") == words["failure.provider_busy"]
    assert words.failure("provider_busy", 6.6).endswith("Try again in 7 s.")
    assert words.failure("provider_busy", 0.2).endswith("Try again in 1 s.")


def test_an_unknown_failure_gets_the_general_sentence() -> None:
    words = Words("en")
    assert words.failure("made_up_by_a_browser") == words["failure.unknown"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_tells_a_caller_of_settings_of_the_server(language: str) -> None:
    said = load_texts(language) | {name: text[language] for name, text in PHRASES.items()}
    assert [name for name, text in said.items() if re.search(r"[A-Z]{2,}_[A-Z]+|\.env\b|API key", text)] == []
