from typing import Any

import pytest

from engine.session.language import language_of_session, language_of_text
from engine.session.session_config import new_session


def session_language(instructions: str, transcription: dict[str, Any] | None) -> str:
    audio = {"input": {"transcription": transcription}}
    return language_of_session(
        new_session({"type": "realtime", "instructions": instructions, "audio": audio})
    )


@pytest.mark.parametrize(
    ("text", "language"),
    [("WhatsApp پر رابطہ کریں", "ur"), ("Say سلام to them", "en"), ("۱۲۳ 456", "ur"), ("", "ur")],
)
def test_a_text_is_in_the_language_of_most_letters(text: str, language: str) -> None:
    assert language_of_text(text, "ur") == language


def test_the_recognisers_language_decides() -> None:
    assert session_language("You speak Urdu only.", {"languages": ["ur", "en"]}) == "ur"
    assert session_language("صرف انگریزی بولیں", {"language": "en"}) == "en"


@pytest.mark.parametrize("transcription", [None, {"model": "x"}, {"languages": []}, {"languages": ["fr"]}])
def test_else_the_script_of_the_instructions(transcription: dict[str, Any] | None) -> None:
    assert session_language("آپ مددگار ہیں۔", transcription) == "ur"
    assert session_language("You help.", transcription) == "en"
