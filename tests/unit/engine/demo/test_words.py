import pytest

from engine.demo.words import content_words, folded, words


def test_letters_digits_and_vowel_signs_have_one_form() -> None:
    assert folded("كِتابي ۱۲۳") == folded("کتابی 123")


def test_punctuation_is_no_word() -> None:
    assert words("کارڈ، گم؟ (PIN)!") == ["کارڈ", "گم", "pin"]


def test_small_words_are_left_out() -> None:
    assert content_words("میرا کارڈ کہاں ہے؟") == content_words("کارڈ")
    assert content_words("where is the card") == content_words("card")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("کھاتے", "account"),
        ("کھاتہ", "اکاؤنٹ"),
        ("اے ٹی ایم", "ATM"),
        ("شکایات", "complaint"),
        ("branches", "branch"),
        ("chori", "چوری"),
    ],
)
def test_words_of_a_service_desk_meet_across_scripts(one: str, other: str) -> None:
    assert content_words(one) == content_words(other)
