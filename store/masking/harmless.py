"""Finds what is no number to hide: dates, times, amounts, rates and prices."""

import re
from itertools import pairwise

_DAY, _MONTH = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
_TIME = r"(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d)?"
_PATTERNS = (
    rf"(?<![\d./-])[12]\d{{3}}([-./]){_MONTH}\1{_DAY}(?!\d|[-./]\d)",
    rf"(?<![\d./-]){_DAY}([-./]){_MONTH}\2(?:\d\d)?\d\d(?!\d|[-./]\d)",
    rf"(?<![\d:]){_TIME}(?!:?\d)",
    r"(?<![\d.,])[1-9]\d{0,2}(?:,\d{3}){1,3}(?:\.\d{1,2})?(?!\d|[.,]\d)",
    r"(?<![\d.,])[1-9]\d?(?:,\d\d){1,3},\d{3}(?:\.\d{1,2})?(?!\d|[.,]\d)",
    r"(?<![\d.,])\d{1,3}\.\d{1,2}(?!\d|[.,]\d)",
    r"(?<![\d.,])\d{1,3}\s?[%٪](?!\s?\d)",
    r"(?<!\d)[$€£₹₨]\s?\d{1,9}(?!\d)",
)
_HARMLESS = re.compile("|".join(_PATTERNS))

_YEAR = re.compile(r"1[89]\d\d|20\d\d")
_ROUND = re.compile(r"[1-9]\d{0,6}0")


def harmless_spans(plain: str) -> list[tuple[int, int]]:
    """Return where dates, times, amounts in thousands or in lakhs, rates and prices stand in a plain text."""
    return [match.span() for match in _HARMLESS.finditer(plain)]


def is_enumeration(groups: list[str]) -> bool:
    """Return whether the groups of digits are rising years, round amounts, or numbers with one distance."""
    if len(groups) < 3 or any((len(group) > 1 and group[0] == "0") or len(group) > 12 for group in groups):
        return False
    return _are_rising_years(groups) or _are_rising_years(_in_twos(groups)) or _is_series(groups)


def _in_twos(groups: list[str]) -> list[str]:
    """Return the groups in twos, as years are said ("nineteen forty")."""
    return (
        ["".join(two) for two in zip(groups[::2], groups[1::2], strict=False)] if len(groups) % 2 == 0 else []
    )


def _are_rising_years(groups: list[str]) -> bool:
    return bool(groups) and all(map(_YEAR.fullmatch, groups)) and min(_steps(groups)) > 0


def _is_series(groups: list[str]) -> bool:
    steps = _steps(groups)
    return min(steps) > 0 and (len(steps) == 1 or all(map(_ROUND.fullmatch, groups)))


def _steps(groups: list[str]) -> set[int]:
    return {int(after) - int(before) for before, after in pairwise(groups)}
