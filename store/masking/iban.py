"""Finds IBANs in a text of ASCII digits, also those that a recogniser misheard or a caller spelled."""

import re
from collections.abc import Iterable, Iterator

_GAP = r"(?:[\s-]{0,3}|[._/])"
_LOOSE_GAP = r"[\s\-.,/_]{0,3}"
_BY_CHECKSUM = re.compile(rf"(?<![A-Za-z0-9])(?=([A-Za-z]{{2}}{_GAP}\d\d(?:{_GAP}[A-Za-z0-9]){{11,30}}))")
_BY_SHAPE = re.compile(
    rf"(?<![A-Za-z0-9])[A-Za-z]{{2}}\d\d{_GAP}[A-Za-z0-9]{{4}}(?:{_GAP}\d){{7,26}}(?![A-Za-z0-9])"
)
"""What looks like an IBAN even if its check digits are wrong: a recogniser mishears."""
_OF_PAKISTAN = re.compile(
    rf"(?<!\w)(?:P{_LOOSE_GAP}K|پی{_LOOSE_GAP}کے){_LOOSE_GAP}\d{_LOOSE_GAP}\d"
    rf"(?:{_LOOSE_GAP}[A-Z]){{4}}(?:{_LOOSE_GAP}\d){{7,16}}(?!\w)",
    re.IGNORECASE,
)
"""The same, in any grouping: it begins like nothing else that is said here."""


def find_ibans(plain: str) -> Iterator[tuple[int, int]]:
    """First character and the one behind the last, of each."""
    for match in _BY_CHECKSUM.finditer(plain):
        start = match.start(1)
        ends = (start + end for end in _word_ends(match.group(1), plain[match.end(1) :]))
        valid = [end for end in ends if _has_checksum(plain[start:end])]
        if valid:
            yield start, max(valid)
    for shape in (_BY_SHAPE, _OF_PAKISTAN):
        yield from (match.span() for match in shape.finditer(plain))


def _word_ends(candidate: str, rest: str) -> Iterable[int]:
    """Where in the candidate a word ends; its last word may go on in `rest`."""
    ends = [match.end() for match in re.finditer(r"[A-Za-z0-9]+", candidate)]
    return ends[:-1] if rest[:1].isalnum() and rest[:1].isascii() else ends


def _has_checksum(candidate: str) -> bool:
    letters = re.sub("[^A-Za-z0-9]", "", candidate)
    if len(letters) < 15 or _holds_prose(candidate):
        return False
    return int("".join(str(int(letter, 36)) for letter in letters[4:] + letters[:4])) % 97 == 1


def _holds_prose(candidate: str) -> bool:
    """Whether short words stand in it ("Rs 159 on 1980…"), as they do between no groups of an IBAN."""
    words = re.findall("[A-Za-z0-9]+", candidate[2:])
    return any(word.isalpha() and len(word) in (2, 3) for word in words[:-1])
