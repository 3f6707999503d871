"""Bounds of a conversation in memory, and of what one event may add.

An honest call stays far below each of these: an hour of speech has about 54,000 characters in 1,000 items.
"""

MAX_ITEM_CHARS = 16_000
"""Characters of one item's text; also of the arguments and the output of a tool."""
MAX_ITEM_PARTS = 16
"""Content parts of one item."""
MAX_ITEMS = 10_000
"""Items of one call. The oldest are removed from memory, not from the record."""
MAX_CALL_CHARS = 1_000_000
"""Characters of all items of one call. The oldest are removed from memory until the rest fits."""
MAX_RESPONSES = 1_000
"""Responses of one call that are remembered."""
MAX_RESPONSE_ITEMS = 64
"""Output items of one response."""
MAX_MOVED = 32
"""Items that move together with one whose place changes."""
MAX_ID_CHARS = 128
"""Characters of an id; the provider's have about 30."""
