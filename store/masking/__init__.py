"""Hides what must not be kept of the words people say: card numbers, IBANs, CNICs and phone numbers.

People and recognisers group such numbers as they like, so their length counts and not their grouping:
numbers that stand side by side are one *run*. A run of thirteen digits or more is hidden whole, whatever its
checksum says (one digit may be misheard); in a shorter one phone numbers are looked for. What is clearly a
date, a time, a rate or an amount with separators is set aside before.

A masked text is as long as the text was, so that a position in one is the same position in the other.
"""

from store.masking.growing import before_open_number
from store.masking.masked import mask
from store.masking.pieces import GrowingMask, Masked, mask_in_pieces

__all__ = ["GrowingMask", "Masked", "before_open_number", "mask", "mask_in_pieces"]
