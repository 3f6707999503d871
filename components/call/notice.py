"""What is told of a call that goes on: the first thing that went wrong, or what its caller should know."""

import asyncio

from nicegui import ui

from components.shared.text_node import TextNode
from components.shared.words import Words

TOLD_SECONDS = 20
"""How long something stays that needs no answer."""
MOST_COUNTED = 20
"""Each makes the page be rendered anew, and a page can send problems without end."""


class Notice(ui.element):
    """Hidden until something happens; its place is always there, or no screen reader would hear of it."""

    def __init__(self, words: Words) -> None:
        super().__init__("div")
        self._words = words
        self._about = ""
        self.count = 0
        self.classes("notices").props("role=status")
        with self:
            self._sentence = TextNode("p").classes("notice").props("dir=auto hidden translate=no")

    def show(self, code: str) -> None:
        """Tell of the first problem; later ones are counted, and none hides a warning."""
        if self.count == MOST_COUNTED:
            return
        self.count += 1
        self._sentence.props(f"data-count={self.count}")
        if self.count > 1 or self._about:
            return
        key = f"notice.{code}"
        sentence = self._words[key if key in self._words else "notice.unknown"]
        self._sentence.set_text(f"{self._words['notice.title']} {sentence}")
        self._sentence.props(remove="hidden")

    def warn(self, about: str, sentence: str) -> None:
        """Say something that has to be said now, whatever was said before.

        :param about: what it is, to take it back by
        """
        self._about = about
        self._sentence.set_text(sentence)
        self._sentence.props("data-urgent", remove="hidden")

    def tell(self, about: str, sentence: str) -> None:
        """Say something that is soon known."""
        self.warn(about, sentence)
        asyncio.get_running_loop().call_later(TOLD_SECONDS, self.take_back, about)

    def take_back(self, about: str) -> None:
        """Take a notice back that is not true any more, or was read."""
        if self._about == about:
            self._about = ""
            self._sentence.props("hidden", remove="data-urgent")

    def reset(self) -> None:
        """Hide all notices, because a new call starts."""
        self.count = 0
        self._about = ""
        self._sentence.props("hidden", remove="data-count data-urgent")
