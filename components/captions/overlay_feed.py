"""Carries the last sentences of a captions session to its overlay."""

import asyncio
from collections.abc import Callable

from calls.call import Call
from calls.channels.overlay import Overlay, OverlayLine, last_sentences
from calls.events import CallChange
from components.shared.direction import Letters

PAUSE_SECONDS = 0.1
"""Between two pictures: nobody reads ten a second, and many viewers have to be sent each."""


class OverlayFeed:
    """Follows one session. However fast its text grows, it draws ten times a second at most."""

    def __init__(self, call: Call, overlay: Callable[[], Overlay | None]) -> None:
        """Create the overlay feed.

        :param overlay: the one that counts now, for it may be made or revoked at any time
        """
        self._call = call
        self._overlay = overlay
        self._is_due = False
        self.take_over()
        call.watch(self._follow)

    def _follow(self, changes: list[CallChange]) -> None:
        if changes and not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_later(PAUSE_SECONDS, self.draw)

    def take_over(self) -> None:
        """Show this session from now on, whatever was shown before; not once it is over."""
        overlay = self._overlay()
        if overlay and not self._call.closed:
            overlay.source = self
            self.draw()

    def draw(self) -> None:
        """Show how it stands, unless another session is shown; nothing once it is over."""
        self._is_due = False
        overlay = self._overlay()
        if overlay and overlay.source in (self, None):
            overlay.source = None if self._call.closed else self
            overlay.show([] if self._call.closed else self._lines())

    def _lines(self) -> list[OverlayLine]:
        return [self._line(text) for text in last_sentences(self._call.conversation)]

    def _line(self, text: str) -> OverlayLine:
        expected, *also = self._call.persona.languages
        letters = Letters(expected, also).add(text)
        return OverlayLine(text, letters.language, letters.direction)
