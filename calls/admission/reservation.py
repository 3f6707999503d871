"""Tickets that were given before their calls."""

import asyncio
import secrets

from calls.call import Call
from calls.tickets import RelayTicket

OPENED_SECONDS = 5.0
MAX_RESERVATIONS = 1000
MAX_PER_ADDRESS = 100
MAX_PER_VISITOR = 4
"""A visitor's open pages; who has more dials a round trip later, after the click."""


class Reservation:
    """A ticket that was given before its call: the offer and the page's own word travel side by side."""

    def __init__(self, ticket: RelayTicket, visitor_id: str, address: str | None) -> None:
        self.ticket = ticket
        self.visitor_id = visitor_id
        self.address = address
        self._call: asyncio.Future[Call] = asyncio.get_running_loop().create_future()

    def use(self, call: Call) -> None:
        """Name the call that the ticket was given for."""
        if not self._call.done():
            self._call.set_result(call)

    async def opened(self) -> Call | None:
        """Return the call; None when its page did not open one in `OPENED_SECONDS`."""
        try:
            async with asyncio.timeout(OPENED_SECONDS):
                return await self._call
        except TimeoutError:
            return None


class Reservations:
    """The reservations that are still good, bounded in number."""

    def __init__(self) -> None:
        self._reserved: dict[str, Reservation] = {}

    def has_room(self, visitor_id: str, address: str | None) -> bool:
        """Return whether this visitor may have another one.

        :param address: network of the visitor; None: not counted
        """
        held = self._reserved.values()
        of_visitor = sum(each.visitor_id == visitor_id for each in held)
        of_address = sum(each.address == address for each in held) if address else 0
        return len(held) < MAX_RESERVATIONS and of_visitor < MAX_PER_VISITOR and of_address < MAX_PER_ADDRESS

    def new_name(self) -> str:
        """Return a name that a ticket of a reservation stands for."""
        return f"reserved_{secrets.token_hex(8)}"

    def add(self, name: str, reservation: Reservation) -> None:
        """Keep a reservation by its name."""
        self._reserved[name] = reservation

    def forget(self, name: str) -> None:
        """Forget a reservation, if it is still there."""
        self._reserved.pop(name, None)

    def pop(self, name: str) -> Reservation | None:
        """Return a reservation and forget it."""
        return self._reserved.pop(name, None)
