"""Texts of a call's items as they may be stored: numbers masked, also those said over several items."""

from collections.abc import Sequence
from dataclasses import dataclass

from realtime.conversation.item import Item
from realtime.recent import RecentDict
from store.masking import GrowingMask, Masked, before_open_number, mask
from store.masking.carry import Carry
from store.masking.masked import hide
from store.masking.utterance import utterance

REMEMBERED_ITEMS = 256
"""Texts of one conversation in memory: more than are written at once, and than one number spans."""


@dataclass(frozen=True, slots=True)
class ItemText:
    """Text of one item at present, before it is masked."""

    text: str
    is_whole: bool
    """Whether no more of it will come."""


class MaskedItems:
    """Masking of one conversation's items: each text is masked once, of a growing one only what is new."""

    def __init__(self) -> None:
        self._carry = Carry()
        self._said: RecentDict[ItemText] = RecentDict(REMEMBERED_ITEMS)
        self._growing: RecentDict[GrowingMask] = RecentDict(REMEMBERED_ITEMS)
        self._whole: RecentDict[tuple[str, str]] = RecentDict(REMEMBERED_ITEMS)
        """Finished texts and the same masked, by item id; one object where nothing is hidden."""

    def feed(self, item: Item, *, is_whole: bool) -> set[str]:
        """Add an item, or its present text; items come in the order of the conversation.

        :param is_whole: False holds back a number at its end, as more of it may come
        :return: ids of the items of which more is to be hidden than before
        """
        said = ItemText(item.text if is_whole else before_open_number(item.text), is_whole)
        is_known = item.id in self._said and self._said[item.id].text == said.text
        self._said[item.id] = said
        return set() if is_known else feed(self._carry, item, said.text)

    async def masked(self, item_id: str) -> Masked:
        """Return the text of an item as it may be stored."""
        said = self._said[item_id]
        spans = [(first, last, 0) for first, last in self._carry.hidden(item_id)]
        masked = await self._by_itself(item_id, said)
        return Masked(hide(masked, spans) if spans else masked)

    async def _by_itself(self, item_id: str, said: ItemText) -> str:
        text, masked = self._whole.get(item_id, (None, ""))
        if text == said.text:
            return masked
        masked = str(await self._growing.setdefault(item_id, GrowingMask()).update(said.text))
        if said.is_whole:
            self._growing.pop(item_id, None)
            self._whole[item_id] = said.text, said.text if masked == said.text else masked
        return masked


def masked_ends(items: Sequence[Item], chars: int) -> list[str]:
    """Return what may be shown of the ends of these items, which follow each other in a conversation.

    :param chars: characters at the end of each
    """
    carry = Carry()
    texts = [item.text if item.finished else before_open_number(item.text) for item in items]
    for item, text in zip(items, texts, strict=True):
        feed(carry, item, text)
    return [_masked_end(text, carry.hidden(item.id), chars) for item, text in zip(items, texts, strict=True)]


def _masked_end(text: str, hidden: set[tuple[int, int]], chars: int) -> str:
    start = max(0, len(text) - chars)
    end = text[start:]
    spans = [(max(0, first - start), max(0, last - start), 0) for first, last in hidden]
    return hide(mask(end), spans)


def feed(carry: Carry, item: Item, text: str) -> set[str]:
    """Pass an item to the search for numbers over several utterances; see `Carry.feed`."""
    is_caller = item.role == "user"
    start_ms, end_ms = item.started_at_ms, item.ended_at_ms
    return carry.feed(utterance(item.id, text, is_caller=is_caller, start_ms=start_ms, end_ms=end_ms))
