import pytest

from guides.words import content_words, sound, term, terms


def test_small_words_are_left_out_in_every_language() -> None:
    assert content_words("where is the card") == ["card"]
    assert content_words("میرا کارڈ کہاں ہے؟") == ["کارڈ"]
    assert content_words("mera card kahan hai") == ["card"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("کھاتے", "account"),
        ("کھاتہ", "اکاؤنٹ"),
        ("اے ٹی ایم", "ATM"),
        ("شکایات", "complaint"),
        ("branches", "branch"),
        ("chori", "چوری"),
        ("claims", "claim"),
        ("making", "make"),
        ("appealed", "appeal"),
    ],
)
def test_forms_and_words_of_a_service_desk_meet_across_scripts(one: str, other: str) -> None:
    assert terms(one) == terms(other)


@pytest.mark.parametrize(
    ("latin", "urdu"),
    [("khulwana", "کھلوانا"), ("shanakhti", "شناختی"), ("statement", "اسٹیٹمنٹ"), ("deductible", "ڈیڈکٹیبل")],
)
def test_a_word_sounds_the_same_in_urdu_and_in_latin_letters(latin: str, urdu: str) -> None:
    assert sound(latin) == sound(urdu) is not None


def test_short_words_are_not_compared_by_their_sound() -> None:
    assert sound("pin") is None


def test_a_word_of_no_kin_is_its_own_stem() -> None:
    assert term("zebras") == "zebra"
