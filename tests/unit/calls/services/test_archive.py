from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from agents.persona import Persona, load_persona
from agents.tools import Prepare
from calls.owned_tasks import OwnedTasks
from calls.services.archive import Archive
from calls.services.recording import utc_now
from settings import SettingsError
from store.database import Database
from store.models import UsageRecord
from store.records import Records
from tests.fakes.house import PERSONA
from tests.fakes.kept import a_session, database_in
from tests.fakes.settings import given


def archive_in(folder: Path) -> Archive:
    settings = given(openai_api_key="sk-test", database_url=f"sqlite+aiosqlite:///{folder / 'guftagu.db'}")
    return Archive(settings, OwnedTasks())


async def test_a_day_goes_on_after_a_restart_and_believes_a_bridged_call_only_up_to_its_limit(
    tmp_path: Path,
) -> None:
    async with database_in(tmp_path) as database:
        records = Records(database, keep_text=True)
        await records.open_session(a_session(opened_at=utc_now()))
        made_up = UsageRecord(
            session_id="s1",
            source="response",
            reference="r1",
            model="m",
            usage={},
            cost_usd=Decimal(1000),
            at=utc_now(),
        )
        await records.save_usage(made_up)
    archive = archive_in(tmp_path)
    await archive.prepare()
    await archive.open(lambda _: None)
    services = archive.services
    assert services.day.usd <= 2
    assert services.has_money
    await archive.close()


@pytest.mark.parametrize("table", ["usage", "sessions"])
async def test_a_database_of_another_form_is_named_in_a_sentence(tmp_path: Path, table: str) -> None:
    async with database_in(tmp_path) as database, database.transaction() as transaction:
        await transaction.execute(text(f"DROP TABLE IF EXISTS {table}"))
        await transaction.execute(text(f"CREATE TABLE {table} (something TEXT)"))
    archive = archive_in(tmp_path)
    with pytest.raises(SettingsError, match="DATABASE_URL: this database cannot be used"):
        await archive.prepare()
    await archive.close()


def persona_with(prepare: Prepare) -> Persona:
    return PERSONA.model_copy(update={"prepare": prepare})


async def tables_of(folder: Path) -> list[str]:
    async with database_in(folder) as database, database.schema_change() as connection:
        return await connection.run_sync(lambda connection: inspect(connection).get_table_names())


async def test_the_tables_of_a_personas_tools_are_made_where_it_is_offered(tmp_path: Path) -> None:
    bank = load_persona(Path(__file__).parents[4] / "personas" / "jsbank")
    archive = archive_in(tmp_path)
    await archive.prepare([PERSONA])
    assert "demo_accounts" not in await tables_of(tmp_path)
    await archive.prepare([PERSONA, bank])
    assert "demo_accounts" in await tables_of(tmp_path)
    await archive.close()


async def test_tables_that_a_persona_cannot_make_are_told_in_a_sentence(tmp_path: Path) -> None:
    async def fail(database: Database) -> None:
        async with database.transaction() as transaction:
            await transaction.execute(text("SELECT * FROM nowhere"))

    archive = archive_in(tmp_path)
    with pytest.raises(SettingsError, match="DATABASE_URL: this database cannot be used"):
        await archive.prepare([persona_with(fail)])
    await archive.close()
