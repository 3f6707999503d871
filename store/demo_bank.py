"""A small bank of invented people, so that a demo's private tools have something to look at and to change.

Its tables stand apart from the records of calls and are made by `seed`.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BigInteger, ForeignKey, String, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from store.database import Database

MAX_FAILED_CHECKS = 10
"""Of one customer in a row, over all calls; after that no answer opens the account until the next seed."""

_LETTERS = str.maketrans("يىكهۃة", "ییکہہہ")


class DemoBase(DeclarativeBase):
    """The bank's own tables."""

    id: Mapped[str] = mapped_column(String(16), primary_key=True)


class DemoCustomer(DemoBase):
    """Someone who does not exist."""

    __tablename__ = "demo_customers"

    name: Mapped[str] = mapped_column(String(80))
    name_in_urdu: Mapped[str] = mapped_column(String(80))
    cnic_last_four: Mapped[str] = mapped_column(String(4))
    date_of_birth: Mapped[date]
    failed_checks: Mapped[int] = mapped_column(default=0)


class DemoAccount(DemoBase):
    """An account; of its number only the end is kept."""

    __tablename__ = "demo_accounts"

    customer_id: Mapped[str] = mapped_column(ForeignKey(DemoCustomer.id), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    """`current` or `savings`."""
    last_four: Mapped[str] = mapped_column(String(4))
    balance_paisa: Mapped[int] = mapped_column(BigInteger)


class DemoCard(DemoBase):
    """A card; of its number only the end is kept."""

    __tablename__ = "demo_cards"

    customer_id: Mapped[str] = mapped_column(ForeignKey(DemoCustomer.id), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    """`debit` or `credit`."""
    last_four: Mapped[str] = mapped_column(String(4))
    blocked: Mapped[bool] = mapped_column(default=False)


@dataclass(frozen=True, slots=True)
class KnownCustomer:
    """Whom the answers of a caller belong to."""

    id: str
    name: str
    """In Urdu."""


class DemoBank:
    """What tools may ask of the bank. Who may ask is decided before: by the customer's id alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def seed(self) -> None:
        """Make the tables, add who is missing, and open what too many wrong answers have locked."""
        async with self._database.schema_change() as connection, AsyncSession(connection) as session:
            await connection.run_sync(DemoBase.metadata.create_all)
            for row in (*_customers(), *_accounts(), *_cards()):
                if await session.get(type(row), row.id) is None:
                    session.add(row)
                    await session.flush()
            await session.execute(update(DemoCustomer).values(failed_checks=0))

    async def identify(self, name: str, cnic_last_four: str, date_of_birth: date) -> KnownCustomer | None:
        """Return the customer all three answers belong to; None also where too many were wrong before.

        Two right answers of three count as a try on that customer.
        """
        asked = (folded(name), cnic_last_four, date_of_birth)
        async with self._database.transaction() as session:
            # Locked, in one order: tries at the same time would otherwise count as one.
            everybody = select(DemoCustomer).order_by(DemoCustomer.id).with_for_update()
            customers = list(await session.scalars(everybody))
            for customer in customers:
                if _right(customer, asked) == 2:
                    customer.failed_checks += 1
            known = next((c for c in customers if _right(c, asked) == 3), None)
            if known is None or known.failed_checks >= MAX_FAILED_CHECKS:
                return None
            known.failed_checks = 0
            return KnownCustomer(known.id, known.name_in_urdu)

    async def accounts(self, customer_id: str) -> list[DemoAccount]:
        """Return the customer's accounts."""
        own = select(DemoAccount).where(DemoAccount.customer_id == customer_id).order_by(DemoAccount.id)
        async with self._database.session() as session:
            return list(await session.scalars(own))

    async def cards(self, customer_id: str) -> list[DemoCard]:
        """Return the customer's cards."""
        own = select(DemoCard).where(DemoCard.customer_id == customer_id).order_by(DemoCard.id)
        async with self._database.session() as session:
            return list(await session.scalars(own))

    async def block_card(self, customer_id: str, card_id: str) -> None:
        """Block a card, if it is the customer's."""
        own = (DemoCard.customer_id == customer_id, DemoCard.id == card_id)
        async with self._database.transaction() as session:
            await session.execute(update(DemoCard).where(*own).values(blocked=True))


def folded(name: str) -> str:
    """Return a name as it is compared: no case, no vowel signs, one form of every letter, single spaces."""
    decomposed = unicodedata.normalize("NFKD", name).casefold().translate(_LETTERS)
    kept = (" " if c in "-_.،" else c for c in decomposed if unicodedata.category(c) not in ("Mn", "Cf"))
    return " ".join("".join(kept).split())


def _right(customer: DemoCustomer, asked: tuple[str, str, date]) -> int:
    name, cnic_last_four, date_of_birth = asked
    names = (folded(customer.name), folded(customer.name_in_urdu))
    return (
        (name in names)
        + (cnic_last_four == customer.cnic_last_four)
        + (date_of_birth == customer.date_of_birth)
    )


def _customers() -> list[DemoCustomer]:
    rows = [
        ("demo-1", "Ayesha Siddiqui", "عائشہ صدیقی", "4821", date(1990, 3, 14)),
        ("demo-2", "Bilal Ahmed", "بلال احمد", "1067", date(1984, 11, 2)),
        ("demo-3", "Sana Tariq", "ثنا طارق", "7735", date(1997, 7, 28)),
    ]
    return [
        DemoCustomer(id=id, name=name, name_in_urdu=urdu, cnic_last_four=cnic, date_of_birth=born)
        for id, name, urdu, cnic, born in rows
    ]


def _accounts() -> list[DemoAccount]:
    rows = [
        ("demo-1-a", "demo-1", "current", "3390", 152_340_50),
        ("demo-1-b", "demo-1", "savings", "8812", 1_240_000_00),
        ("demo-2-a", "demo-2", "current", "5527", 38_975_00),
        ("demo-3-a", "demo-3", "savings", "6604", 512_00),
    ]
    return [
        DemoAccount(id=id, customer_id=owner, kind=kind, last_four=last_four, balance_paisa=paisa)
        for id, owner, kind, last_four, paisa in rows
    ]


def _cards() -> list[DemoCard]:
    rows = [
        ("demo-1-c", "demo-1", "debit", "2046"),
        ("demo-1-d", "demo-1", "credit", "9173"),
        ("demo-2-c", "demo-2", "debit", "6418"),
        ("demo-3-c", "demo-3", "debit", "3359"),
    ]
    return [
        DemoCard(id=id, customer_id=owner, kind=kind, last_four=last_four)
        for id, owner, kind, last_four in rows
    ]
