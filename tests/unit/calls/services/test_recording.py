import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from calls.call import Call
from calls.events import Summarised
from calls.owned_tasks import OwnedTasks
from calls.services import recording as recorder_module
from calls.services.recording import (
    DEAREST_USD,
    GROWING_S,
    ITEMS_AT_ONCE,
    MAX_SUMMARY_CHARS,
    MAX_TOPIC_CHARS,
    OPEN_AFTER_S,
    OTHER_TOOL,
    RETRY_S,
    TRIES_AFTER_THE_END,
    Recorder,
)
from realtime.conversation import transcript
from store.database import Database
from store.models import ItemRecord, SessionRecord, ToolCallRecord, UsageRecord
from store.records import Records
from tests.fakes import turns
from tests.fakes.house import OFFER, House
from tests.fakes.kept import NOW, FailingRecords, a_session, an_item, bytes_of, database_in
from tests.fakes.timer import Due, FakeTimer

Event = dict[str, Any]


class RetryTimer(FakeTimer):
    """The recorder's clock; a test can wait until another try is planned."""

    def __init__(self) -> None:
        super().__init__()
        self._planned = asyncio.Event()

    def __call__(self, seconds: float, callback: Callable[[], None]) -> Due:
        if seconds == RETRY_S:
            self._planned.set()
        return super().__call__(seconds, callback)

    async def try_again(self) -> None:
        """Wait for a plan to try again, and let the time come."""
        await self._planned.wait()
        self._planned.clear()
        self.advance(RETRY_S)


@dataclass
class Recording:
    """A call that is being recorded."""

    timer: RetryTimer
    call: Call
    records: Records
    tasks: OwnedTasks
    recorder: Recorder
    saved: "SaidItems"

    def receive(self, *events: Event, at_ms: float = 0) -> None:
        for event in events:
            self.call.receive(event, at_ms)

    async def end(self) -> None:
        await self.call.close("stopped")
        await self.tasks.finish()

    async def items(self) -> list[ItemRecord]:
        return await self.records.items("s1")

    async def everything_due(self) -> None:
        """Wait until what is due now is written: usage is written after the items that came before it."""
        reference = f"marker_{len(await self.records.usage('s1'))}"
        response: Event = {"id": reference, "conversation_id": None, "status": "completed", "output": []}
        self.receive({"type": "response.done", "response": response | {"usage": turns.USAGE}})
        await self.saved.until_usage(reference)


class SaidItems(Records):
    """Records that let a test wait for what is written."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, keep_text=True)
        self.texts: dict[str, list[str]] = {}
        self.opened = asyncio.Event()
        self._usage: set[str] = set()
        self._written = asyncio.Condition()

    async def open_session(self, session: SessionRecord) -> None:
        await super().open_session(session)
        self.opened.set()

    async def save_items(self, session_id: str, items: Sequence[ItemRecord]) -> None:
        await super().save_items(session_id, items)
        async with self._written:
            for item in items:
                self.texts.setdefault(item.item_id, []).append(item.text)
            self._written.notify_all()

    async def save_usage(self, usage: UsageRecord) -> None:
        await super().save_usage(usage)
        async with self._written:
            self._usage.add(usage.reference)
            self._written.notify_all()

    async def until_usage(self, reference: str) -> None:
        async with self._written:
            await self._written.wait_for(lambda: reference in self._usage)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with database_in(tmp_path) as database:
        yield database


@pytest.fixture
async def recording(database: Database) -> AsyncIterator[Recording]:
    recording = record(SaidItems(database), database)
    yield recording
    await recording.end()


def record(
    records: Any,
    database: Database,
    session: SessionRecord | None = None,
    *,
    opened: bool = True,
    response_usd: str = "0.5",
) -> Recording:
    timer, tasks = RetryTimer(), OwnedTasks()
    call = House().open()
    call.trust_minted_key()  # its usage counts
    recorder = Recorder(
        call,
        records,
        session or a_session(model="voice-model"),
        tasks,
        transcription_model="ears",
        tool_names=["look"],
        cost_of=lambda change: Decimal(response_usd) if change.source == "response" else Decimal("0.1"),
        timer=timer,
        clock=lambda: NOW + timedelta(seconds=timer.now),
    )
    if opened:
        timer.advance(OPEN_AFTER_S)
        timer.now = 0
    return Recording(timer, call, Records(database, keep_text=True), tasks, recorder, records)


def words(item_id: str, text: str) -> Event:
    return {
        "type": "response.output_audio_transcript.delta",
        **{"response_id": f"resp_{item_id}", "item_id": item_id, "output_index": 0, "content_index": 0},
        "delta": text,
    }


# -- the record ------------------------------------------------------------------------------------------


async def test_a_call_becomes_a_session_with_its_items_usage_and_cost(recording: Recording) -> None:
    recording.call.redial()  # The leg with a minted key makes room for one that is placed.
    await recording.call.connect(OFFER)
    recording.receive(*turns.spoken_turn(1, "Do you have shoes?", "We do."), at_ms=1000)
    recording.timer.now = 60
    await recording.end()
    session = await recording.records.get_session("s1")
    assert session
    assert (session.reason, session.closed_at) == ("stopped", NOW + timedelta(seconds=60))
    assert (session.provider_call_id, session.cost_usd) == ("rtc_1", Decimal("0.6"))
    assert [(item.role, item.text, item.finished) for item in await recording.items()] == [
        ("user", "Do you have shoes?", True),
        ("assistant", "We do.", True),
    ]
    assert {(row.source, row.model) for row in await recording.records.usage("s1")} == {
        ("response", "voice-model"),
        ("transcription", "ears"),
    }


async def test_a_number_over_two_utterances_is_hidden_in_both_of_them(recording: Recording) -> None:
    recording.receive(*turns.spoken_turn(1, "My card is 4111 1111", "Go on, please."), at_ms=1000)
    await recording.everything_due()
    assert (await recording.items())[0].text == "My card is 4111 1111"
    recording.receive(*turns.spoken_turn(2, "1111 1111", "Thanks.", "agent_1"), at_ms=6000)
    await recording.everything_due()
    texts = [item.text for item in await recording.items()]
    assert texts == ["My card is •••• ••••", "Go on, please.", "•••• ••••", "Thanks."]


async def test_urdu_digits_over_two_utterances_are_hidden(recording: Recording) -> None:
    recording.receive(*turns.spoken_turn(1, "کارڈ ۴۱۱۱ ۱۱۱۱", "جی"), at_ms=1000)
    recording.receive(*turns.spoken_turn(2, "۱۱۱۱ ۱۱۱۱ ہے", "شکریہ", "agent_1"), at_ms=6000)
    await recording.end()
    assert [item.text for item in await recording.items()][::2] == ["کارڈ •••• ••••", "•••• •••• ہے"]


async def test_a_number_that_goes_on_after_ten_seconds_is_another_one(recording: Recording) -> None:
    recording.receive(*turns.spoken_turn(1, "Code 4111 1111", "Yes?"), at_ms=1000)
    recording.receive(*turns.spoken_turn(2, "1111 1111", "Thanks.", "agent_1"), at_ms=11_001)
    await recording.end()
    assert [item.text for item in await recording.items()][::2] == ["Code 4111 1111", "1111 1111"]


async def test_a_call_without_a_word_is_still_a_record(recording: Recording) -> None:
    await recording.end()
    session = await recording.records.get_session("s1")
    assert session and session.reason == "stopped"
    assert await recording.items() == []


async def test_no_reported_usage_costs_more_than_a_response_can(database: Database) -> None:
    recording = record(SaidItems(database), database, response_usd="1e9")
    recording.receive(*turns.spoken_turn(1, "Hi.", "Hello."))
    await recording.end()
    costs = {usage.source: usage.cost_usd for usage in await recording.records.usage("s1")}
    assert costs["response"] == DEAREST_USD


async def test_times_count_from_the_first_item(recording: Recording) -> None:
    recording.receive(*turns.typed("user_1", "Hello"), at_ms=5_000)
    recording.receive(*turns.reply_begins("agent_1", "user_1", ["Hi."]), at_ms=6_200)
    recording.receive(*turns.reply_ends("agent_1", "user_1", "Hi."), at_ms=7_000)
    recording.receive(*turns.typed("user_2", "Bye", "agent_1"), at_ms=1e12)
    await recording.end()
    day = 24 * 60 * 60 * 1000
    times = [(item.started_at_ms, item.ended_at_ms) for item in await recording.items()]
    assert times == [(0, 0), (1200, 2000), (day, day)]


async def test_a_barge_in_is_kept_with_what_was_heard(recording: Recording) -> None:
    recording.receive(*turns.reply_begins("agent_1", None, ["We have ", "many ", "colours"]))
    recording.receive(*turns.barge_in("agent_1", "user_1", 700))
    await recording.end()
    agent = (await recording.items())[0]
    assert (agent.text, agent.interrupted) == ("We have many colours", True)
    assert agent.text[: agent.heard] == "We have"


@pytest.mark.parametrize(("control", "source"), [("bridged", "browser"), ("controlled", "provider")])
async def test_an_item_says_who_told_of_it(database: Database, control: str, source: str) -> None:
    recording = record(SaidItems(database), database, a_session(control=control))
    recording.receive(*turns.typed("user_1", "Hello"))
    await recording.end()
    assert [item.source for item in await recording.items()] == [source]


async def test_a_record_that_exists_is_gone_on_with(recording: Recording, database: Database) -> None:
    await recording.end()
    again = record(SaidItems(database), database, a_session(persona="another"))
    again.receive(*turns.typed("user_9", "Me again"))
    await again.end()
    session = await recording.records.get_session("s1")
    assert session and session.persona == "shop"
    assert [item.text for item in await recording.items()] == ["Me again"]


async def test_a_tool_call_is_kept_when_it_is_asked_for_and_when_it_is_done(recording: Recording) -> None:
    call = {
        **{"id": "tool_1", "type": "function_call", "name": "look", "call_id": "c1", "status": "completed"},
        "arguments": '{"card": "4111 1111 1111 1111"}',
    }
    recording.receive(
        {"type": "response.output_item.done", "response_id": "resp_1", "output_index": 0, "item": call}
    )
    await recording.everything_due()
    recording.recorder.tool_done(
        ToolCallRecord(
            session_id="s1",
            call_id="c1",
            name="look",
            status="completed",
            started_at=NOW,
            took_ms=12,
            output="{}",
        )
    )
    await recording.end()
    (row,) = await recording.records.tool_calls("s1")
    assert (row.name, row.status, row.took_ms, row.output) == ("look", "completed", 12, "{}")


async def test_what_a_tool_was_asked_is_masked(recording: Recording) -> None:
    call = {
        **{"id": "tool_1", "type": "function_call", "name": "look", "call_id": "c1", "status": "completed"},
        "arguments": '{"card": "4111 1111 1111 1111"}',
    }
    recording.receive(
        {"type": "response.output_item.done", "response_id": "resp_1", "output_index": 0, "item": call}
    )
    await recording.end()
    (row,) = await recording.records.tool_calls("s1")
    assert (row.status, row.arguments) == ("called", '{"card": "•••• •••• •••• 1111"}')


async def test_the_summary_at_the_end_is_kept(recording: Recording) -> None:
    recording.recorder._follow([Summarised("Shoes", "The caller wants shoes.")])
    await recording.end()
    session = await recording.records.get_session("s1")
    assert session and (session.topic, session.summary) == ("Shoes", "The caller wants shoes.")


# -- order -----------------------------------------------------------------------------------------------


async def test_items_stand_in_conversation_order_however_late_the_news_of_it(recording: Recording) -> None:
    recording.receive(*turns.typed("c", "first"))
    recording.receive(*turns.typed("a", "third", "b"))
    await recording.everything_due()
    recording.receive(*turns.typed("b", "second", "c"))
    await recording.end()
    assert [item.text for item in await recording.items()] == ["first", "second", "third"]


async def test_an_item_that_moves_is_moved_in_the_record(recording: Recording) -> None:
    for item_id in ("a", "b", "c"):
        recording.receive(*turns.speech_heard(item_id, "unknown_yet"))
    await recording.everything_due()
    shown = [item.id for item in recording.call.conversation.items]
    recording.receive(
        {"type": "input_audio_buffer.committed", "item_id": shown[0], "previous_item_id": shown[1]}
    )
    expected = [item.id for item in recording.call.conversation.items]
    assert expected != shown
    await recording.end()
    assert [item.item_id for item in await recording.items()] == expected


async def test_an_item_put_first_comes_first(recording: Recording) -> None:
    recording.receive(*turns.typed("user_1", "hello"))
    await recording.everything_due()
    recording.receive(*turns.typed("user_2", "welcome", "root"))
    await recording.end()
    assert [item.text for item in await recording.items()] == ["welcome", "hello"]


async def test_what_the_provider_deletes_was_still_said(recording: Recording) -> None:
    recording.receive(*turns.typed("user_1", "one"), *turns.typed("user_2", "two", "user_1"))
    recording.receive({"type": "conversation.item.deleted", "item_id": "user_1"})
    recording.receive(*turns.typed("user_3", "three", "user_2"))
    await recording.end()
    assert [item.text for item in await recording.items()] == ["one", "two", "three"]


# -- as the call goes ------------------------------------------------------------------------------------


async def test_a_sentence_is_written_when_it_ends(recording: Recording) -> None:
    recording.receive(*turns.reply_begins("agent_1", None, ["We have ", "shoes. "]))
    await recording.everything_due()
    recording.receive(words("agent_1", "سرخ بھی"), words("agent_1", " ہیں۔"))
    await recording.everything_due()
    assert [(item.text, item.finished) for item in await recording.items()] == [
        ("We have shoes. سرخ بھی ہیں۔", False)
    ]


async def test_a_long_sentence_is_written_as_far_as_it_has_come(recording: Recording) -> None:
    recording.receive(*turns.reply_begins("agent_1", None, []))
    await recording.everything_due()
    for more, so_far in [("Well let me ", "Well let me "), ("see", "Well let me see")]:
        recording.receive(words("agent_1", more))
        recording.timer.advance(GROWING_S)
        await recording.everything_due()
        assert [item.text for item in await recording.items()] == [so_far]


async def test_a_word_does_not_make_the_database_busy(recording: Recording) -> None:
    recording.receive(*turns.reply_begins("agent_1", None, []))
    await recording.everything_due()
    for _ in range(10):
        recording.receive(words("agent_1", "word "))
        await recording.everything_due()
    assert recording.saved.texts["agent_1"] == [""]


async def test_a_call_that_ends_in_mid_sentence_keeps_all_of_it(recording: Recording) -> None:
    recording.receive(*turns.reply_begins("agent_1", None, ["The code is ", "1234"]))
    await recording.end()
    assert [(item.text, item.finished) for item in await recording.items()] == [("The code is 1234", False)]


async def test_no_part_of_a_card_number_is_on_the_disk_while_it_is_spoken(
    recording: Recording, tmp_path: Path
) -> None:
    recording.receive(*turns.reply_begins("agent_1", None, ["Your card: "]))
    for group in ("4111 ", "1111 ", "1111 ", "1111"):
        recording.receive(words("agent_1", group))
        recording.timer.advance(GROWING_S)
        await recording.everything_due()
        assert b"4111" not in bytes_of(tmp_path)
    recording.receive(*turns.reply_ends("agent_1", None, "Your card: 4111 1111 1111 1111."))
    await recording.end()
    assert [item.text for item in await recording.items()] == ["Your card: •••• •••• •••• 1111."]
    assert b"4111" not in bytes_of(tmp_path)


async def test_the_live_call_keeps_its_own_unmasked_words(recording: Recording) -> None:
    recording.receive(*turns.typed("user_1", "it is 4111 1111 1111 1111"))
    await recording.end()
    item = recording.call.conversation.item("user_1")
    assert item and item.text == "it is 4111 1111 1111 1111"


# -- a database that does not do its part ----------------------------------------------------------------


async def test_a_database_that_fails_is_tried_again_and_nothing_is_lost(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    failing = FailingRecords(Records(database, keep_text=True))
    recording = record(failing, database)
    recording.receive(*turns.spoken_turn(1, "Any mango?", "Plenty."))
    for _ in range(3):
        await recording.timer.try_again()
    assert recording.call.closed is None
    failing.failing = False
    await recording.end()
    assert [item.text for item in await recording.items()] == ["Any mango?", "Plenty."]
    session = await recording.records.get_session("s1")
    assert session and session.cost_usd == Decimal("0.6")
    assert caplog.text.count("the record is behind") == 1
    assert "mango" not in caplog.text


async def test_items_that_could_not_be_written_are_written_later(database: Database) -> None:
    failing = FailingRecords(Records(database, keep_text=True), failing=False)
    recording = record(failing, database)
    recording.receive(*turns.typed("user_1", "Hello"))
    await failing.tried(2)
    failing.failing = True
    recording.receive(*turns.typed("user_2", "again", "user_1"))
    await failing.tried(3)
    failing.failing = False
    await recording.timer.try_again()
    await recording.end()
    assert [item.text for item in await recording.items()] == ["Hello", "again"]


async def test_events_do_not_make_a_failing_database_busier(database: Database) -> None:
    failing = FailingRecords(Records(database, keep_text=True))
    recording = record(failing, database)
    await failing.tried(1)
    for number in range(20):
        recording.receive(*turns.typed(f"user_{number}", "again."))
        await asyncio.sleep(0)
    assert failing.tries == 1
    failing.failing = False
    await recording.timer.try_again()
    await recording.end()
    assert len(await recording.items()) == 20


async def test_a_database_that_never_comes_back_does_not_keep_the_server_from_stopping(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    failing = FailingRecords(Records(database, keep_text=True))
    recording = record(failing, database)
    await failing.tried(1)
    await recording.call.close("stopped")
    for _ in range(TRIES_AFTER_THE_END):
        await recording.timer.try_again()
    await recording.tasks.finish()
    assert "nothing more is recorded" in caplog.text


async def test_a_slow_database_stalls_nothing(database: Database) -> None:
    failing = FailingRecords(Records(database, keep_text=True), failing=False)
    failing.gate.clear()
    recording = record(failing, database)
    await failing.tried(1)
    recording.receive(*turns.spoken_turn(1, "Slow?", "Not for us."))
    await recording.call.close("stopped")
    assert recording.call.closed
    failing.gate.set()
    await recording.tasks.finish()
    assert [item.text for item in await recording.items()] == ["Slow?", "Not for us."]


async def test_what_waits_for_the_database_is_bounded(
    database: Database, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("calls.services.recording.MAX_WAITING", 10)
    failing = FailingRecords(Records(database, keep_text=True), failing=False)
    failing.gate.clear()
    recording = record(failing, database)
    for number in range(15):
        response = {"id": f"resp_{number}", "status": "completed", "output": [], "usage": turns.USAGE}
        recording.receive({"type": "response.done", "response": response})
    failing.gate.set()
    await recording.end()
    assert len(await recording.records.usage("s1")) == 10
    assert caplog.text.count("too much waits") == 1


async def test_a_record_deleted_in_mid_call_is_not_written_again(
    recording: Recording, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    recording.receive(*turns.typed("user_1", "persimmon"))
    await recording.everything_due()
    assert await recording.records.delete_session("s1")
    recording.receive(*turns.typed("user_2", "persimmon again"))
    await recording.tasks.finish()
    recording.receive(*turns.typed("user_3", "and persimmon once more"))
    assert recording.call.closed is None
    await recording.end()
    assert await recording.records.get_session("s1") is None
    assert b"persimmon" not in bytes_of(tmp_path)
    assert [line.message for line in caplog.records if line.levelno >= logging.WARNING] == [
        f"{recording.call.id}: nothing more is recorded: its record was deleted"
    ]


async def test_two_calls_never_meet_in_the_store(database: Database) -> None:
    one = record(SaidItems(database), database, a_session("s1"))
    two = record(SaidItems(database), database, a_session("s2"))
    one.receive(*turns.spoken_turn(1, "I am one", "Hello one"))
    two.receive(*turns.spoken_turn(1, "I am two", "Hello two"))
    await asyncio.gather(one.end(), two.end())
    for session_id, name in (("s1", "one"), ("s2", "two")):
        items = await one.records.items(session_id)
        assert [item.text for item in items] == [f"I am {name}", f"Hello {name}"]


async def test_no_word_of_the_call_reaches_the_log(
    recording: Recording, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    recording.receive(*turns.spoken_turn(1, "Any pomegranate?", "One pomegranate."))
    await recording.end()
    assert "pomegranate" not in caplog.text
    assert "pomegranate" not in repr(an_item("i", 0, "pomegranate"))


async def test_a_session_of_the_api_is_on_record_at_once(database: Database) -> None:
    recording = record(SaidItems(database), database, a_session("s_api", kind="api"), opened=False)
    await asyncio.wait_for(recording.saved.opened.wait(), 10)
    await recording.end()


async def test_a_call_of_the_page_is_on_record_a_moment_later(database: Database) -> None:
    recording = record(SaidItems(database), database, a_session("s_page"), opened=False)
    recording.timer.advance(OPEN_AFTER_S)
    await asyncio.wait_for(recording.saved.opened.wait(), 10)
    await recording.end()


# -- what a caller may send without end --------------------------------------------------------------------


async def test_items_that_left_memory_stay_in_the_record_in_their_places(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transcript, "MAX_ITEMS", 10)
    for number in range(30):
        recording.receive(*turns.typed(f"i{number}", f"word {number}", f"i{number - 1}" if number else None))
    assert len(recording.call.conversation.items) == 10
    await recording.end()
    assert [item.text for item in await recording.items()] == [f"word {number}" for number in range(30)]


async def test_an_unfinished_item_that_leaves_memory_is_kept_whole(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transcript, "MAX_ITEMS", 1)
    recording.receive(words("a", "the number is twelve"), words("b", "Yes."))
    await recording.end()
    assert [(item.text, item.finished) for item in await recording.items()] == [
        ("the number is twelve", True),
        ("Yes.", False),
    ]


async def test_one_item_that_moves_writes_no_other_one_again(recording: Recording) -> None:
    for number in range(40):
        recording.receive(*turns.typed(f"i{number}", "word", f"i{number - 1}" if number else None))
    for _slice in range(0, 40 + ITEMS_AT_ONCE, ITEMS_AT_ONCE):
        await recording.everything_due()  # Usage is written between two slices of items.
    written = {item_id: len(texts) for item_id, texts in recording.saved.texts.items()}
    recording.receive(
        {"type": "input_audio_buffer.committed", "item_id": "i39", "previous_item_id": "i3"},
        *turns.typed("between", "word", "i7"),
    )
    await recording.everything_due()
    again = {
        item_id for item_id, texts in recording.saved.texts.items() if len(texts) != written.get(item_id)
    }
    assert again == {"i39", "between"}


async def test_very_many_items_are_written_in_slices(recording: Recording) -> None:
    sizes: list[int] = []
    save_items = recording.saved.save_items

    async def counted(session_id: str, items: Sequence[ItemRecord]) -> None:
        sizes.append(len(items))
        await save_items(session_id, items)

    recording.saved.save_items = counted  # type: ignore[method-assign]
    recording.receive(*(event for number in range(100) for event in turns.typed(f"i{number}", "word")))
    await recording.end()
    assert max(sizes) == ITEMS_AT_ONCE
    assert len(await recording.items()) == 100


async def test_usage_is_written_though_items_never_stop_coming(recording: Recording) -> None:
    for number in range(10 * ITEMS_AT_ONCE):
        recording.receive(*turns.typed(f"i{number}", "word"))
    await recording.everything_due()
    assert len(recording.saved.texts) < 10 * ITEMS_AT_ONCE


async def test_what_waits_for_a_database_that_fails_is_bounded(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder_module, "MAX_ITEMS", 20)
    recording = record(SaidItems(database), database, opened=False)
    for number in range(100):
        recording.receive(*turns.typed(f"i{number}", "word"))
    assert len(recording.recorder._due) == 20
    recording.timer.advance(OPEN_AFTER_S)
    await recording.end()
    assert [item.item_id for item in await recording.items()] == [f"i{number}" for number in range(80, 100)]


async def test_a_tool_that_the_persona_does_not_have_is_kept_without_its_name(recording: Recording) -> None:
    call = {"id": "t", "type": "function_call", "name": "my_card_4111", "call_id": "c", "status": "completed"}
    recording.receive({"type": "response.output_item.done", "response_id": "r", "item": call})
    await recording.end()
    assert [row.name for row in await recording.records.tool_calls("s1")] == [OTHER_TOOL]


async def test_topic_and_summary_are_bounded_and_well_formed(recording: Recording) -> None:
    recording.recorder._follow([Summarised("t" * 9000, "half \ud800 " * 1000)])
    await recording.end()
    session = await recording.records.get_session("s1")
    assert session and session.topic and session.summary
    assert (len(session.topic), len(session.summary)) == (MAX_TOPIC_CHARS, MAX_SUMMARY_CHARS)
