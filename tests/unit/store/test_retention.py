from datetime import timedelta
from pathlib import Path

import pytest

from store.database import Database, StoreFailure
from store.records import Records
from store.retention import CHECK_SECONDS, Retention
from tests.fakes.kept import NOW, FailingRecords, a_session, database_in
from tests.fakes.sleeper import Sleeper


async def test_what_is_older_than_it_may_be_is_deleted_and_the_rest_is_kept(database: Database) -> None:
    records = Records(database, keep_text=True)
    await records.open_session(a_session("old", opened_at=NOW - timedelta(days=8)))
    await records.open_session(a_session("new", opened_at=NOW - timedelta(days=6)))
    sleeper = Sleeper()
    retention = Retention(records, 7, now=lambda: NOW, sleep=sleeper)
    await sleeper.asleep.wait()
    await retention.close()
    assert [session.id for session in await records.list_sessions()] == ["new"]
    assert sleeper.seconds == [CHECK_SECONDS]


async def test_a_failing_database_is_said_and_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with database_in(tmp_path) as database:
        failing = FailingRecords(Records(database, keep_text=True))
        sleeper = Sleeper()
        retention = Retention(failing, 7, now=lambda: NOW, sleep=sleeper)  # type: ignore[arg-type]
        await sleeper.asleep.wait()
        await sleeper.next_round()
        await retention.close()
        assert failing.tries == 2
        assert StoreFailure.__name__ not in caplog.text
        assert "old records are not deleted" in caplog.text
