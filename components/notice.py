"""A small notice of the first thing that went wrong in a call that goes on."""

from nicegui import ui

from components.text_node import TextNode
from components.words import Words


class Notice(ui.element):
    """Hidden until something happens; later ones are counted, not shown."""

    def __init__(self, words: Words) -> None:
        super().__init__("div")
        self._words = words
        self.count = 0
        self.classes("notice").props("role=note hidden")
        with self:
            self._sentence = TextNode("p").props("dir=auto")

    def show(self, code: str) -> None:
        """Tell of the first one."""
        self.count += 1
        self.props(f"data-count={self.count}")
        if self.count > 1:
            return
        key = f"notice.{code}"
        sentence = self._words[key if key in self._words else "notice.unknown"]
        self._sentence.set_text(f"{self._words['notice.title']} {sentence}")
        self.props(remove="hidden")

    def warn(self, sentence: str) -> None:
        """Say something that has to be said now, whatever was said before."""
        self._sentence.set_text(sentence)
        self.props(remove="hidden")

    def reset(self) -> None:
        """A new call starts with nothing wrong."""
        self.count = 0
        self.props("hidden", remove="data-count")
