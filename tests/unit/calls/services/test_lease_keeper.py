"""What a server does about its own lease and about servers that were killed."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import update

from calls.services.lease_keeper import LeaseKeeper
from state.database_leases import DatabaseLeases
from store.database import Database, StoreFailure
from store.models import ServerRecord
from store.records import Records
from tests.fakes.kept import NOW, a_session
from tests.fakes.sleeper import Sleeper


class Server:
    """One of several servers on a database: its records, its lease, and what it hangs up."""

    def __init__(self, database: Database, lease_s: float = 30) -> None:
        self._database = database
        self.leases = DatabaseLeases(database, lease_s)
        self._is_ours = ServerRecord.id == self.leases.server_id
        self.records = Records(database, keep_text=True, server_id=self.leases.server_id)
        self.sleeper = Sleeper()
        self.hung_up: list[str] = []

    async def call(self, name: str) -> None:
        """Begin a call."""
        await self.records.open_session(a_session(name))
        await self.records.set_provider_call_id(name, f"rtc_{name}")

    async def let_lease_run_out(self) -> None:
        """Let the lease of a killed server run out."""
        async with self._database.transaction() as transaction:
            long_ago = NOW - timedelta(days=1)
            await transaction.execute(update(ServerRecord).values(expires_at=long_ago).where(self._is_ours))

    def keep_lease(self) -> LeaseKeeper:
        return LeaseKeeper(
            self.leases,
            self.records,
            self.hung_up.extend,
            every_s=10,
            now=lambda: NOW + timedelta(minutes=1),
            sleep=self.sleeper,
        )

    async def reason_of(self, name: str) -> str | None:
        session = await self.records.get_session(name)
        assert session
        return session.reason


@pytest.fixture
async def here(database: Database) -> AsyncIterator[Server]:
    server = Server(database)
    await server.leases.take()
    yield server


async def test_the_calls_of_servers_that_live_are_left_alone(database: Database, here: Server) -> None:
    there = Server(database)
    await there.leases.take()
    await there.call("theirs")
    await here.call("ours")
    keeper = here.keep_lease()
    await here.sleeper.asleep.wait()
    await keeper.close()
    assert here.hung_up == []
    assert (await here.reason_of("theirs"), await here.reason_of("ours")) == (None, None)


async def test_the_calls_of_a_killed_server_are_hung_up_once_its_lease_ran_out(
    database: Database, here: Server
) -> None:
    killed = Server(database)
    await killed.leases.take()
    await killed.call("left")
    keeper = here.keep_lease()
    await here.sleeper.asleep.wait()
    assert here.hung_up == []
    await killed.let_lease_run_out()
    await here.sleeper.next_round()
    assert here.hung_up == ["rtc_left"]
    assert await here.reason_of("left") == "server_killed"
    await here.sleeper.next_round()
    assert here.hung_up == ["rtc_left"]
    await keeper.close()


async def test_a_server_that_was_stopped_for_longer_than_its_lease_leaves_its_own_calls_alone(
    database: Database,
) -> None:
    here = Server(database, lease_s=0)
    await here.leases.take()
    await here.call("ours")
    keeper = here.keep_lease()
    await here.sleeper.asleep.wait()
    await keeper.close()
    assert (here.hung_up, await here.reason_of("ours")) == ([], None)


async def test_a_lease_is_given_up_at_the_end(database: Database, here: Server) -> None:
    keeper = here.keep_lease()
    await here.sleeper.asleep.wait()
    await keeper.close()
    assert await here.leases.lapsed({here.leases.server_id}) == {here.leases.server_id}


async def test_a_failing_database_is_said_and_tried_again(
    here: Server, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails() -> None:
        raise StoreFailure("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(here.leases, "renew", fails)
        keeper = here.keep_lease()
        await here.sleeper.asleep.wait()
    assert "not renewed: the disk is full" in caplog.text
    await here.sleeper.next_round()
    assert await here.leases.lapsed({here.leases.server_id}) == set()
    await keeper.close()
