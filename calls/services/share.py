"""Shares of the day's money: what one visitor or address may spend of it."""

from dataclasses import dataclass
from decimal import Decimal

from agents.limits import Limits


@dataclass(frozen=True, slots=True)
class Share:
    """One payer's part of the day's money."""

    payer: str
    """Key in `DaySpending`."""
    limit_usd: Decimal


def shares_of(limits: Limits, visitor_id: str | None, address: str | None = None) -> list[Share]:
    """Return the shares that a call spends from.

    :param address: network of the visitor; None: not counted
    """
    shares = []
    if visitor_id:
        shares.append(Share(visitor_payer(visitor_id), limits.day_usd * limits.visitor_day_share))
    if address and limits.address_day_share:
        shares.append(Share(f"address {address}", limits.day_usd * limits.address_day_share))
    return shares


def visitor_payer(visitor_id: str) -> str:
    """Return the key in `DaySpending` of a visitor or an owner."""
    return f"visitor {visitor_id}"
