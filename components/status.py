"""The state in words, for the eye and for screen readers."""

from nicegui import ui

from components.stage import Stage
from components.text_node import TextNode


class Status(ui.element):
    """A line that says what goes on, and a sentence below it that says what to do."""

    def __init__(self) -> None:
        super().__init__("div")
        self.classes("status").props("role=status data-state=idle")
        with self:
            self._line = TextNode("p").classes("status__line").props("dir=auto")
            self._detail = TextNode("p").classes("status__detail").props("dir=auto")

    def show(self, stage: Stage, line: str, detail: str = "", reason: str = "") -> None:
        """:param reason: the code `detail` is the sentence of"""
        self.props(f'data-state={stage} data-reason="{reason}"')
        self._line.set_text(line)
        self._detail.set_text(detail)
