"""How much of a conversation is kept in memory, and how much one event may bring.

An honest call stays far below each of these: an hour of speech has about 54,000 characters in 1,000 items.
"""

MAX_ITEM_CHARS = 16_000
"""Text of one item; also the arguments and the output of a tool."""
MAX_ITEM_PARTS = 16
"""Content parts of one item."""
MAX_ITEMS = 10_000
"""Items of one call. The oldest leave memory, not the record."""
MAX_CALL_CHARS = 1_000_000
"""Text of all items of one call. The oldest leave memory until the rest fits."""
MAX_RESPONSES = 1_000
"""Responses of one call that are remembered."""
MAX_RESPONSE_ITEMS = 64
"""Output items of one response."""
MAX_MOVED = 32
"""Items that move along with one that turns out to stand elsewhere."""
MAX_ID_CHARS = 128
"""An id of the provider has about 30."""
