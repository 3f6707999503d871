"""Masks long and growing texts in pieces, so that nothing else waits long for one of them."""

import asyncio
import re

from store.masking.characters import plain_text, shape_of
from store.masking.groups import may_stand_in_number
from store.masking.masked import mask

PIECE_CHARS = 2048
"""So much is masked without giving way to the event loop, and at most so much again when a text grows."""
LONGEST_NUMBER = 400
"""Characters; no number is said or written in more, whatever stands between its digits."""
IBAN_WORD_CHARS = 4
"""Words of ASCII letters that are no longer may be groups of an IBAN."""
_WORD = re.compile(r"(?<![dl])l{3,}(?![dl]|$)")
"""Beside digits it may be a part of an IBAN, and a shorter one its beginning; at the end it may become a
number word."""
_DIGIT = re.compile("d")


class Masked(str):
    """A text that is masked already."""

    __slots__ = ()


async def mask_in_pieces(text: str) -> Masked:
    """Return `text` masked as `mask` does it; other tasks run between the pieces."""
    return await GrowingMask().update(text)


class GrowingMask:
    """Masks one text again and again while it grows, and of it only what is new."""

    def __init__(self) -> None:
        self._known = ""
        """The beginning of the text that need not be masked again."""
        self._masked = ""
        """The same, masked."""
        self._from = 0
        """Where masking goes on: before the end of `_known` where a number may stand over that."""

    async def update(self, text: str) -> Masked:
        """Return the whole text masked; one that does not begin as before is masked anew."""
        if not text.startswith(self._known):
            self._known, self._masked, self._from = "", "", 0
        while len(text) - self._from > PIECE_CHARS:
            self._take_piece(text, self._from + PIECE_CHARS)
            await asyncio.sleep(0)
        if cut := safe_cut(text, len(self._known), len(text)):
            self._keep(text, cut, cut, cut)
        return Masked(self._masked + self._rest(text, len(text)))

    def _take_piece(self, text: str, end: int) -> None:
        """Mask up to a safe place before `end`, or else to one that is masked with what is on both sides."""
        if cut := safe_cut(text, len(self._known), end):
            self._keep(text, cut, cut, cut)
        else:
            end = _after_space(text, end)
            middle = end - LONGEST_NUMBER
            self._keep(text, middle, end, _after_space(text, middle - LONGEST_NUMBER))

    def _keep(self, text: str, known: int, end: int, go_on_from: int) -> None:
        """Keep the text up to `known` as it is masked together with what follows up to `end`."""
        masked = self._rest(text, end)
        self._masked += masked[: known - len(self._known)]
        self._known, self._from = text[:known], go_on_from

    def _rest(self, text: str, end: int) -> str:
        """Return what follows on the known text up to `end`, masked."""
        return mask(text[self._from : end])[len(self._known) - self._from :]


def safe_cut(text: str, start: int, end: int) -> int | None:
    """Return the last place in `text[start:end]` behind its start over which no number goes on."""
    near = max(0, start - LONGEST_NUMBER)
    plain = plain_text(text[near:end])
    shape = shape_of(plain)
    for match in reversed(list(_WORD.finditer(shape, start - near + 1))):
        first = match.start()
        word = plain[first : match.end()]
        if not may_stand_in_number(word) and (_ends_iban(word) or _is_far_from_digits(shape, near, first)):
            return near + first
    return None


def _ends_iban(word: str) -> bool:
    return len(word) > IBAN_WORD_CHARS or not word.isascii()


def _is_far_from_digits(shape: str, near: int, place: int) -> bool:
    """Return whether no IBAN can have begun before this place.

    :param near: how many characters stand before the shape
    """
    reach = place - LONGEST_NUMBER
    return (reach >= 0 or not near) and not _DIGIT.search(shape, max(0, reach), place)


def _after_space(text: str, end: int) -> int:
    """Return the last place behind a space that is close before `end`, or `end` without one."""
    space = text.rfind(" ", end - LONGEST_NUMBER // 8, end)
    return end if space < 0 else space + 1
