"""The steps that bring a database to today's form: from nothing, from version 0.1, from a newer version."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from store.database import Database
from store.demo_bank import DemoBank
from store.models import Record
from store.records import Records
from store.schema import NEWEST, SCRIPTS, version_of
from tests.fakes.kept import a_session, database_at

DUMP = Path(__file__).parents[2] / "fixtures" / "database_0_1.sql"


@pytest.fixture
def old_file(tmp_path: Path) -> str:
    """Return the address of a file that version 0.1 wrote."""
    file = tmp_path / "guftagu.db"
    with closing(sqlite3.connect(file)) as database:
        database.executescript(DUMP.read_text("utf-8"))
    return f"sqlite:///{file}"


def differences(connection: Connection) -> list[object]:
    """Return what a migration would have to change for the tables to match the models, without the demo's."""
    opts = {"include_object": lambda _, name, kind, *__: kind != "table" or not name.startswith("demo_")}
    context = MigrationContext.configure(connection, opts=opts)
    return list(compare_metadata(context, Record.metadata))


async def state_of(database: Database) -> tuple[str | None, list[object]]:
    async with database.schema_change() as connection:
        return await connection.run_sync(version_of), await connection.run_sync(differences)


def test_the_newest_step_is_the_last_script() -> None:
    assert ScriptDirectory(str(SCRIPTS)).get_current_head() == NEWEST


async def test_the_steps_lead_to_the_tables_of_the_models(database: Database) -> None:
    assert await state_of(database) == (NEWEST, [])


async def test_a_file_of_version_0_1_gets_the_same_tables(old_file: str) -> None:
    async with database_at(old_file) as database:
        assert await state_of(database) == (NEWEST, [])


async def test_a_file_of_version_0_1_opens_with_all_its_records(old_file: str) -> None:
    async with database_at(old_file) as database:
        records = Records(database, keep_text=True)
        await DemoBank(database).seed()
        sessions = [session.id for session in await records.list_sessions()]
        finished = await records.get_session("call_finished")
        items = await records.items("call_finished")
        profile = await records.profile("call_finished")
        assert len(await records.tool_calls("call_finished")) == 1
        assert len(await records.usage("call_finished")) == 3
        assert len(await DemoBank(database).cards("demo-1")) == 2
    assert sessions == ["call_killed", "api_finished", "call_finished"]
    assert finished and profile
    assert (finished.reason, finished.cost_usd) == ("stopped", Decimal("0.012700375001"))
    assert finished.closed_at == datetime(2026, 11, 21, 9, 32, tzinfo=UTC)
    assert [item.item_id for item in items] == ["u1", "a1", "u2"]
    assert items[1].text == "وعلیکم السلام! جی ہاں، دو سائز ہیں۔"
    assert profile.data == {"wish": "blue shoes"}


async def test_version_0_1_can_still_write_what_was_brought_up_to_date(old_file: str) -> None:
    async with database_at(old_file) as database, database.transaction() as transaction:
        insert = (
            "INSERT INTO sessions (id, persona, kind, control, opened_at, provider_call_id, visitor, owner, "
            "model, voice, language, closed_at, reason, cost_usd, topic, summary) VALUES "
            "('new', 'p', 'browser', 'bridged', '2026-11-22 09:30:00.000000', "
            "NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, NULL)"
        )
        await transaction.execute(text(insert))


async def test_servers_that_start_together_change_the_tables_once(database_url: str) -> None:
    databases = [Database(database_url) for _ in range(3)]
    await asyncio.gather(*(database.open() for database in databases))
    assert await state_of(databases[0]) == (NEWEST, [])
    await asyncio.gather(*(database.close() for database in databases))


async def test_what_a_newer_version_changed_is_used_as_it_is(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with database_at(database_url) as database, database.transaction() as transaction:
        await transaction.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    caplog.set_level("INFO", "guftagu")
    async with database_at(database_url) as database:
        assert (await state_of(database))[0] == "9999"
        await Records(database, keep_text=True).open_session(a_session())
    assert "changed by a newer version" in caplog.text
