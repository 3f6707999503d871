from pathlib import Path

import pytest

from agents.guide_search import FOUND_SECTIONS, NOTHING, GuideSearch, search_tool
from agents.tools import Tool, ToolContext
from tests.fakes.no_database import NO_DATABASE

PERSONAS = Path(__file__).parents[3] / "personas"
GUIDE = """
Be kind.
# Opening hours
We open at nine.
# Returns
Bring the receipt. A refund takes a week.
# Delivery
Parcels take three days.
"""


def headings(guide: str, query: str) -> list[str]:
    return [found.section.heading for found in GuideSearch(guide).find(query)]


async def found_by(tool: Tool, query: str) -> str:
    return await tool.run(ToolContext("call", NO_DATABASE), tool.arguments(query=query))


@pytest.mark.parametrize(
    ("question", "heading"),
    [
        ("When does open enrollment end?", "Open enrollment dates"),
        ("I lost my job, which life event lets me enroll?", "Special enrollment after a life event"),
        ("what is a silver plan's actuarial value", "Metal tiers and actuarial value"),
        ("how many days do I have for an internal appeal", "Internal appeal"),
        ("I have not paid my premium, is there a grace period?", "A missed premium and the grace period"),
    ],
)
def test_a_callers_question_finds_its_section(question: str, heading: str) -> None:
    assert heading in headings((PERSONAS / "ibx" / "guide.md").read_text("utf-8"), question)


@pytest.mark.parametrize(
    ("question", "heading"),
    [
        ("کارڈ گم ہو جائے تو کیا کروں؟", "کارڈ گم یا چوری ہو جائے"),
        ("كھاته کھلوانا", "کھاتہ کھلوانا"),
        ("پِن بھول گیا", "پن کوڈ بھول جائیں"),
    ],
    ids=["urdu", "arabic letters", "vowel signs"],
)
def test_urdu_is_found_however_it_is_written(question: str, heading: str) -> None:
    assert headings((PERSONAS / "jsbank" / "guide.md").read_text("utf-8"), question)[0] == heading


def test_other_forms_of_a_word_are_found() -> None:
    assert headings(GUIDE, "parcel") == ["Delivery"]
    assert headings(GUIDE, "returned") == ["Returns"]


@pytest.mark.parametrize("query", ["who are the Beatles", "what is the", "", "؟"])
def test_what_the_guide_does_not_speak_of_is_not_found(query: str) -> None:
    assert headings(GUIDE, query) == []


def test_an_empty_guide_is_no_trouble() -> None:
    assert headings("", "anything") == []


def test_no_more_sections_are_given_than_help() -> None:
    guide = "\n".join(f"# Plan {n}\nEvery plan has a price." for n in range(9))
    assert len(headings(guide, "plan price")) == FOUND_SECTIONS


async def test_the_tool_gives_the_sections_as_they_stand_in_the_guide() -> None:
    assert await found_by(search_tool(GUIDE, "en"), "opening hours") == "# Opening hours\nWe open at nine."


@pytest.mark.parametrize("language", ["en", "ur"])
async def test_the_tool_says_in_the_agents_language_that_there_is_nothing(language: str) -> None:
    assert NOTHING[language] in await found_by(search_tool(GUIDE, language), "Beatles")


def test_the_tool_is_public_for_it_only_reads() -> None:
    assert search_tool(GUIDE, "en").public


async def test_the_passage_that_answers_stands_first_and_what_callers_say_is_left_out() -> None:
    guide = "# Fees\nA card costs nothing.\n\nA copy costs one.\n> Callers say: paper, print.\n\n> Be short."
    found = await found_by(search_tool(guide, "en"), "print on paper")
    assert found == "# Fees\nA copy costs one.\n\nA card costs nothing.\n\n> Be short."
