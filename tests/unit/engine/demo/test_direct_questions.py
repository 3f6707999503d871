import pytest

from engine.demo.direct_questions import direct_answer
from engine.demo.phrases import phrase

US = "In an emergency tell the caller to dial 911, and 988 for a mental health crisis."
PAKISTAN = "ہنگامی صورت میں 1122 اور پولیس کے لیے 15 ملانے کو کہیں۔"


@pytest.mark.parametrize(
    ("said", "instructions", "number", "language"),
    [
        ("I have chest pain", US, "911", "en"),
        ("My husband is not breathing!", US, "911", "en"),
        ("I want to kill myself", US, "988", "en"),
        ("مجھے سینے میں درد ہے", US, "911", "ur"),
        ("mere abbu ko dil ka dora para hai", PAKISTAN, "1122", "ur"),
        ("a man with a gun is robbing people", PAKISTAN, "15", "en"),
        ("ڈاکو آ گئے ہیں", PAKISTAN, "15", "ur"),
    ],
)
def test_an_emergency_is_told_the_number_of_the_instructions(
    said: str, instructions: str, number: str, language: str
) -> None:
    answer = direct_answer(said, instructions, "en")
    kinds = ("emergency", "crisis", "crime")
    assert answer in [phrase(kind, language).format(number) for kind in kinds]


def test_without_a_number_in_the_instructions_the_countries_numbers_are_told() -> None:
    answer = direct_answer("I have chest pain", "Be kind.", "en")
    assert answer is not None and "911" in answer and "1122" in answer


@pytest.mark.parametrize(
    "asked",
    [
        "Is a heart attack covered?",
        "Does the plan pay for an ambulance after a stroke?",
        "What is the copay for an overdose treatment",
    ],
)
def test_a_question_about_dangers_in_general_is_no_emergency(asked: str) -> None:
    assert direct_answer(asked, US, "en") is None


@pytest.mark.parametrize(
    "said", ["my card was stolen", "I lost my card", "کارڈ چوری ہو گیا", "how do I pay?"]
)
def test_other_troubles_are_no_emergency(said: str) -> None:
    assert direct_answer(said, US, "en") is None


@pytest.mark.parametrize(
    ("asked", "language"),
    [("Are you a robot?", "en"), ("کیا آپ روبوٹ ہیں؟", "ur"), ("kya aap robot hain ya insaan", "ur")],
)
def test_a_machine_says_that_it_is_one(asked: str, language: str) -> None:
    assert direct_answer(asked, US, "en") == phrase("is_machine", language)


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("Let me talk to a real person", "en"),
        ("کسی انسان سے بات کروائیں", "ur"),
        ("insaan se baat karwa dein", "ur"),
    ],
)
def test_a_wish_for_a_human_is_answered_honestly(asked: str, language: str) -> None:
    assert direct_answer(asked, US, "en") == phrase("no_human", language)
