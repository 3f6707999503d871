"""The places that calls hold: all together, by visitor and by address."""

from collections.abc import Iterable
from typing import Protocol

from calls.admission.refusal import CallRefused

CALLS_PER_VISITOR = 2
FULL_RETRY_SECONDS = 60


class PlacedCall(Protocol):
    """A call as its place is counted."""

    @property
    def visitor_id(self) -> str:
        """The visitor's pseudonym."""

    @property
    def address(self) -> str | None:
        """The visitor's network, where it is counted."""

    @property
    def holds_place(self) -> bool:
        """Whether an offer was taken for it."""


class Places:
    """Limits on calls at once. A call holds a place from its offer on; one that only dialled holds none."""

    def __init__(self, max_calls: int, max_per_address: int) -> None:
        """Create the places.

        :param max_per_address: 0: no limit
        """
        self._max_calls = max_calls
        self._max_per_address = max_per_address

    def check(self, calls: Iterable[PlacedCall], visitor_id: str | None, address: str | None) -> None:
        """Check that there is a place besides those of `calls`.

        :param visitor_id: whose calls are counted; None: nobody's, such as those of an API key
        :param address: network of the visitor; None: not counted
        :raises CallRefused: there is none
        """
        placed = [call for call in calls if call.holds_place]
        if len(placed) >= self._max_calls:
            raise CallRefused("calls_full", FULL_RETRY_SECONDS)
        if visitor_id and sum(call.visitor_id == visitor_id for call in placed) >= CALLS_PER_VISITOR:
            raise CallRefused("visitor_calls_full", FULL_RETRY_SECONDS)
        of_address = sum(call.address == address for call in placed)
        if address and self._max_per_address and of_address >= self._max_per_address:
            raise CallRefused("address_calls_full", FULL_RETRY_SECONDS)
