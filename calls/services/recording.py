"""Writes a call down as it goes, so that a killed server loses at most the sentence being spoken."""

import asyncio
import logging
import re
from collections import deque
from collections.abc import Awaitable, Callable, Collection
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import Protocol

from calls.call import Cancellable, Timer, Watcher
from calls.events import CallChange, CallerLeft, Closed, Connected, Finished, Summarised
from calls.owned_tasks import OwnedTasks
from calls.services.masked_items import MaskedItems
from realtime.bounds import MAX_ITEMS
from realtime.conversation import Conversation
from realtime.conversation.changes import (
    ItemAdded,
    ItemCut,
    ItemFinished,
    ItemForgotten,
    ItemMoved,
    ItemRemoved,
    ItemUpdated,
    TextAppended,
    TextReplaced,
    ToolReady,
    UsageReported,
)
from realtime.conversation.item import Item
from realtime.usage import known_usage
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
"""Usage and tool calls that wait for the database."""
MAX_TOPIC_CHARS, MAX_SUMMARY_CHARS = 200, 2000
"""The agent was asked for five words, and for two sentences."""
ITEMS_AT_ONCE = 20
"""Written in one transaction; between two, the event loop does other things."""
OTHER_TOOL = "unknown"
"""The name of a tool the persona does not have: a browser may put any words there."""
LONGEST_MS = 24 * 60 * 60 * 1000
"""A browser can report any time; a database cannot hold any."""
DEAREST_USD = Decimal(10)
"""A browser can report any usage, too. No response costs as much: 128k tokens in and 32k out are about $6."""
SENTENCE_END = re.compile(r"[.!?؟۔।…](?:\s|$)")

Clock = Callable[[], datetime]
Write = Callable[[], Awaitable[None]]


def utc_now() -> datetime:
    """Return the time of day in UTC."""
    return datetime.now(UTC)


class Recorded(Protocol):
    """The call that a record is kept of."""

    @property
    def id(self) -> str:
        """The id of its record."""

    @property
    def conversation(self) -> Conversation:
        """What is said in it."""

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Tell `watcher` of every change; return what stops it."""


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
        tool_names: Collection[str] = (),
        cost_of: Callable[[UsageReported], Decimal],
        timer: Timer,
        clock: Clock = utc_now,
    ) -> None:
        """Create the recorder.

        :param session: the record to begin, unless it exists
        :param tasks: who waits for the writing to end
        :param tool_names: of the persona; others are kept as `OTHER_TOOL`
        :param cost_of: US dollars, such as `Meter.cost_of`
        :param clock: the time of day, with its zone
        """
        self._call = call
        self._records = records
        self._session = session
        self._source = _source(session)
        self.models = {"response": session.model or "", "transcription": transcription_model}
        """The models that are billed, by what for."""
        self._tool_names = frozenset(tool_names)
        self._cost_of = cost_of
        self._timer = timer
        self._clock = clock
        said = call.conversation.items
        self._masked = MaskedItems()
        self._due: dict[str, Item] = {item.id: item for item in said}
        """What is to be written. It keeps an item that has left the conversation meanwhile."""
        self._grown: dict[str, Item] = {}
        """Sentences that go on, to be written after `GROWING_S`."""
        self._unfinished: dict[str, Item] = {item.id: item for item in said if not item.finished}
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
        """The id of the record."""
        return self._session.id

    @property
    def has_ended(self) -> bool:
        """Whether it takes nothing more."""
        return self._closed is not None or self._is_done

    async def begun(self) -> bool:
        """Whether there is a record; waits until it was tried."""
        await self._tried.wait()
        return self._is_open

    def tool_done(self, tool_call: ToolCallRecord) -> None:
        """Keep what came of a tool that ran."""
        tool_call.name = self._known_tool(tool_call.name)
        self._keep(partial(self._records.save_tool_call, tool_call))

    def spent_beside(self, usage: UsageRecord) -> None:
        """Keep what the server itself spent on the call outside its session."""
        self._keep(partial(self._records.save_usage, usage))

    def cost(self, usd: Decimal) -> None:
        """Set what the call came to, where that is another sum than its usage."""
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
            case ItemAdded(item_id):
                self._add(item_id)
            case TextAppended(item_id, text) | TextReplaced(item_id, text):
                self._grow(item_id, text)
            case ItemMoved(item_id) | ItemUpdated(item_id) | ItemCut(item_id):
                self._set_due(item_id)
            case ItemFinished(item_id):
                self._set_due(item_id)
                self._unfinished.pop(item_id, None)
            case ItemRemoved(item_id) | ItemForgotten(item_id):
                self._leave(item_id)
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
                said = {"topic": topic[:MAX_TOPIC_CHARS], "summary": summary[:MAX_SUMMARY_CHARS]}
                self._keep(partial(self._records.set_summary, self._session.id, **said))
            case Finished(closed) | CallerLeft(closed):
                self._end(closed)

    def _add(self, item_id: str) -> None:
        item = self._call.conversation.item(item_id)
        if item:
            self._unfinished[item_id] = item
            self._first_ms = item.started_at_ms if self._first_ms is None else self._first_ms
            self._set_due(item_id)

    def _leave(self, item_id: str) -> None:
        """Keep an item that left the conversation as it was."""
        if item := self._unfinished.pop(item_id, None):
            self._grown.pop(item_id, None)
            self._due[item_id] = item
            self._work.set()

    def _grow(self, item_id: str, text: str) -> None:
        if SENTENCE_END.search(text):
            self._set_due(item_id)
        elif item := self._call.conversation.item(item_id):
            self._grown[item_id] = item
            if self._growing is None:
                self._growing = self._timer(GROWING_S, self._write_growing)

    def _write_growing(self) -> None:
        self._growing = None
        self._due |= self._grown
        self._grown.clear()
        self._work.set()

    def _set_due(self, item_id: str) -> None:
        if item := self._call.conversation.item(item_id):
            self._due[item_id] = item
            self._grown.pop(item_id, None)
            self._work.set()
        if len(self._due) > MAX_ITEMS:
            del self._due[next(iter(self._due))]
            self._complain("too many items wait to be written")

    def _end(self, closed: Closed) -> None:
        self._closed = closed, self._clock()
        self._unwatch()
        if self._growing:
            self._growing.cancel()
        self._due |= self._unfinished
        self._write_growing()

    # -- as rows -------------------------------------------------------------------------------------------

    async def _rows(self, due: dict[str, Item]) -> list[ItemRecord]:
        """Return the rows of these items, and of earlier ones in which a number begins that ends in these.

        :param due: by id; the earlier items are added
        """
        for item in sorted(due.values(), key=lambda item: item.position):
            for item_id in self._masked.feed(item, is_whole=self._is_whole(item)):
                if earlier := self._call.conversation.item(item_id):
                    due.setdefault(item_id, earlier)
        rows = []
        for item in due.values():
            rows.append(self._row(item, await self._masked.masked(item.id)))
            await asyncio.sleep(0)  # To mask a long text takes some 40 ms.
        return rows

    def _is_whole(self, item: Item) -> bool:
        has_left = self._call.conversation.item(item.id) is not item
        return item.finished or has_left or self._closed is not None

    def _row(self, item: Item, text: str) -> ItemRecord:
        return ItemRecord(
            session_id=self._session.id,
            item_id=item.id,
            position=item.position,
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
            model=self.models[change.source],
            usage=known_usage(change.usage),
            cost_usd=min(self._cost_of(change), DEAREST_USD),
            at=self._clock(),
        )

    def _tool_call(self, change: ToolReady) -> ToolCallRecord:
        return ToolCallRecord(
            session_id=self._session.id,
            call_id=change.call_id,
            name=self._known_tool(change.name),
            status="called",
            started_at=self._clock(),
            arguments=change.arguments,
        )

    def _known_tool(self, name: str) -> str:
        return name if name in self._tool_names else OTHER_TOOL

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
            if writes := self._urgent or self._waiting:
                await writes[0]()
                writes.popleft()
        if self._closed:
            closed, at = self._closed
            await self._records.close_session(self._session.id, closed.reason, at)
            self._is_done = True

    async def _write_items(self) -> None:
        some = {item_id: self._due.pop(item_id) for item_id in list(islice(self._due, ITEMS_AT_ONCE))}
        try:
            await self._records.save_items(self._session.id, await self._rows(some))
        except StoreFailure:
            self._due = some | self._due
            self._work.set()
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
