"""Hides what must not be kept of the words people say: card numbers, IBANs, CNICs and phone numbers.

People and recognisers group such numbers as they like, so their length counts and not their grouping:
numbers that stand side by side are one *run*. A run of thirteen digits or more is hidden whole, whatever its
checksum says (one digit may be misheard); in a shorter one phone numbers are looked for. What is clearly a
date, a time, a rate or an amount with separators is set aside before.

A masked text is as long as the text was, so that a position in one is the same position in the other.
"""

import re
import unicodedata
from collections.abc import Iterator

from store.masking.iban import find_ibans
from store.masking.number_words import FILLERS, NUMBER_WORDS, any_of

HIDDEN = "•"
SHOWN_AT_END = 4
"""Characters of a card number or an IBAN that stay readable."""
CNIC_DIGITS = 13
LONGEST_CARD = 19
SPOKEN_DIGITS = 8
"""So many digits, some of them said as words, are a number to hide."""

_GAP = r"[\s\-.,/_()۔]{1,4}"
_BETWEEN = rf"{_GAP}(?:{any_of(FILLERS)}{_GAP})?"
_WORD = any_of(NUMBER_WORDS)
_DIGITS = r"(?<!\d)\d++"
_RUNS = re.compile(rf"{_DIGITS}(?:{_BETWEEN}{_DIGITS})*")
_SPOKEN_RUNS = re.compile(rf"(?:{_WORD}|{_DIGITS})(?:{_BETWEEN}(?:{_WORD}|{_DIGITS}))+", re.IGNORECASE)
_PHONE = re.compile(r"(?:0|92|0092)?3[0-5]\d{8}|0[1-9]\d{8,10}|00[1-9]\d{7,14}")
_INTERNATIONAL = re.compile(r"\d{8,15}")
_NORTH_AMERICAN = re.compile(r"(?<!\d)(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[.-])\d{3}[ .-]\d{4}(?!\d)")
_DAY, _MONTH = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
_HARMLESS = re.compile(
    "|".join(
        (
            rf"(?<![\d./-])[12]\d{{3}}([-./]){_MONTH}\1{_DAY}(?!\d|[-./]\d)",
            rf"(?<![\d./-]){_DAY}([-./]){_MONTH}\2(?:\d\d)?\d\d(?!\d|[-./]\d)",
            r"(?<![\d:])\d?\d:\d\d(?::\d\d)?(?![\d:])",
            r"(?<![\d.,])[1-9]\d{0,2}(?:,\d{3}){1,3}(?:\.\d{1,2})?(?!\d|[.,]\d)",
            r"(?<![\d.,])[1-9]\d?(?:,\d\d){1,3},\d{3}(?:\.\d{1,2})?(?!\d|[.,]\d)",
            r"(?<![\d.,])\d{1,3}\.\d{1,2}(?!\d|[.,]\d)",
        )
    )
)
"""Dates, times, amounts in thousands or in lakhs, rates."""
_WORDS = re.compile(r"[^\s,.()\-/_۔]+")
_SENTENCE_MARKS = "!?؟।"

Span = tuple[int, int, int]
"""First character, the one behind the last, and how many at the end stay readable."""


def mask(text: str) -> str:
    """`text` with every sensitive number replaced by bullets, of a card or an IBAN all but its last four.

    Digits of every script are digits. Dates, times, amounts and short codes stay.
    """
    plain, masked = _plain(text), list(text)
    for find in (_ibans, _spoken_numbers, _numbers, _north_american):
        for start, end, shown in find(plain):
            _hide(masked, plain, start, end, shown)
            plain = plain[:start] + HIDDEN * (end - start) + plain[end:]
    return "".join(masked)


def before_open_number(text: str) -> str:
    """`text` of someone still speaking, without a number at its end: more of its digits may follow."""
    plain = _plain(text)
    if plain.rstrip().endswith(tuple(_SENTENCE_MARKS)):
        return text
    start, held = len(text), False
    for word in reversed(list(_WORDS.finditer(plain))):
        is_last = word.end() == len(plain)
        if not (_may_belong_to_number(word.group()) or (is_last and _may_become_one(word.group()))):
            break
        start, held = word.start(), held or _is_part_of_number(word.group())
    return text[:start].rstrip("+( ") if held else text


def _may_belong_to_number(word: str) -> bool:
    return (
        _is_part_of_number(word)
        or word == "+"
        or word.lower() in FILLERS
        or (word.isascii() and word.isupper() and len(word) <= 4)
    )


def _is_part_of_number(word: str) -> bool:
    return any(map(str.isdigit, word)) or word.lower() in NUMBER_WORDS


def _may_become_one(word: str) -> bool:
    """Whether it may be the beginning of a number's next word."""
    return any(whole.startswith(word.lower()) for whole in NUMBER_WORDS | FILLERS)


def _plain(text: str) -> str:
    """`text`, character by character, in the alphabet of the patterns: ASCII digits, one dash, one comma."""
    return text if text.isascii() else "".join(map(_plain_character, text))


def _plain_character(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category in ("Zs", "Cf"):
        return " "
    if character in "،٬":
        return ","
    return "-" if category == "Pd" or character == "−" else character


def _hide(masked: list[str], plain: str, start: int, end: int, shown: int) -> None:
    counted = [place for place in range(start, end) if plain[place].isalnum()]
    for place in counted[: len(counted) - shown]:
        masked[place] = HIDDEN


def _ibans(plain: str) -> Iterator[Span]:
    yield from ((*span, SHOWN_AT_END) for span in find_ibans(plain))


def _spoken_numbers(plain: str) -> Iterator[Span]:
    """Runs of which at least two digits are said as words."""
    for run in _SPOKEN_RUNS.finditer(_without_harmless(plain)):
        words = len(re.findall(_WORD, run.group(), re.IGNORECASE))
        if words >= 2 and words + sum(map(str.isdigit, run.group())) >= SPOKEN_DIGITS:
            yield *run.span(), 0


def _numbers(plain: str) -> Iterator[Span]:
    for run in _RUNS.finditer(_without_harmless(plain)):
        groups = [(run.start() + each.start(), each.group()) for each in re.finditer(r"\d+", run.group())]
        is_international = plain[max(0, run.start() - 3) : run.start()].rstrip(" (").endswith("+")
        if sum(len(digits) for _, digits in groups) >= CNIC_DIGITS:
            is_card = not is_international and _is_card([digits for _, digits in groups])
            yield *run.span(), SHOWN_AT_END if is_card else 0
        else:
            yield from _phones(groups, is_international)


def _is_card(groups: list[str]) -> bool:
    """By Luhn's checksum or by its groups; no card begins with 0."""
    digits = "".join(groups)
    looks_so = len(groups) == 1 or all(len(group) == 4 for group in groups[:-1])
    return (
        CNIC_DIGITS < len(digits) <= LONGEST_CARD and digits[0] != "0" and (looks_so or _has_checksum(digits))
    )


def _has_checksum(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(doubled) + sum(map(int, digits[-1::-2]))) % 10 == 0


def _phones(groups: list[tuple[int, str]], is_international: bool) -> Iterator[Span]:
    """Whole groups side by side that make a phone number; `+` stands before the first one."""
    for first, (start, _) in enumerate(groups):
        digits = ""
        for place, group in groups[first:]:
            digits += group
            kinds = (_PHONE, _INTERNATIONAL) if is_international and first == 0 else (_PHONE,)
            if any(kind.fullmatch(digits) for kind in kinds):
                yield start, place + len(group), 0


def _north_american(plain: str) -> Iterator[Span]:
    yield from ((*match.span(), 0) for match in _NORTH_AMERICAN.finditer(_without_harmless(plain)))


def _without_harmless(plain: str) -> str:
    return _HARMLESS.sub(lambda match: "~" * len(match.group()), plain)
