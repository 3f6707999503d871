"""One HTML element that holds text."""

from nicegui.elements.mixins.text_element import TextElement


class TextNode(TextElement):
    """`TextNode('h1', 'Welcome')`; like `ui.label`, with a tag of one's choice."""

    def __init__(self, tag: str, text: str = "") -> None:
        super().__init__(tag=tag, text=text)
