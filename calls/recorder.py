"""Writes a call down as it goes, so that a killed server loses at most the sentence being spoken."""

import asyncio
import logging
import re
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Protocol

from calls.call import Cancellable, Timer, Watcher
from calls.changes import CallChange, Closed, Connected, Finished, Summarised
from calls.masked_items import MaskedItems
from calls.owned_tasks import OwnedTasks
from realtime.changes import (
    ItemAdded,
    ItemCut,
    ItemFinished,
    ItemMoved,
    ItemUpdated,
    TextAppended,
    TextReplaced,
    ToolReady,
    UsageReported,
)
from realtime.conversation import Conversation
from realtime.item import Item
from store.database import StoreFailure
from store.models import ItemRecord, SessionRecord, ToolCallRecord, UsageRecord
from store.records import Records, SessionUnknown

log = logging.getLogger("guftagu.records")

OPEN_AFTER_S = 0.25
"""A call that is being set up has better things to wait for than a row without a word."""
GROWING_S = 1.0
"""A sentence that takes longer is written as far as it has come."""
RETRY_S = 2.0
TRIES_AFTER_THE_END = 5
MAX_WAITING = 1000
"""Usage and tool calls that wait for the database; items need no such limit, each is written as it is now."""
LONGEST_MS = 24 * 60 * 60 * 1000
"""A browser can report any time; a database cannot hold any."""
DEAREST_USD = Decimal(10)
"""A browser can report any usage, too. No response costs as much: 128k tokens in and 32k out are about $6."""
SENTENCE_END = re.compile(r"[.!?؟۔।…](?:\s|$)")

Clock = Callable[[], datetime]
Write = Callable[[], Awaitable[None]]


def utc_now() -> datetime:
    return datetime.now(UTC)


class Recorded(Protocol):
    """What a record is kept of: a call, or a session that goes over several."""

    @property
    def id(self) -> str: ...
    @property
    def conversation(self) -> Conversation: ...
    def watch(self, watcher: Watcher) -> Callable[[], None]: ...


class Recorder:
    """The record of one call. Everything is written by one task, which ends after the call.

    The database may be slow or fail: the call never waits for it, and what is due is tried again.
    An item that the provider deletes stays in the record: it was said.
    """

    def __init__(
        self,
        call: Recorded,
        records: Records,
        session: SessionRecord,
        tasks: OwnedTasks,
        *,
        transcription_model: str,
        cost_of: Callable[[UsageReported], Decimal],
        timer: Timer,
        clock: Clock = utc_now,
    ) -> None:
        """
        :param session: the record to begin, unless it exists
        :param tasks: who waits for the writing to end
        :param cost_of: US dollars, such as `Meter.cost_of`
        :param clock: the time of day, with its zone
        """
        self._call = call
        self._records = records
        self._session = session
        self._source = _source(session)
        self._models = {"response": session.model or "", "transcription": transcription_model}
        self._cost_of = cost_of
        self._timer = timer
        self._clock = clock
        said = call.conversation.items
        self._items: dict[str, Item] = {item.id: item for item in said}
        self._masked = MaskedItems()
        self._order: list[str] = list(self._items)
        self._due: set[str] = set(self._items)
        self._urgent: deque[Write] = deque()  # Whom to hang up, should this server be killed.
        self._waiting: deque[Write] = deque()
        self._first_ms: float | None = said[0].started_at_ms if said else None
        self._growing: Cancellable | None = None
        self._closed: tuple[Closed, datetime] | None = None
        self._tries_left = TRIES_AFTER_THE_END
        self._is_open = self._is_done = self._complained = False
        self._work = asyncio.Event()
        self._tried = asyncio.Event()
        if session.kind == "api":  # Its client may ask for the record at once.
            self._work.set()
        else:
            timer(OPEN_AFTER_S, self._work.set)
        self._unwatch = call.watch(self._follow)
        tasks.start(self._write_until_the_end(), f"record {call.id}")

    # -- what is to be kept --------------------------------------------------------------------------------

    @property
    def session_id(self) -> str:
        return self._session.id

    async def begun(self) -> bool:
        """Whether there is a record; waits until it was tried."""
        await self._tried.wait()
        return self._is_open

    def tool_done(self, tool_call: ToolCallRecord) -> None:
        """Whoever runs a tool says what came of it."""
        self._keep(partial(self._records.save_tool_call, tool_call))

    def spent_beside(self, usage: UsageRecord) -> None:
        """What the server itself spent on the call outside its session."""
        self._keep(partial(self._records.save_usage, usage))

    def cost(self, usd: Decimal) -> None:
        """What the call came to, where that is another sum than its usage."""
        self._waiting.append(partial(self._records.set_cost, self._session.id, usd))
        self._work.set()

    def _keep(self, write: Write) -> None:
        if len(self._waiting) < MAX_WAITING:
            self._waiting.append(write)
        else:
            self._complain("too much waits to be written")
        self._work.set()

    def _follow(self, changes: list[CallChange]) -> None:
        for change in changes:
            self._take(change)

    def _take(self, change: CallChange) -> None:
        match change:
            case ItemAdded(item_id, after):
                self._add(item_id, after)
            case ItemMoved(item_id, after):
                self._move(item_id, after)
            case TextAppended(item_id, text) | TextReplaced(item_id, text):
                self._grow(item_id, text)
            case ItemUpdated(item_id) | ItemFinished(item_id) | ItemCut(item_id):
                self._set_due(item_id)
            case UsageReported():
                self._keep(partial(self._records.save_usage, self._usage(change)))
            case ToolReady():
                self._keep(partial(self._records.save_tool_call, self._tool_call(change)))
            case Connected(provider_call_id) if provider_call_id:
                self._urgent.append(
                    partial(self._records.set_provider_call_id, self._session.id, provider_call_id)
                )
                self._work.set()
            case Summarised(topic, summary):
                self._keep(partial(self._records.set_summary, self._session.id, topic=topic, summary=summary))
            case Finished(closed):
                self._end(closed)

    def _add(self, item_id: str, after: str | None) -> None:
        item = self._call.conversation.item(item_id)
        if item:
            self._items[item_id] = item
            self._first_ms = item.started_at_ms if self._first_ms is None else self._first_ms
            self._insert(item_id, after)

    def _move(self, item_id: str, after: str | None) -> None:
        if item_id in self._items:
            left = self._order.index(item_id)
            del self._order[left]
            self._set_due(*self._order[left:])
            self._insert(item_id, after)

    def _insert(self, item_id: str, after: str | None) -> None:
        if after is None:
            place = 0
        elif self._order and self._order[-1] == after:
            place = len(self._order)
        else:
            place = self._order.index(after) + 1 if after in self._items else len(self._order)
        self._order.insert(place, item_id)
        self._set_due(*self._order[place:])

    def _grow(self, item_id: str, text: str) -> None:
        if SENTENCE_END.search(text):
            self._set_due(item_id)
        elif self._growing is None:
            self._growing = self._timer(GROWING_S, self._write_growing)

    def _write_growing(self) -> None:
        self._growing = None
        self._set_due(*(item.id for item in self._items.values() if not item.finished))

    def _set_due(self, *item_ids: str) -> None:
        self._due.update(item_ids)
        self._work.set()

    def _end(self, closed: Closed) -> None:
        self._closed = closed, self._clock()
        self._unwatch()
        if self._growing:
            self._growing.cancel()
        self._write_growing()

    # -- as rows -------------------------------------------------------------------------------------------

    async def _rows(self, due: set[str]) -> list[ItemRecord]:
        """Return the rows of these items, and of earlier ones in which a number begins that ends in these.

        :param due: item ids; those of the earlier items are added
        """
        for each in [each for each in self._order if each in due]:
            due |= self._feed(self._items[each])
        places = [(place, self._items[each]) for place, each in enumerate(self._order) if each in due]
        return [self._row(place, item, await self._masked.masked(item.id)) for place, item in places]

    def _feed(self, item: Item) -> set[str]:
        return self._masked.feed(item, is_whole=item.finished or self._closed is not None)

    def _row(self, position: int, item: Item, text: str) -> ItemRecord:
        return ItemRecord(
            session_id=self._session.id,
            item_id=item.id,
            position=position,
            role=item.role,
            kind=item.kind,
            source=self._source,
            text=text,
            heard=item.heard,
            started_at_ms=self._since_first(item.started_at_ms),
            ended_at_ms=self._since_first(item.ended_at_ms),
            interrupted=item.interrupted,
            finished=item.finished,
        )

    def _since_first(self, at_ms: float | None) -> int | None:
        if at_ms is None or self._first_ms is None:
            return None
        return min(max(0, round(at_ms - self._first_ms)), LONGEST_MS)

    def _usage(self, change: UsageReported) -> UsageRecord:
        return UsageRecord(
            session_id=self._session.id,
            source=change.source,
            reference=change.item_or_response_id,
            model=self._models[change.source],
            usage=change.usage,
            cost_usd=min(self._cost_of(change), DEAREST_USD),
            at=self._clock(),
        )

    def _tool_call(self, change: ToolReady) -> ToolCallRecord:
        return ToolCallRecord(
            session_id=self._session.id,
            call_id=change.call_id,
            name=change.name,
            status="called",
            started_at=self._clock(),
            arguments=change.arguments,
        )

    # -- the writer ----------------------------------------------------------------------------------------

    async def _write_until_the_end(self) -> None:
        while not self._is_done:
            await self._work.wait()
            self._work.clear()
            try:
                await self._write_due()
            except SessionUnknown:
                self._give_up("its record was deleted")
            except StoreFailure as failure:
                await self._wait_for_database(str(failure))

    async def _write_due(self) -> None:
        if not self._is_open:
            try:
                await self._records.open_session(self._session)
                self._is_open = True
            finally:
                self._tried.set()
        while self._urgent or self._due or self._waiting:
            if self._due and not self._urgent:
                await self._write_items()
            else:
                writes = self._urgent or self._waiting
                await writes[0]()
                writes.popleft()
        if self._closed:
            closed, at = self._closed
            await self._records.close_session(self._session.id, closed.reason, at)
            self._is_done = True

    async def _write_items(self) -> None:
        due, self._due = self._due, set()
        try:
            await self._records.save_items(self._session.id, await self._rows(due))
        except StoreFailure:
            self._set_due(*due)
            raise

    async def _wait_for_database(self, failure: str) -> None:
        self._complain(failure)
        if self._closed:
            self._tries_left -= 1
        if not self._tries_left:
            self._give_up("the database does not take it")
            return
        over = asyncio.Event()
        self._timer(RETRY_S, over.set)
        await over.wait()
        self._work.set()

    def _give_up(self, why: str) -> None:
        log.warning("%s: nothing more is recorded: %s", self._call.id, why)
        self._is_done = True
        if not self._closed:
            self._unwatch()

    def _complain(self, what: str) -> None:
        if not self._complained:
            self._complained = True
            log.warning("%s: the record is behind: %s", self._call.id, what)


def _source(session: SessionRecord) -> str:
    """Who tells of its items."""
    if session.control == "controlled":
        return "provider"
    return "client" if session.kind == "api" else "browser"
