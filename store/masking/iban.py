"""Finds IBANs in a text of ASCII digits, also those that a recogniser misheard or a caller spelled."""

import re
from collections.abc import Iterator

_GAP = r"[\W_]{0,6}"
_CLOSE_GAP = r"(?:[\s-]{0,3}|[._/])"
_BEGINS = re.compile(rf"(?<![A-Za-z0-9])([A-Za-z]){_GAP}([A-Za-z]){_GAP}\d")
_NEXT = re.compile(r"[\W_]{0,6}([A-Za-z0-9])")
_BY_SHAPE = re.compile(
    rf"(?<![A-Za-z0-9])[A-Za-z]{{2}}\d\d{_CLOSE_GAP}[A-Za-z0-9]{{4}}(?:{_CLOSE_GAP}\d){{7,26}}(?![A-Za-z0-9])"
)
"""What looks like an IBAN even if its check digits are wrong: a recogniser mishears."""
_OF_PAKISTAN = re.compile(
    rf"(?<!\w)(?:P{_GAP}K|پی{_GAP}کے){_GAP}\d{_GAP}\d(?:{_GAP}[A-Z]){{4}}(?:{_GAP}\d){{7,16}}(?!\w)",
    re.IGNORECASE,
)
"""The same, in any grouping: it begins like nothing else that is said here."""
_LENGTHS = """
15 NO
16 BE
18 DK FI FO GL NL SD
19 MK SI
20 AT BA EE KZ LT LU MN XK
21 CH HR LI LV
22 BG BH CR DE GB GE IE ME RS VA
23 AE GI IL IQ OM SO TL
24 AD CZ ES MD PK RO SA SE SK TN VG
25 LY PT ST
26 IS TR
27 BI DJ FR GR IT MC MR SM
28 AL AZ BY CY DO GT HU LB NI PL SV
29 BR EG PS QA UA
30 JO KW MU
31 MT SC
32 LC
33 RU
"""
_LENGTH_OF = {
    country: int(length)
    for length, *countries in map(str.split, _LENGTHS.strip().splitlines())
    for country in countries
}
"""SWIFT's IBAN registry: characters of an IBAN by its country."""


def find_ibans(plain: str) -> Iterator[tuple[int, int]]:
    """Yield the first character and the one behind the last of each."""
    for match in _BEGINS.finditer(plain):
        length = _LENGTH_OF.get((match[1] + match[2]).upper())
        end = _end_of(plain, match.start(), length) if length else None
        if end:
            yield match.start(), end
    for shape in (_BY_SHAPE, _OF_PAKISTAN):
        yield from (match.span() for match in shape.finditer(plain))


def _end_of(plain: str, start: int, length: int) -> int | None:
    """Return where the IBAN that begins here ends, if its check digits are right."""
    at, letters = start, ""
    while len(letters) < length:
        if not (match := _NEXT.match(plain, at)):
            return None
        letters += match[1]
        at = match.end()
    goes_on = plain[at : at + 1].isascii() and plain[at : at + 1].isalnum()
    return at if not goes_on and _has_checksum(letters) and not _holds_prose(plain[start:at]) else None


def _holds_prose(candidate: str) -> bool:
    """Return whether short words stand in it ("Rs 159 on 1980…"), as they do between no groups of an IBAN."""
    words = re.findall("[A-Za-z0-9]+", candidate[2:])
    return any(word.isalpha() and len(word) in (2, 3) for word in words[:-1])


def _has_checksum(letters: str) -> bool:
    return int("".join(str(int(letter, 36)) for letter in letters[4:] + letters[:4])) % 97 == 1
