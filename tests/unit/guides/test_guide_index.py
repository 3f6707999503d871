from pathlib import Path

import pytest

from guides.guide_index import GuideIndex

PERSONAS = Path(__file__).parents[3] / "personas"
GUIDE = """
Be kind.
# Making a claim
Send us the form.
# Opening hours
We open at nine.
> Callers say: when can I come by, are you there on Saturday.
# Delivery
Parcels take three days.
"""


def headings(question: str, guide: str = GUIDE) -> list[str]:
    return [found.section.heading for found in GuideIndex(guide).find(question)]


@pytest.mark.parametrize(
    ("question", "heading"),
    [
        ("How do I make a claim?", "Making a claim"),
        ("I would like to hand in my claims from last week, please", "Making a claim"),
        ("parcel", "Delivery"),
        ("pracel", "Delivery"),
        ("Saturday?", "Opening hours"),
    ],
)
def test_a_question_finds_its_section_in_other_forms_with_slips_and_by_what_callers_say(
    question: str, heading: str
) -> None:
    assert headings(question)[0] == heading


def test_words_that_the_guide_lacks_do_not_keep_it_from_answering() -> None:
    (best, *_) = GuideIndex(GUIDE).find("my grandmother wonders how to make a claim")
    assert best.section.heading == "Making a claim"
    assert best.share > 0.4


def test_what_is_partly_spoken_of_has_a_small_share() -> None:
    (best, *_) = GuideIndex(GUIDE).find("who won the football match on the nine green hills of Rome")
    assert best.share < 0.4


@pytest.mark.parametrize("question", ["who are the Beatles", "what is the", "", "؟"])
def test_nothing_of_a_question_is_nothing_found(question: str) -> None:
    assert headings(question) == []


def test_a_note_to_the_agent_is_not_searched() -> None:
    assert headings("giraffe", "# Zoo\nOpen daily.\n> Never speak of the giraffe.") == []


def test_an_empty_guide_is_no_trouble() -> None:
    assert headings("anything", "") == []


@pytest.mark.parametrize(
    ("question", "heading"),
    [
        ("کارڈ گم ہو جائے تو کیا کروں؟", "کارڈ گم یا چوری ہو جائے"),
        ("كھاته کھلوانا ہے", "کھاتہ کھلوانا"),
        ("پِن بھول گیا", "پن کوڈ بھول جائیں"),
        ("account kaise khulwaun", "کھاتہ کھلوانا"),
    ],
    ids=["urdu", "arabic letters", "vowel signs", "latin letters"],
)
def test_urdu_is_found_however_it_is_written(question: str, heading: str) -> None:
    assert headings(question, (PERSONAS / "jsbank" / "guide.md").read_text("utf-8"))[0] == heading
