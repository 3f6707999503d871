"""Hides what must not be kept of the words people say: card numbers, IBANs, CNICs and phone numbers.

A masked text is as long as the text was, so that a position in one is the same position in the other.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

HIDDEN = "•"
SHOWN_AT_END = 4
"""Characters of a card number or an IBAN that stay readable."""

_GAP = r"[ -]{0,3}"
_LOOSE_GAP = r"(?:, |[ .()-]){0,3}"
_DAY, _MONTH = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
_DATES = re.compile(
    rf"(?<![\d./-])(?:\d{{4}}([-./]){_MONTH}\1{_DAY}|{_DAY}([-./]){_MONTH}\2(?:\d\d)?\d\d)(?!\d|-\d)"
)
_SPELLED_CNIC = r"(?<!\d[ -])\d(?:[ -]{1,3}\d){12}(?![ -]{1,3}\d(?!\d))"
_CNICS = re.compile(rf"(?<!\d)(?:\d{{5}}{_GAP}\d{{7}}{_GAP}\d|{_SPELLED_CNIC})(?!\d)")
_NUMBERS = re.compile(r"\d+(?:(?:, |[ -]{1,3})\d+)*")
_PHONES = re.compile(
    "|".join(
        (
            rf"\+{_LOOSE_GAP}\d(?:{_LOOSE_GAP}\d){{7,14}}(?!\d)",
            rf"(?<!\d)00{_GAP}[1-9](?:{_LOOSE_GAP}\d){{7,14}}(?!\d)",
            rf"(?<!\d)92{_LOOSE_GAP}3(?:{_LOOSE_GAP}\d){{9}}(?!\d)",
            rf"\(?(?<!\d)0{_GAP}[1-9](?:{_LOOSE_GAP}\d){{8,10}}(?!\d)",
            r"(?<!\d)3[0-4]\d[ .-]\d{7}(?!\d)",
            r"(?<!\d)(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[.-])\d{3}[ .-]\d{4}(?!\d)",
        )
    )
)
_IBANS = re.compile(rf"(?<![A-Za-z0-9])(?=([A-Za-z]{{2}}{_GAP}\d\d(?:{_GAP}[A-Za-z0-9]){{11,30}}))")
_IBAN_SHAPES = re.compile(
    rf"(?<![A-Za-z0-9])[A-Za-z]{{2}}\d\d{_GAP}[A-Za-z0-9]{{4}}(?:{_GAP}\d){{7,26}}(?![A-Za-z0-9])"
)
"""What looks like an IBAN even if its check digits are wrong: a recogniser mishears."""
_WORDS = re.compile(r"[^\s,.()\-]+")
_SENTENCE_MARKS = "!?؟۔।"

Span = tuple[int, int, int]
"""First character, the one behind the last, and how many at the end stay readable."""


def mask(text: str) -> str:
    """`text` with every sensitive number replaced by bullets, of a card or an IBAN all but its last four.

    Digits of every script are digits. Dates, times, amounts and short codes stay.
    """
    plain, masked = _plain(text), list(text)
    for find in (_ibans, _cnics, _cards, _phones):
        for start, end, shown in find(plain):
            _hide(masked, plain, start, end, shown)
            plain = plain[:start] + HIDDEN * (end - start) + plain[end:]
    return "".join(masked)


def before_open_number(text: str) -> str:
    """`text` of someone still speaking, without a number at its end: more of its digits may follow."""
    plain = _plain(text)
    if plain.rstrip().endswith(tuple(_SENTENCE_MARKS)):
        return text
    start = len(text)
    for word in reversed(list(_WORDS.finditer(plain))):
        if not _may_belong_to_number(word.group()):
            break
        start = word.start()
    return text[:start].rstrip("+( ") if any(map(str.isdigit, plain[start:])) else text


def _may_belong_to_number(word: str) -> bool:
    return (
        any(map(str.isdigit, word)) or word == "+" or (word.isascii() and word.isupper() and len(word) <= 4)
    )


def _plain(text: str) -> str:
    """`text`, character by character, in the alphabet of the patterns: ASCII digits, one space, one dash."""
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
    for match in _IBANS.finditer(plain):
        start = match.start(1)
        ends = (start + end for end in _word_ends(match.group(1), plain[match.end(1) :]))
        valid = [end for end in ends if _has_iban_checksum(plain[start:end])]
        if valid:
            yield start, max(valid), SHOWN_AT_END
    yield from ((*match.span(), SHOWN_AT_END) for match in _IBAN_SHAPES.finditer(plain))


def _word_ends(candidate: str, rest: str) -> Iterable[int]:
    """Where in the candidate a word ends; its last word may go on in `rest`."""
    ends = [match.end() for match in re.finditer(r"[A-Za-z0-9]+", candidate)]
    return ends[:-1] if rest[:1].isalnum() and rest[:1].isascii() else ends


def _has_iban_checksum(candidate: str) -> bool:
    letters = re.sub("[ -]", "", candidate)
    if len(letters) < 15 or _holds_prose(candidate):
        return False
    return int("".join(str(int(letter, 36)) for letter in letters[4:] + letters[:4])) % 97 == 1


def _holds_prose(candidate: str) -> bool:
    """Whether short words stand in it ("Rs 159 on 1980…"), as they do between no groups of an IBAN."""
    words = re.findall("[A-Za-z0-9]+", candidate[2:])
    return any(word.isalpha() and len(word) in (2, 3) for word in words[:-1])


def _cnics(plain: str) -> Iterator[Span]:
    yield from ((*match.span(), 0) for match in _CNICS.finditer(_without_dates(plain)))


def _phones(plain: str) -> Iterator[Span]:
    yield from ((*match.span(), 0) for match in _PHONES.finditer(_without_dates(plain)))


def _without_dates(plain: str) -> str:
    return _DATES.sub(lambda match: "/" * len(match.group()), plain)


def _cards(plain: str) -> Iterator[Span]:
    for numbers in _NUMBERS.finditer(_without_dates(plain)):
        for start, end in _joined(_card_windows(numbers.group())):
            yield numbers.start() + start, numbers.start() + end, SHOWN_AT_END


def _joined(windows: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Windows that overlap become one: nobody can tell which of them is the card."""
    joined: list[tuple[int, int]] = []
    for start, end in windows:
        if joined and start < joined[-1][1]:
            start, last_end = joined.pop()
            end = max(end, last_end)
        joined.append((start, end))
    return joined


def _card_windows(numbers: str) -> Iterator[tuple[int, int]]:
    """What may be a card among numbers that stand side by side: whole ones, from the left."""
    groups = [match.span() for match in re.finditer(r"\d+", numbers)]
    for first, (start, _) in enumerate(groups):
        digits = ""
        for group_start, end in groups[first:]:
            digits += numbers[group_start:end]
            if len(digits) > 19:
                break
            if len(digits) >= 13 and _is_card(digits) and _is_card_shape(numbers[start:end]):
                yield start, end


def _is_card_shape(written: str) -> bool:
    """Commas stand between amounts of a list too: with them, only groups of four are a card."""
    return "," not in written or bool(re.fullmatch(r"(?:\d{4}, ?){3,4}\d{1,4}", written))


def _is_card(digits: str) -> bool:
    """By Luhn's checksum; no card begins with 0."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return digits[0] != "0" and (sum(doubled) + sum(map(int, digits[-1::-2]))) % 10 == 0
