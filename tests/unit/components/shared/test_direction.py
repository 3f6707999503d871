"""Which way a text runs, by the majority of its letters."""

import pytest

from components.shared.direction import Letters, direction_of_language


def letters(text: str, expected: str = "ur") -> Letters:
    return Letters(expected).add(text)


@pytest.mark.parametrize(
    ("text", "language", "direction"),
    [
        ("آپ کا کارڈ بند کر دیا گیا ہے", "ur", "rtl"),
        ("OpenAI کا نیا ماڈل اردو بولتا ہے", "ur", "rtl"),
        ("Please block my card, شکریہ", "en", "ltr"),
        ("मेरा कार्ड खो गया है", "hi", "ltr"),
        ("הכרטיס שלך נחסם", "he", "rtl"),
        ("הכרטיס של Visa", "he", "rtl"),
        ("ކާޑު ބަންދުކޮށްފި", "dv", "rtl"),
        ("Карта заблокирована", "ru", "ltr"),
        ("お客様のカードは停止", "ja", "ltr"),
        ("卡已被冻结", "zh", "ltr"),
        ("카드가 정지되었습니다", "ko", "ltr"),
        ("บัตรของคุณ", "th", "ltr"),
        ("আপনার কার্ড", "bn", "ltr"),
        ("ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ", "und", "ltr"),
        ("ࡌࡀࡍࡃࡀ", "und", "rtl"),
    ],
)
def test_the_majority_of_the_letters_decides(text: str, language: str, direction: str) -> None:
    assert (letters(text).language, letters(text).direction) == (language, direction)


@pytest.mark.parametrize("text", ["", "5,000", "… — 12:30 %", "۱۲۳", "ab کا"])
@pytest.mark.parametrize("expected", ["ur", "en"])
def test_without_a_majority_the_expected_language_stands(text: str, expected: str) -> None:
    assert letters(text, expected).language == expected


def test_text_that_grows_is_counted_piece_by_piece() -> None:
    growing = letters("JS Bank")
    assert growing.direction == "ltr"
    assert growing.add(" کی قریبی شاخ").direction == "rtl"


def test_letters_of_the_arabic_script_are_the_personas_own_right_to_left_language() -> None:
    assert letters("مرحبا بكم", expected="ar").language == "ar"
    assert letters("مرحبا بكم", expected="en").language == "ur"


def test_a_language_is_written_its_own_way() -> None:
    assert {direction_of_language(language) for language in ("ur", "ar", "he", "yi", "dv", "ps")} == {"rtl"}
    assert {direction_of_language(language) for language in ("en", "hi", "ja", "th", "ru", "tr")} == {"ltr"}


@pytest.mark.parametrize(
    ("text", "expected", "script"),
    [
        ("मेरा कार्ड खो गया है", "ur", "devanagari"),
        ("please block my card", "ur", "latin"),
        ("میرا کارڈ بند کر دیں", "en", "arabic"),
        ("मेरा कार्ड खो गया है", "hi", None),
        ("میرا کارڈ بند کر دیں", "ur", None),
        ("میرا JS Bank کا debit card کھو گیا", "ur", None),
        ("OK thanks", "ur", "latin"),
        ("OK", "ur", None),
        ("", "ur", None),
        ("הכרטיס שלי אבד", "ur", "other"),
        ("הכרטיס שלי אבד", "he", None),
        ("カードを紛失しました", "en", "other"),
        ("漢字仮名交文不許可", "ja", None),
        ("Моја картица", "sr", None),
    ],
)
def test_letters_of_another_script_than_expected_are_noticed(
    text: str, expected: str, script: str | None
) -> None:
    assert letters(text, expected).unexpected_script == script


@pytest.mark.parametrize(
    ("text", "language"), [("میرا کارڈ بند کر دیں", "ur"), ("please block my card", "en")]
)
def test_no_language_of_a_bilingual_persona_is_a_surprise(text: str, language: str) -> None:
    for expected, also in (("ur", ["en"]), ("en", ["ur"])):
        said = Letters(expected, also).add(text)
        assert (said.unexpected_script, said.language) == (None, language)
    assert Letters("ur", ["en"]).add("मेरा कार्ड खो गया है").unexpected_script == "devanagari"


def test_letters_speak_for_the_expected_language_that_is_written_with_them() -> None:
    assert Letters("en", ["fa"]).add("کارت من گم شده است").language == "fa"
    assert Letters("ar", ["fr"]).add("Ma carte est perdue").language == "fr"
