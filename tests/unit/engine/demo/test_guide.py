from pathlib import Path

import pytest

from engine.demo.guide import Guide

GUIDE = """
Always be kind and never name a price of a garden.

# Opening hours
We are open from nine to five. On Friday we close at noon.

## Watering plants
Roses drink twice a week. Cactus drinks once a month. Ferns want wet soil. Orchids bathe on Sundays.

# Empty
"""
JSBANK = (Path(__file__).parents[4] / "personas/jsbank/guide.md").read_text("utf-8")


def test_what_stands_before_the_first_heading_is_never_quoted() -> None:
    assert Guide(GUIDE).answer("what is the price of a garden?") is None


def test_a_question_gets_the_sentences_of_the_section_that_fits() -> None:
    answer = Guide(GUIDE).answer("When do you open?")
    assert answer == "We are open from nine to five. On Friday we close at noon."


def test_of_a_long_section_the_stretch_that_speaks_of_it() -> None:
    answer = Guide(GUIDE).answer("how much water for orchids")
    assert answer is not None
    assert answer.endswith("Orchids bathe on Sundays.")
    assert answer.count(".") == 3


@pytest.mark.parametrize("question", ["", "the of and", "who won the football match yesterday"])
def test_nothing_that_fits_is_no_answer(question: str) -> None:
    assert Guide(GUIDE).answer(question) is None


def test_instructions_without_a_guide_answer_nothing() -> None:
    assert Guide("You are kind.").answer("are you kind?") is None


@pytest.mark.parametrize(
    ("question", "heading_word"),
    [
        ("میرا کارڈ گم ہو گیا ہے، کیا کروں؟", "کارڈ فوراً بند کروائیں"),
        ("نیا اکاؤنٹ کھولنا ہے", "نیا کھاتہ کھلوانے"),
        ("mera card chori ho gaya hai", "کارڈ فوراً بند کروائیں"),
        ("how do I open an account?", "نیا کھاتہ کھلوانے"),
        ("اے ٹی ایم سے پیسے نہیں نکلے", "رقم"),
        ("پن بھول گیا ہوں", "پن"),
        ("شاخ کے اوقات کیا ہیں؟", "اوقات"),
        ("آئی بی اے این کیا ہوتا ہے؟", "بین الاقوامی نمبر"),
    ],
)
def test_the_banks_guide_is_found_in_urdu_roman_urdu_and_english(question: str, heading_word: str) -> None:
    answer = Guide(JSBANK).answer(question)
    assert answer is not None
    assert heading_word in answer


@pytest.mark.parametrize("question", ["آج موسم کیسا ہے؟", "کرکٹ میچ کون جیتا؟", "tell me a joke"])
def test_the_banks_guide_does_not_answer_what_it_does_not_know(question: str) -> None:
    assert Guide(JSBANK).answer(question) is None
