"""Says calmly that the voice is the built-in one, and what that means."""

from components.shared.text_node import TextNode
from components.shared.words import Words


def demo_badge(words: Words, *, listens: bool) -> None:
    """Draw a small label.

    :param listens: whether spoken words are understood, and not typed ones alone
    """
    TextNode("p", words["badge.demo" if listens else "badge.typing_only"]).classes("badge")
