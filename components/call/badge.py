"""Says calmly that the voice is the built-in one, and what that means."""

from components.shared.text_node import TextNode
from components.shared.words import Words


def demo_badge(words: Words) -> None:
    """Draw a small label with its explanation."""
    badge = TextNode("p", words["badge.demo"]).classes("badge")
    badge.props["title"] = words["badge.demo_hint"]
