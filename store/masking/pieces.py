"""Masks long and growing texts in pieces, so that nothing else waits long for one of them."""

import asyncio
import re

from store.masking.characters import plain_text, shape_of
from store.masking.groups import digits_of, is_filler
from store.masking.masked import HIDDEN, mask

PIECE_CHARS = 16 * 1024
"""So much is masked without giving way to the event loop."""
SEAM_CHARS = 256
"""Where no place to cut is found, so much on both sides is masked once more as one text."""
CUT_WORD_CHARS = 5
"""Shorter words of ASCII letters may be groups of an IBAN."""
_LONG_WORD = re.compile(rf"(?<![dl])l{{{CUT_WORD_CHARS},}}(?![dl]|$)")
"""Beside digits it may be a part of an IBAN; at the end it may become a number word."""


class Masked(str):
    """A text that is masked already."""

    __slots__ = ()


async def mask_in_pieces(text: str) -> Masked:
    """Return `text` masked as `mask` does it; other tasks run between the pieces."""
    return await GrowingMask().update(text)


class GrowingMask:
    """Masks one text again and again while it grows, and of it only what is new."""

    def __init__(self) -> None:
        self._safe = ""
        """The beginning of the text, until where no number can go on."""
        self._masked = ""
        """The same, masked."""

    async def update(self, text: str) -> Masked:
        """Return the whole text masked; one that does not begin as before is masked anew."""
        if not text.startswith(self._safe):
            self._safe = self._masked = ""
        start, masked = len(self._safe), self._masked
        while len(text) - start > PIECE_CHARS:
            cut = safe_cut(text, start, start + PIECE_CHARS)
            masked += mask(text[start : cut or start + PIECE_CHARS])
            start = cut or start + PIECE_CHARS
            if not cut:
                masked = _mask_seam(text, masked)
            await asyncio.sleep(0)
        cut = safe_cut(text, start, len(text)) or start
        masked += mask(text[start:cut])
        self._safe, self._masked = text[:cut], masked
        return Masked(masked + mask(text[cut:]))


def safe_cut(text: str, start: int, end: int) -> int | None:
    """Return the last place in `text[start:end]` behind its start over which no number goes on."""
    near = max(start, end - PIECE_CHARS)
    plain = plain_text(text[near:end])
    words = [match.span() for match in _LONG_WORD.finditer(shape_of(plain))]
    for first, last in reversed(words):
        word = plain[first:last]
        if near + first > start and not (is_filler(word) or digits_of(word)):
            return near + first
    return None


def _mask_seam(text: str, masked: str) -> str:
    """Return `masked` with what is hidden when the text around its end is masked as one."""
    end = len(masked)
    start = max(0, end - SEAM_CHARS)
    seam = mask(text[start : end + SEAM_CHARS])
    both = zip(masked[start:], seam, strict=False)
    return masked[:start] + "".join(HIDDEN if HIDDEN in pair else pair[0] for pair in both)
