"""Subtitles for other screens: one picture for each change, however many viewers there are."""

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Literal

from calls.services.masked_items import masked_ends
from realtime.conversation import Conversation
from text_units import grapheme_floor, word_ceil

TOKEN_BYTES = 16
"""128 bits."""
SENTENCES = 2
LOOKED_AT = 50
"""Items from the last one on: for the last sentences, and for numbers that are said over several of them."""
LONGEST_CHARS = 240
"""Of a sentence; two lines of large type hold no more."""
MASKED_CHARS = 2000
"""At the end of a text; a number that is shown begins in them."""
UNUSED_SECONDS = 24 * 60 * 60.0
MOST = 1000
"""Addresses at once: a visitor is a cookie, and anybody gets another one."""


@dataclass(frozen=True, slots=True)
class OverlayLine:
    """A sentence as a viewer's page draws it."""

    text: str = field(repr=False)
    lang: str
    dir: Literal["ltr", "rtl"]


EMPTY = json.dumps({"lines": []})


class Overlay:
    """What stands at one secret address. Drawing it costs the same with one viewer and with a hundred."""

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(TOKEN_BYTES)
        self.is_revoked = False
        self.source: object = None
        """The session that draws here; others of the same visitor leave it alone."""
        self._picture = EMPTY
        self._changed = asyncio.Event()

    def show(self, lines: Sequence[OverlayLine]) -> None:
        """Let every viewer see this from now on."""
        picture = json.dumps({"lines": [asdict(line) for line in lines]}, ensure_ascii=False)
        if picture != self._picture:
            self._picture = picture
            self._wake()

    def revoke(self) -> None:
        """Close the visitor's address and every overlay that is open at it."""
        self.is_revoked = True
        self._wake()

    def _wake(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def pictures(self) -> AsyncIterator[str]:
        """Yield the present picture as JSON and then every later one; a slow viewer misses some."""
        seen = None
        while not self.is_revoked:
            changed = self._changed
            if seen != self._picture:
                seen = self._picture
                yield seen
            else:
                await changed.wait()


class OverlayRegistry:
    """The addresses that work now, at most one for each visitor; none outlives the server."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._overlays: dict[str, Overlay] = {}
        """By visitor."""
        self._used_s: dict[str, float] = {}
        """By visitor, the longest unused first."""

    def make(self, visitor_id: str) -> Overlay:
        """Return a new address; an earlier one of this visitor works no more."""
        self.revoke(visitor_id)
        self._forget_unused()
        self._used_s[visitor_id] = self._now()
        overlay = self._overlays[visitor_id] = Overlay()
        return overlay

    def of(self, visitor_id: str) -> Overlay | None:
        """Return the one this visitor has."""
        if self._used_s.pop(visitor_id, None) is not None:
            self._used_s[visitor_id] = self._now()
        return self._overlays.get(visitor_id)

    def find(self, token: str) -> Overlay | None:
        """Return the one at this address."""
        wanted = token.encode()
        made = self._overlays.values()
        return next((each for each in made if secrets.compare_digest(each.token.encode(), wanted)), None)

    def revoke(self, visitor_id: str) -> None:
        """Take this visitor's address back, if there is one."""
        self._used_s.pop(visitor_id, None)
        if overlay := self._overlays.pop(visitor_id, None):
            overlay.revoke()

    def _forget_unused(self) -> None:
        """Make room for one more: revoke those unused for a day, and the longest unused beyond `MOST`."""
        before = self._now() - UNUSED_SECONDS
        for visitor_id, used_s in list(self._used_s.items()):
            if used_s >= before and len(self._used_s) < MOST:
                break
            self.revoke(visitor_id)


def last_sentences(conversation: Conversation) -> list[str]:
    """Return what was said last, numbers masked as in the record; whole words, no more than fit."""
    items = list(islice(conversation.newest_first(), LOOKED_AT))[::-1]
    shown = masked_ends(items, MASKED_CHARS)
    texts = [_fitting(text.strip()) for item, text in zip(items, shown, strict=True) if item.role == "user"]
    return list(filter(None, texts))[-SENTENCES:]


def _fitting(text: str) -> str:
    if len(text) <= LONGEST_CHARS:
        return text
    from_char = len(text) - LONGEST_CHARS
    shown = text[word_ceil(text, from_char) :].strip()
    return f"… {shown or text[grapheme_floor(text, from_char) :]}"
