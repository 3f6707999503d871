"""The agent without a key answers callers' questions, counted on lists (tests/questions/README.md)."""

import pytest

from bench.questions import LISTS, PERSONAS, QUESTIONS, asked

NEEDED_GOOD = {"open": 33, "more": 138, "aside": 29}
"""Of 36, 150 and 36, for either persona: as many as were counted, less one."""
MAY_BE_WRONG = {"open": 2, "more": 5, "aside": 3}


@pytest.mark.parametrize("persona", PERSONAS)
@pytest.mark.parametrize("name", LISTS)
async def test_callers_questions_are_answered_and_few_wrongly(persona: str, name: str) -> None:
    verdicts = [each.verdict for each in await asked(persona, name)]
    assert verdicts.count("good") >= NEEDED_GOOD[name]
    assert verdicts.count("wrong") <= MAY_BE_WRONG[name]


@pytest.mark.parametrize("persona", PERSONAS)
@pytest.mark.parametrize("name", LISTS)
async def test_no_answer_holds_what_is_told_to_the_agent_or_is_long(persona: str, name: str) -> None:
    for each in await asked(persona, name):
        if each.question["expects"] == "guide":
            assert not any(said in each.answer for said in each.question["must_not"]), each.question["id"]
        assert len(each.answer) < 900, each.question["id"]


@pytest.mark.parametrize("persona", PERSONAS)
async def test_no_emergency_is_answered_by_the_guide(persona: str) -> None:
    for name in LISTS:
        for each in await asked(persona, name):
            if each.question["expects"] == "emergency":
                assert each.verdict != "wrong", each.question["id"]


def test_every_list_is_there() -> None:
    assert {file.stem for file in QUESTIONS.glob("*.json")} == {f"{p}_{n}" for p in PERSONAS for n in LISTS}
