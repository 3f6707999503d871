"""Tickets: what a browser needs to post its SDP offer, and the one-use tokens that let it through once."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

TICKET_SECONDS = 60


@dataclass(frozen=True, slots=True)
class RelayTicket:
    """A ticket for an offer that this server passes on."""

    token: str = field(repr=False)
    """Lets one offer through."""


@dataclass(frozen=True, slots=True)
class ProviderTicket:
    """A ticket for an offer that the browser posts to the provider."""

    url: str
    secret: str = field(repr=False)
    """The client secret that holds the whole session."""


Ticket = RelayTicket | ProviderTicket


class TicketStore:
    """One-use tokens, each standing for one call, for `TICKET_SECONDS`."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._issued: dict[str, tuple[str, float]] = {}

    def issue(self, call_id: str) -> str:
        """Return a new token for `call_id` in place of an earlier one; forget those nobody used in time."""
        now = self._now()
        self._issued = {
            t: entry for t, entry in self._issued.items() if entry[1] > now and entry[0] != call_id
        }
        token = secrets.token_urlsafe(32)
        self._issued[token] = (call_id, now + TICKET_SECONDS)
        return token

    def redeem(self, token: str) -> str | None:
        """Return the call id the token stands for, once; None when unknown, used or too old."""
        call_id, expires = self._issued.pop(token, ("", 0.0))
        return call_id if expires > self._now() else None
