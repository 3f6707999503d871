"""What is asked of the agent itself: an emergency, a wish for a human, whether it is a machine."""

import re
import tomllib
from pathlib import Path

from engine.demo.phrases import phrase
from engine.session.language import language_of_text
from transcripts.folding import folded

_QUESTIONS = tomllib.loads(Path(__file__).with_name("direct_questions.toml").read_text("utf-8-sig"))
EMERGENCY_NUMBERS = ("911", "112", "999", "1122", "000")
CRISIS_NUMBERS = ("988", "116 123", "13 11 14")
POLICE_NUMBERS = ("15",)


def _one_of(name: str) -> re.Pattern[str]:
    """Return an expression that finds one of the phrases, whose words stand in this order."""
    lines = (line.strip() for line in _QUESTIONS[name].strip().splitlines())
    ways = (r"\W+(?:\w+\W+){0,2}?".join(map(re.escape, folded(line).split())) for line in lines if line)
    return re.compile(rf"(?<!\w)(?:{'|'.join(ways)})(?!\w)")


_CRISIS, _EMERGENCY, _CRIME = _one_of("crisis"), _one_of("emergency"), _one_of("crime")
_GENERAL, _URGENT, _PAST = _one_of("general"), _one_of("urgent"), _one_of("past")
_HUMAN, _ROBOT = _one_of("human"), _one_of("robot")
_ROMAN_URDU = re.compile(rf"\b(?:{'|'.join(_QUESTIONS['roman_urdu'].split())})\b")


def direct_answer(text: str, instructions: str, otherwise: str) -> str | None:
    """Return the answer to a question that no guide needs; None for any other question.

    :param instructions: of the session, which may name the emergency numbers of the caller's country
    :param otherwise: the language, where the text does not show one
    """
    said = folded(text)
    language = _language(said, otherwise)
    if danger := _danger(said):
        return phrase(danger, language).format(_number(danger, instructions, language))
    if _ROBOT.search(said):
        return phrase("is_machine", language)
    return phrase("no_human", language) if _HUMAN.search(said) else None


def _danger(said: str) -> str | None:
    """Return which emergency is told of; None where one is past or asked about, as in "is it covered?"."""
    if _PAST.search(said) or (_GENERAL.search(said) and not _URGENT.search(said)):
        return None
    kinds = (("crisis", _CRISIS), ("crime", _CRIME), ("emergency", _EMERGENCY))
    return next((kind for kind, told in kinds if told.search(said)), None)


def _number(danger: str, instructions: str, language: str) -> str:
    numbers = {"crisis": CRISIS_NUMBERS, "crime": POLICE_NUMBERS}.get(danger, ()) + EMERGENCY_NUMBERS
    named = (number for number in numbers if re.search(rf"(?<!\d){number}(?!\d)", folded(instructions)))
    return next(named, None) or phrase("unknown_number", language)


def _language(said: str, otherwise: str) -> str:
    if len(_ROMAN_URDU.findall(said)) >= 2:
        return "ur"
    return language_of_text(said, otherwise)
