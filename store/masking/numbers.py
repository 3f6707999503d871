"""Decides which runs are numbers to hide: cards, CNICs, phone numbers, and whatever else is as long."""

import re
from collections.abc import Iterator, Sequence

from store.masking.groups import DigitGroup
from store.masking.harmless import is_enumeration

SHOWN_AT_END = 4
"""Characters of a card number or an IBAN that stay readable."""
CNIC_DIGITS = 13
LONGEST_CARD = 19
SPOKEN_DIGITS = 8
"""So many digits, some of them said as words, are a number to hide."""
SPOKEN_WORDS = 2

_PHONE = re.compile(r"(?:0|92|0092)?3[0-5]\d{8}|0[1-9]\d{8,10}|00[1-9]\d{7,14}|(?:91)?[6-9]\d{9}")
"""Mobiles of Pakistan and India; any number with a 0 for the area or 00 for the country."""
_INTERNATIONAL = re.compile(r"\d{8,15}")
_NORTH_AMERICAN = re.compile(r"(?<!\d)(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[.-])\d{3}[ .-]\d{4}(?!\d)")

Span = tuple[int, int, int]
"""First character, the one behind the last, and how many at the end stay readable."""


def sensitive_spans(plain: str, run: list[DigitGroup]) -> Iterator[Span]:
    """Yield the parts of a run that are hidden."""
    run = _without_lone_words(run)
    if not run or is_enumeration([group.digits for group in run]):
        return
    start, end = run[0].start, run[-1].end
    is_international = plain[max(0, start - 3) : start].rstrip(" (").endswith("+")
    if is_long(run):
        yield start, end, SHOWN_AT_END if not is_international and _is_card(run) else 0
    else:
        yield from _phones(run, is_international)
        for match in _NORTH_AMERICAN.finditer(plain, max(0, start - 1), end):
            yield *match.span(), 0


def is_long(run: Sequence[DigitGroup]) -> bool:
    """Return whether a run is hidden whole, whatever it is."""
    digits = sum(len(group.digits) for group in run)
    return digits >= CNIC_DIGITS or (_words(run) >= SPOKEN_WORDS and digits >= SPOKEN_DIGITS)


def _words(run: Sequence[DigitGroup]) -> int:
    return sum(group.words for group in run)


def _without_lone_words(run: list[DigitGroup]) -> list[DigitGroup]:
    """Return the run without a single word at an end of written digits ("4111 one moment")."""
    if _words(run) >= SPOKEN_WORDS:
        return run
    first, last = run[0].words, run[-1].words if len(run) > 1 else 0
    return run[first : len(run) - last]


def _is_card(run: Sequence[DigitGroup]) -> bool:
    """Tell a card by Luhn's checksum or by its groups; no card begins with 0."""
    groups = [group.digits for group in run]
    digits = "".join(groups)
    looks_so = len(groups) == 1 or all(len(group) == 4 for group in groups[:-1])
    return (
        CNIC_DIGITS < len(digits) <= LONGEST_CARD
        and digits[0] != "0"
        and not _words(run)
        and (looks_so or _has_checksum(digits))
    )


def _has_checksum(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(doubled) + sum(map(int, digits[-1::-2]))) % 10 == 0


def _phones(run: Sequence[DigitGroup], is_international: bool) -> Iterator[Span]:
    for first, last in _phone_groups(run, is_international):
        yield run[first].start, run[last].end, 0


def _phone_groups(run: Sequence[DigitGroup], is_international: bool) -> Iterator[tuple[int, int]]:
    """Yield the first and the last of groups side by side that make a phone number.

    :param is_international: whether `+` stands before the first group
    """
    for first in range(len(run)):
        digits = ""
        for last in range(first, len(run)):
            digits += run[last].digits
            kinds = (_PHONE, _INTERNATIONAL) if is_international and first == 0 else (_PHONE,)
            if any(kind.fullmatch(digits) for kind in kinds):
                yield first, last


def carried_groups(groups: Sequence[DigitGroup]) -> set[int]:
    """Return which of these groups, said one after another, are parts of a number to hide."""
    if is_enumeration([group.digits for group in groups]):
        return set()
    if is_long(groups):
        return set(range(len(groups)))
    return {place for first, last in _phone_groups(groups, False) for place in range(first, last + 1)}
