"""The database of a deployment, and what every call is recorded in and held to."""

import asyncio

from pydantic import ValidationError

from calls.attendance import Attendance, spending_so_far
from calls.call_limits import Limits
from calls.recorder import utc_now
from calls.registry import Registry
from realtime.prices import NothingBilled, Prices
from settings import Settings, SettingsError
from store.database import Database, StoreFailure
from store.demo_bank import DemoBank
from store.records import Records
from store.retention import Retention


class Archive:
    """The database of this deployment, open as long as it serves."""

    def __init__(self, settings: Settings, registry: Registry) -> None:
        self._settings = settings
        self._registry = registry
        self._prices = prices_of(settings)
        self._database = Database(settings.database_url)
        self.records = Records(self._database, keep_text=settings.store_transcripts)
        self._retention: Retention | None = None

    async def open(self) -> None:
        """Open it, and let every call from now on be recorded and held to its limits.

        :raises SettingsError: `DATABASE_URL` names one that cannot be opened, written or read
        """
        try:
            await self._open()
        except StoreFailure as failure:
            raise SettingsError(f"DATABASE_URL: this database cannot be opened ({failure})") from None

    async def _open(self) -> None:
        await self._database.open()
        await DemoBank(self._database).seed()
        limits = limits_of(self._settings)
        day = await spending_so_far(self.records, limits)
        self._registry.leave(await self.records.close_abandoned(utc_now()))
        if self._settings.retention_days:
            self._retention = Retention(self.records, self._settings.retention_days)
        self._registry.attendance = Attendance(
            self._database,
            self.records,
            self._prices,
            limits,
            self._registry.tasks,
            day=day,
            timer=asyncio.get_running_loop().call_later,
        )

    async def check(self) -> None:
        """:raises StoreFailure: the database does not answer"""
        await self._database.check()

    async def close(self) -> None:
        """Close it; after the calls."""
        if self._retention:
            await self._retention.close()
        await self._database.close()


def limits_of(settings: Settings) -> Limits:
    """What a call may take here."""
    return Limits(
        minutes=settings.max_call_minutes,
        idle_seconds=settings.max_idle_seconds,
        call_usd=settings.max_call_usd,
        day_usd=settings.max_day_usd,
        address_day_share=settings.max_day_share_per_address,
    )


def prices_of(settings: Settings) -> Prices:
    """What the provider bills.

    :raises SettingsError: `PRICES` has another form than the table
    """
    if settings.provider_kind == "engine":
        return NothingBilled()
    try:
        return Prices(settings.prices)
    except ValidationError as error:
        places = ", ".join(".".join(map(str, e["loc"])) for e in error.errors(include_input=False))
        raise SettingsError(f"PRICES: not a price table at {places}") from None
