"""The database of a deployment, and what every call is recorded in and held to."""

from collections.abc import Callable, Iterable

from pydantic import ValidationError

from agents.limits import Limits
from agents.persona import Persona
from calls.call import loop_timer
from calls.owned_tasks import OwnedTasks
from calls.services.call_services import CallServices, no_spending, spending_so_far
from calls.services.lease_keeper import LeaseKeeper
from realtime.prices import NothingBilled, Prices
from settings import Settings, SettingsError
from state.database_dedupe import DatabaseDedupe
from state.database_leases import DatabaseLeases
from state.dedupe import Dedupe
from state.leases import LEASE_SECONDS
from store.address import AddressRefused
from store.database import Database, StoreFailure
from store.records import Records
from store.retention import Retention

RENEWALS = 3
"""How often a lease is renewed in its time."""


class Archive:
    """The database of this deployment, open as long as it serves."""

    def __init__(self, settings: Settings, tasks: OwnedTasks) -> None:
        """Create the archive.

        :param tasks: own what is written
        :raises SettingsError: `DATABASE_URL` or `PRICES` cannot be used
        """
        self._settings = settings
        limits = limits_of(settings)
        try:
            self._database = Database(settings.database_url)
        except AddressRefused as refused:
            raise SettingsError(f"DATABASE_URL: {refused}") from None
        self._leases = DatabaseLeases(self._database)
        self.records = Records(
            self._database, keep_text=settings.store_transcripts, server_id=self._leases.server_id
        )
        self.services = CallServices(
            self._database,
            self.records,
            prices_of(settings),
            limits,
            tasks,
            day=no_spending(limits),
            timer=loop_timer,
        )
        """What every call is recorded in and held to; serves once this is open."""
        self.deliveries: Dedupe = DatabaseDedupe(self._database, "delivery")
        self.rings: Dedupe = DatabaseDedupe(self._database, "ring")
        self._keeper: LeaseKeeper | None = None
        self._retention: Retention | None = None

    async def prepare(self, personas: Iterable[Persona] = ()) -> None:
        """Do all that can fail, before anything is served; `open` may then follow in another event loop.

        :param personas: those on offer, whose tools may need tables of their own

        :raises SettingsError: `DATABASE_URL` names one that cannot be opened, written or read
        """
        try:
            await self._database.open()
            for persona in personas:
                if persona.prepare:
                    await persona.prepare(self._database)
            await self._leases.take()
            self.services.day = await spending_so_far(self.records, self.services.limits)
        except StoreFailure as failure:
            raise SettingsError(f"DATABASE_URL: this database cannot be used: {failure}") from None
        finally:
            await self._database.close()

    async def open(self, hang_up: Callable[[Iterable[str]], None]) -> None:
        """Keep this server's lease and the time of records, from now on; once it is prepared.

        :param hang_up: gets the provider's ids of calls whose server was killed
        """
        self._keeper = LeaseKeeper(self._leases, self.records, hang_up, every_s=LEASE_SECONDS / RENEWALS)
        if self._settings.retention_days:
            self._retention = Retention(self.records, self._settings.retention_days)

    async def check(self) -> None:
        """Write a row.

        :raises StoreFailure: it cannot be written
        """
        await self._leases.renew()

    async def close(self) -> None:
        """Close it; after the calls."""
        if self._retention:
            await self._retention.close()
        if self._keeper:
            await self._keeper.close()
        await self._database.close()


def limits_of(settings: Settings) -> Limits:
    """Return what a call may take here."""
    return Limits(
        minutes=settings.max_call_minutes,
        idle_seconds=settings.max_idle_seconds,
        call_usd=settings.max_call_usd,
        day_usd=settings.max_day_usd,
        address_day_share=settings.max_day_share_per_address,
    )


def prices_of(settings: Settings) -> Prices:
    """Return what the provider bills.

    :raises SettingsError: `PRICES` has another form than the table
    """
    if settings.provider_kind == "engine":
        return NothingBilled()
    try:
        return Prices(settings.prices)
    except ValidationError as error:
        places = ", ".join(".".join(map(str, e["loc"])) for e in error.errors(include_input=False))
        raise SettingsError(f"PRICES: not a price table at {places}") from None
