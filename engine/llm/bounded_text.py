"""How much of a conversation the rules look at: enough for a whole call, little enough to be quick."""

from typing import Any

from engine.session.items import Item, words_of

FIRST_CHARS = 4 * 1024
"""Of the beginning of a conversation, which says what it is about."""
LATEST_CHARS = 12 * 1024
"""Of its end."""
MAX_TOLD_CHARS = 16 * 1024
"""Of a function's output."""


def bounded(items: list[Item]) -> list[Item]:
    """Return the items at both ends of a conversation, as copies whose words fit the limits above."""
    latest = _up_to(LATEST_CHARS, reversed(items))[::-1]
    first = _up_to(FIRST_CHARS, items[: len(items) - len(latest)])
    return [*first, *latest]


def _up_to(chars: int, items: Any) -> list[Item]:
    taken: list[Item] = []
    for item in items:
        if chars <= 0:
            break
        taken.append(_cut(item, chars))
        chars -= 1 + len(words_of(item))
    return taken


def _cut(item: Item, chars: int) -> Item:
    if item["type"] == "function_call_output":
        return {**item, "output": item["output"][:MAX_TOLD_CHARS]}
    if len(words := words_of(item)) <= chars:
        return item
    return {**item, "content": [{"type": "input_text", "text": words[:chars]}]}
