import asyncio
import json
import random
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from store.database import Database, StoreFailure
from store.masking import Masked
from store.models import ItemRecord, ProfileRecord, Record, ToolCallRecord, UsageRecord
from store.records import MAX_USD, Records, SessionUnknown
from tests.fakes.kept import NOW, a_session, an_item, database_at, everything_in

WORDS = "tangerine ترنج"
FRAGMENTS = (b"tangerine", "ترنج".encode(), json.dumps("ترنج").strip('"').encode())
CARD = "4111 1111 1111 1111"
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what PostgreSQL has not: files that deleted rows leave traces in."""


@pytest.fixture
def records(database: Database) -> Records:
    return Records(database, keep_text=True, server_id="here")


def usage(reference: str, cost: str = "0.25", session_id: str = "s1") -> UsageRecord:
    return UsageRecord(
        session_id=session_id,
        source="response",
        reference=reference,
        model="m",
        usage={"total_tokens": 3},
        cost_usd=Decimal(cost),
        at=NOW,
    )


def tool_call(status: str = "called", output: str | None = None, said: str = WORDS) -> ToolCallRecord:
    return ToolCallRecord(
        session_id="s1",
        call_id="c1",
        name="look",
        status=status,
        started_at=NOW,
        arguments=json.dumps({"q": said}, ensure_ascii=False),
        output=output,
    )


async def save_everything(records: Records, session_id: str = "s1") -> None:
    await records.open_session(a_session(session_id))
    await records.save_items(session_id, [an_item("i1", 0, WORDS, session_id)])
    if session_id == "s1":
        await records.save_tool_call(tool_call(output=WORDS))
    await records.save_usage(usage("r1", session_id=session_id))
    await records.save_profile(
        ProfileRecord(session_id=session_id, schema={"title": WORDS}, data={"need": WORDS}, at=NOW)
    )
    await records.set_summary(session_id, topic=WORDS, summary=WORDS)
    await records.close_session(session_id, "stopped", NOW)


async def assert_no_word_in(database: Database) -> None:
    kept = await everything_in(database)
    assert not [fragment for fragment in FRAGMENTS if fragment in kept]


# -- writing ---------------------------------------------------------------------------------------------


async def test_a_session_is_opened_once_then_closed_with_its_reason(records: Records) -> None:
    await records.open_session(a_session(visitor="v", owner="key"))
    await records.set_provider_call_id("s1", "rtc_1")
    await records.open_session(a_session(visitor="someone else"))
    await records.close_session("s1", "stopped", NOW + timedelta(minutes=3))
    session = await records.get_session("s1")
    assert session
    assert (session.visitor, session.owner, session.provider_call_id) == ("v", "key", "rtc_1")
    assert (session.reason, session.closed_at) == ("stopped", NOW + timedelta(minutes=3))


async def test_an_item_saved_again_takes_the_place_of_what_was_known(records: Records) -> None:
    await records.open_session(a_session())
    await records.save_items("s1", [an_item("a", 0, "Good", finished=False), an_item("b", 1, "Hello")])
    await records.save_items("s1", [an_item("a", 2, "Good morning.", heard=4, interrupted=True)])
    assert [(item.item_id, item.text) for item in await records.items("s1")] == [
        ("b", "Hello"),
        ("a", "Good morning."),
    ]
    changed = (await records.items("s1"))[1]
    assert (changed.finished, changed.heard, changed.interrupted) == (True, 4, True)


async def test_the_same_item_id_in_two_sessions_is_two_items(records: Records) -> None:
    for session_id in ("s1", "s2"):
        await records.open_session(a_session(session_id))
        await records.save_items(session_id, [an_item("a", 0, f"of {session_id}", session_id)])
    assert [item.text for item in await records.items("s1")] == ["of s1"]


async def test_sensitive_numbers_are_masked_wherever_words_are_kept(
    records: Records, database: Database
) -> None:
    await records.open_session(a_session())
    await records.save_items("s1", [an_item("a", 0, f"my card {CARD}")])
    await records.save_tool_call(tool_call(output=f"card {CARD}", said=CARD))
    await records.set_summary("s1", topic=CARD, summary=f"The card is {CARD}.")
    assert (await records.items("s1"))[0].text == "my card •••• •••• •••• 1111"
    assert (await records.tool_calls("s1"))[0].output == "card •••• •••• •••• 1111"
    assert CARD.encode() not in await everything_in(database)


async def test_a_profile_keeps_what_its_schema_asked_for(records: Records) -> None:
    await records.open_session(a_session())
    await records.save_profile(
        ProfileRecord(session_id="s1", schema={}, data={"phone": "03001234567"}, at=NOW)
    )
    await records.save_profile(
        ProfileRecord(session_id="s1", schema={}, data={"phone": "03001234568"}, at=NOW)
    )
    profile = await records.profile("s1")
    assert profile
    assert profile.data == {"phone": "03001234568"}


async def test_a_tool_call_is_one_row_however_often_it_is_told(records: Records) -> None:
    await records.open_session(a_session())
    await records.save_tool_call(tool_call())
    await records.save_tool_call(tool_call("completed", "found"))
    assert [(call.status, call.output) for call in await records.tool_calls("s1")] == [("completed", "found")]


async def test_usage_is_counted_once_however_often_it_is_saved(records: Records) -> None:
    await records.open_session(a_session())
    for reference, cost in [("r1", "0.1"), ("r2", "0.2"), ("r1", "0.1")]:
        await records.save_usage(usage(reference, cost))
    session = await records.get_session("s1")
    assert session
    assert session.cost_usd == Decimal("0.3")
    assert len(await records.usage("s1")) == 2


async def test_what_the_day_cost_believes_a_caller_up_to_a_limit_and_the_server_always(
    records: Records,
) -> None:
    for session_id, control in [("bridged", "bridged"), ("small", "bridged"), ("ours", "controlled")]:
        await records.open_session(a_session(session_id, control=control))
    for session_id, reference, cost in [
        ("bridged", "r1", "900"),
        ("bridged", "r2", "900"),
        ("small", "r1", "0.0072056"),
        ("ours", "r1", "3"),
    ]:
        await records.save_usage(usage(reference, cost, session_id))
    written = usage("e1", "0.5", "bridged")
    written.source = "extraction"
    await records.save_usage(written)
    yesterday = usage("r0", "7", "ours")
    yesterday.at = NOW - timedelta(days=1)
    await records.save_usage(yesterday)
    spent = await records.spent_since(NOW - timedelta(hours=1), believed_usd=Decimal(2))
    assert sum(spent.values()) == Decimal("5.5072056")
    assert await records.spent_since(NOW + timedelta(hours=1), believed_usd=Decimal(2)) == {}


async def test_no_usage_is_too_much_to_be_added_up(records: Records) -> None:
    await records.open_session(a_session())
    for number in range(4):
        await records.save_usage(usage(f"r{number}", "9000000"))
    assert await records.spent_since(NOW, believed_usd=Decimal(2)) == {None: 2}
    session = await records.get_session("s1")
    assert session and session.cost_usd == MAX_USD


async def test_nothing_is_written_for_a_session_nobody_opened(records: Records) -> None:
    for write in (
        records.save_items("s1", [an_item("a", 0)]),
        records.save_usage(usage("r1")),
        records.save_tool_call(tool_call()),
        records.close_session("s1", "stopped", NOW),
    ):
        with pytest.raises(SessionUnknown):
            await write
    assert await records.items("s1") == []


async def test_text_no_database_takes_is_still_written(records: Records) -> None:
    await records.open_session(a_session())
    await records.save_items("s1", [an_item("a\0", 0, "half \ud83d and \0 whole")])
    assert [(item.item_id, item.text) for item in await records.items("s1")] == [("a?", "half ? and ? whole")]


async def test_text_no_database_takes_changes_and_finds_records_too(records: Records) -> None:
    await records.open_session(a_session())
    await records.set_summary("s1", topic="a\0b", summary="half \ud83d")
    await records.close_session("s1", "a\0b", NOW)
    session = await records.get_session("s1")
    assert session
    assert (session.topic, session.summary, session.reason) == ("a?b", "half ?", "a?b")
    for unknown in ("a\0b", "\ud83d"):
        assert await records.get_session(unknown) is None
        assert not await records.delete_session(unknown)


async def test_many_writers_at_once_lose_nothing(records: Records, database_url: str) -> None:
    async def call(records: Records, session_id: str) -> None:
        await records.open_session(a_session(session_id))
        for turn in range(10):
            await records.save_items(
                session_id,
                [an_item("growing", 0, "x" * turn, session_id), an_item(f"i{turn}", turn, "", session_id)],
            )
            await records.save_usage(usage(f"r{turn}", "0.01", session_id))

    async with database_at(database_url) as another:
        both = (records, Records(another, keep_text=True))
        await asyncio.gather(*(call(both[n % 2], f"s{n}") for n in range(8)))
    for n in range(8):
        session = await records.get_session(f"s{n}")
        assert session
        assert session.cost_usd == Decimal("0.10")
        assert len(await records.items(f"s{n}")) == 11


async def test_usage_of_one_session_from_many_sides_adds_up(records: Records) -> None:
    await records.open_session(a_session())
    await asyncio.gather(*(records.save_usage(usage(f"r{n}", "0.01")) for n in range(20)))
    session = await records.get_session("s1")
    assert session
    assert session.cost_usd == Decimal("0.20")


# -- reading ---------------------------------------------------------------------------------------------


async def test_sessions_are_listed_newest_first_page_by_page_and_by_owner(records: Records) -> None:
    for n in range(5):
        # Two of the same moment: the page must not lose or repeat one.
        opened_at = NOW + timedelta(minutes=n // 2)
        await records.open_session(
            a_session(f"s{n}", opened_at=opened_at, owner="even" if n % 2 == 0 else "odd")
        )
    first = [session.id for session in await records.list_sessions(limit=2)]
    second = [session.id for session in await records.list_sessions(limit=2, before=first[-1])]
    third = [session.id for session in await records.list_sessions(limit=2, before=second[-1])]
    assert [*first, *second, *third] == ["s4", "s3", "s2", "s1", "s0"]
    assert [session.id for session in await records.list_sessions(owner="odd")] == ["s3", "s1"]
    assert await records.list_sessions(before="unknown") == []


# -- keeping less ----------------------------------------------------------------------------------------


async def test_without_transcripts_only_metadata_is_kept_and_no_word_is_in_the_files(
    database: Database,
) -> None:
    records = Records(database, keep_text=False)
    await save_everything(records)
    await assert_no_word_in(database)
    session, items, profile = (
        await records.get_session("s1"),
        await records.items("s1"),
        await records.profile("s1"),
    )
    assert session and profile
    assert (session.reason, session.cost_usd, session.summary) == ("stopped", Decimal("0.25"), None)
    assert [(item.item_id, item.text, item.finished) for item in items] == [("i1", "", True)]
    assert [call.name for call in await records.tool_calls("s1")] == ["look"]
    assert (profile.schema, profile.data) == (None, None)


# -- deleting --------------------------------------------------------------------------------------------


async def test_deleting_a_session_leaves_no_row_and_no_word_in_the_files(
    records: Records, database: Database
) -> None:
    await save_everything(records)
    kept = await everything_in(database)
    assert all(fragment in kept for fragment in FRAGMENTS), "the search must be able to find it"
    assert await records.delete_session("s1")
    await assert_no_word_in(database)
    async with database.session() as session:
        counts = [
            await session.scalar(select(func.count()).select_from(each))
            for each in Record.metadata.sorted_tables
        ]
    assert set(counts) == {0}
    assert not await records.delete_session("s1")


async def test_no_word_of_a_deleted_session_is_left_on_pages_it_shared(
    records: Records, database: Database
) -> None:
    """Rows that grow push others from page to page, and the copy left behind outlives `secure_delete`."""
    chance = random.Random(1)
    for session_id in ("a", "b"):
        await records.open_session(a_session(session_id))
    for _ in range(40):
        session_id, word = chance.choice([("a", "tangerine "), ("b", "quince ")])
        texts = {n: word + "y" * chance.randrange(1500) for n in chance.sample(range(60), 10)}
        await records.save_items(session_id, [an_item(f"i{n}", 0, texts[n], session_id) for n in texts])
    await records.delete_session("a")
    await assert_no_word_in(database)
    assert b"quince" in await everything_in(database)


async def test_a_scrub_that_failed_is_made_up_for_by_the_next_delete(
    records: Records, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails() -> None:
        raise StoreFailure("busy")

    await save_everything(records)
    with monkeypatch.context() as patched:
        patched.setattr(database, "scrub", fails)
        with pytest.raises(StoreFailure):
            await records.delete_session("s1")
    await records.delete_session("s1")
    await assert_no_word_in(database)


@ON_SQLITE
async def test_a_scrub_that_failed_is_made_up_for_at_the_next_start(
    records: Records, database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails() -> None:
        raise StoreFailure("busy")

    await save_everything(records)
    monkeypatch.setattr(database, "scrub", fails)
    with pytest.raises(StoreFailure):
        await records.delete_session("s1")
    assert await database.owes_scrub()
    await database.close()
    async with database_at(database_url) as opened_again:
        assert not await opened_again.owes_scrub()
        await assert_no_word_in(opened_again)


@ON_SQLITE
async def test_what_another_server_deletes_during_a_scrub_is_still_owed(
    records: Records, database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def killed_before() -> None:
        raise StoreFailure("killed")

    for session_id in ("s1", "s2"):
        await save_everything(records, session_id)
    async with database_at(database_url) as other:
        monkeypatch.setattr(other, "scrub", killed_before)
        mark_scrubbed = database._mark_scrubbed

        async def after_another_deletion(owed: int) -> None:
            with pytest.raises(StoreFailure):
                await Records(other, keep_text=True).delete_session("s2")
            await mark_scrubbed(owed)

        monkeypatch.setattr(database, "_mark_scrubbed", after_another_deletion)
        await records.delete_session("s1")
    assert await database.owes_scrub()
    monkeypatch.undo()
    await database.scrub()
    assert not await database.owes_scrub()
    await assert_no_word_in(database)


async def test_two_servers_that_delete_and_write_at_once_leave_nothing_but_what_they_keep(
    records: Records, database: Database, database_url: str
) -> None:
    async with database_at(database_url) as another:
        there = Records(another, keep_text=True)
        for number in range(6):
            await save_everything(records, f"old{number}")
        await records.open_session(a_session("kept", opened_at=NOW + timedelta(days=30)))
        await asyncio.gather(
            records.purge(timedelta(days=7), NOW + timedelta(days=30)),
            there.purge(timedelta(days=7), NOW + timedelta(days=30)),
            *(there.save_items("kept", [an_item(f"i{n}", n, "more", "kept")]) for n in range(20)),
            return_exceptions=True,  # A scrub may find the log being read; then it stays owed.
        )
        assert [session.id for session in await there.list_sessions()] == ["kept"]
        assert len(await records.items("kept")) == 20
    if await database.owes_scrub():
        await database.scrub()
    await assert_no_word_in(database)


async def test_deleting_leaves_other_sessions_and_their_writers_alone(records: Records) -> None:
    await save_everything(records)
    await save_everything(records, "s2")
    await asyncio.gather(
        records.delete_session("s1"),
        *(records.save_items("s2", [an_item(f"i{n}", n, "more", "s2")]) for n in range(2, 20)),
    )
    assert len(await records.items("s2")) == 19
    assert await records.get_session("s1") is None


async def test_retention_deletes_what_ended_long_ago_by_the_given_clock(
    records: Records, database: Database
) -> None:
    days = timedelta(days=1)
    for session_id, opened, closed in [
        ("old", 40, 31),
        ("began_old", 40, 29),
        ("lost", 31, None),
        ("live", 0, None),
    ]:
        await records.open_session(a_session(session_id, opened_at=NOW - opened * days))
        await records.save_items(session_id, [an_item("i", 0, f"tangerine of {session_id}", session_id)])
        if closed is not None:
            await records.close_session(session_id, "stopped", NOW - closed * days)
    assert await records.purge(30 * days, NOW - 20 * days) == 0
    assert await records.purge(30 * days, NOW) == 2
    assert {session.id for session in await records.list_sessions()} == {"began_old", "live"}
    assert b"tangerine of old" not in await everything_in(database)
    assert b"tangerine of lost" not in await everything_in(database)
    assert isinstance((await records.items("live"))[0], ItemRecord)


async def test_what_a_killed_server_left_open_is_closed_and_its_calls_at_the_provider_named(
    records: Records,
) -> None:
    for session_id in ("s1", "s2", "s3"):
        await records.open_session(a_session(session_id))
    await records.set_provider_call_id("s1", "rtc_1")
    await records.set_provider_call_id("s3", "rtc_3")
    await records.close_session("s3", "stopped", NOW)
    assert await records.servers_of_open_sessions() == {"here"}
    assert await records.close_abandoned({"here"}, NOW + timedelta(hours=1)) == ["rtc_1"]
    assert await records.close_abandoned({"here"}, NOW + timedelta(hours=2)) == []
    sessions = {session.id: session for session in await records.list_sessions()}
    assert {name: each.reason for name, each in sessions.items()} == {
        "s1": "server_killed",
        "s2": "server_killed",
        "s3": "stopped",
    }
    assert (sessions["s1"].closed_at, sessions["s3"].closed_at) == (NOW + timedelta(hours=1), NOW)


async def test_what_another_server_holds_is_left_open_until_it_is_carried_on_here(
    records: Records, database: Database
) -> None:
    there = Records(database, keep_text=True, server_id="there")
    await there.open_session(a_session())
    await there.set_provider_call_id("s1", "rtc_1")
    assert await records.close_abandoned({"here"}, NOW + timedelta(days=30)) == []
    await records.open_session(a_session())
    assert await records.close_abandoned({"there"}, NOW + timedelta(days=30)) == []
    assert await records.servers_of_open_sessions() == {"here"}


async def test_a_record_that_names_no_server_is_closed_once_its_call_must_be_over(database: Database) -> None:
    records = Records(database, keep_text=True)
    await records.open_session(a_session())
    await records.set_provider_call_id("s1", "rtc_1")
    assert await records.servers_of_open_sessions() == set()
    assert await records.close_abandoned(set(), NOW + timedelta(hours=8)) == []
    assert await records.close_abandoned(set(), NOW + timedelta(hours=8, seconds=1)) == ["rtc_1"]


async def test_a_record_that_goes_on_is_open_again(records: Records) -> None:
    await records.open_session(a_session())
    await records.close_session("s1", "page_left", NOW)
    await records.open_session(a_session())
    session = await records.get_session("s1")
    assert session and (session.closed_at, session.reason) == (None, None)


async def test_a_text_that_is_masked_already_is_written_as_it_is(records: Records) -> None:
    await records.open_session(a_session())
    await records.save_items("s1", [an_item("a", 0, Masked("PIN •••• 4111 1111 1111 1111"))])
    assert [item.text for item in await records.items("s1")] == ["PIN •••• 4111 1111 1111 1111"]
