"""Who attends a call besides its page: meter, leash, tools and recorder."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Literal, Protocol

from agents.limits import Limits
from agents.persona import Persona
from agents.tools import ToolContext
from calls.call import Call, Timer
from calls.events import CallChange, Finished
from calls.owned_tasks import OwnedTasks
from calls.renewal import Renewal
from calls.services.limits import CallLimits
from calls.services.metering import DaySpending, Meter, cost_of
from calls.services.recording import Recorded, Recorder, utc_now
from calls.services.share import Share, shares_of, visitor_payer
from calls.services.tool_execution import ToolRun, ToolRunner
from realtime.prices import Prices
from realtime.session import SessionSpec
from store.database import Database
from store.models import SessionRecord, ToolCallRecord
from store.records import Records

REMEMBERED_SECONDS = 90
"""What an ended call used up is remembered for longer than its caller may carry it on."""
CHARS_PER_TOKEN = 2
"""In Urdu; English has more to a token, so that it is counted at too much."""

Kind = Literal["browser", "phone", "api", "captions"]


@dataclass(frozen=True)
class RunningServices:
    """Those of one call, as long as it is not finished."""

    meter: Meter
    recorder: Recorder
    tools: ToolContext
    runner: ToolRunner


class OnRecord(Recorded, Protocol):
    """What a record is begun from."""

    @property
    def persona(self) -> Persona: ...
    @property
    def controlled(self) -> bool: ...
    @property
    def visitor_id(self) -> str: ...


class CallServices:
    """What all calls share: the store, the prices, the limits and the day's spending."""

    def __init__(
        self,
        database: Database,
        records: Records,
        prices: Prices,
        limits: Limits,
        tasks: OwnedTasks,
        *,
        day: DaySpending,
        timer: Timer,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """
        :param tasks: own the writing and the tools that run
        :param clock: seconds, running as `timer` does
        """
        self.records = records
        self.day = day
        self.limits = limits
        self._database = database
        self.prices = prices
        self._tasks = tasks
        self._timer = timer
        self._clock = clock
        self._now = now
        self._running: dict[str, RunningServices] = {}

    @property
    def has_money(self) -> bool:
        """Whether the day's money is not all spent."""
        return self.day.usd < self.limits.day_usd

    def has_share(self, visitor_id: str | None, address: str | None = None) -> bool:
        """Return whether anything is left of what this visitor, owner or address may spend today."""
        left = self.day.left(shares_of(self.limits, visitor_id, address))
        return left is None or left > 0

    def of(self, call_id: str) -> RunningServices | None:
        """Who attends a call that goes on, or may be carried on."""
        return self._running.get(call_id)

    def start(self, call: Call, spec: SessionSpec, *, kind: Kind, owner: str | None = None) -> None:
        """Begin the record of a call and hold it to its limits, from its first change on."""
        recorder = self.record(call, spec, kind=kind, owner=owner)
        shares = shares_of(self.limits, call.visitor_id, call.address)
        self.hold(call, spec, recorder, before=self.of(call.id), shares=shares)
        if kind in ("browser", "captions"):
            call.watch(self._renewal(call).apply)

    def _renewal(self, call: Call) -> Renewal:
        return Renewal(
            self._timer,
            warn=call.warn,
            renew=call.wish_renewal,
            awaits_words=lambda: call.conversation.awaits_words,
        )

    def hold(
        self,
        call: Call,
        spec: SessionSpec,
        recorder: Recorder,
        *,
        before: RunningServices | None = None,
        shares: Sequence[Share] = (),
    ) -> RunningServices:
        """Hold a call to its limits and run its tools.

        :param recorder: keeps the record it belongs to
        :param before: of the call it carries on: its limits go on, they do not begin anew
        :param shares: of the day's money, which the call spends from; an API key has none of its own
        """
        meter = self._meter(call, spec, before.meter if before else None, shares)
        tools = ToolContext(call.id, self._database)
        runner = self._runner(call, tools, recorder)
        running_services = self._running[call.id] = RunningServices(meter, recorder, tools, runner)
        call.watch(meter.apply)
        call.watch(self._call_limits(call, meter, shares).apply)
        call.watch(runner.apply)
        call.watch(lambda changes: self._leave(call, running_services, changes))
        return running_services

    def _leave(self, call: Call, running_services: RunningServices, changes: list[CallChange]) -> None:
        if any(isinstance(change, Finished) for change in changes):
            if not call.controlled:
                running_services.recorder.cost(running_services.meter.believed)
            self._timer(REMEMBERED_SECONDS, lambda: self._forget(call.id, running_services))

    def _forget(self, call_id: str, running_services: RunningServices) -> None:
        if self._running.get(call_id) is running_services:  # A resumed call has the same id.
            del self._running[call_id]

    def forget(self, session_id: str) -> None:
        """Forget those of every call in this record, which is deleted."""
        for call_id, running_services in list(self._running.items()):
            if running_services.recorder.session_id == session_id:
                del self._running[call_id]

    def _limits_of(self, call: Call) -> Limits:
        return self.limits.narrowed(call.persona.limits)

    def _meter(self, call: Call, spec: SessionSpec, before: Meter | None, shares: Sequence[Share]) -> Meter:
        return Meter(
            self.prices,
            spec.model,
            _transcription_model(spec),
            self.day,
            self._clock,
            bridged=not call.controlled,
            limit_usd=self._limits_of(call).call_usd,
            context_tokens=_context_tokens(spec),
            before=before,
            shares=shares,
        )

    def _call_limits(self, call: Call, meter: Meter, shares: Sequence[Share]) -> CallLimits:
        limits = self._limits_of(call)
        return CallLimits(
            limits,
            meter,
            self.day,
            self._timer,
            self._clock,
            warn=call.warn,
            end=call.end,
            shares=shares,
        )

    def record(self, of: OnRecord, spec: SessionSpec, *, kind: Kind, owner: str | None = None) -> Recorder:
        """Begin a record; it goes on until what it is of tells that it is finished."""
        session = SessionRecord(
            id=of.id,
            persona=of.persona.name,
            kind=kind,
            control="controlled" if of.controlled else "bridged",
            opened_at=self._now(),
            visitor=of.visitor_id,
            owner=owner,
            model=spec.model,
            voice=spec.voice,
            language=of.persona.language,
        )
        return Recorder(
            of,
            self.records,
            session,
            self._tasks,
            transcription_model=_transcription_model(spec),
            tool_names=of.persona.tools,
            cost_of=partial(cost_of, self.prices, spec.model, _transcription_model(spec)),
            timer=self._timer,
            clock=self._now,
        )

    def _runner(self, call: Call, tools: ToolContext, recorder: Recorder) -> ToolRunner:
        return ToolRunner(
            tools=call.persona.tools,
            context=tools,
            send=call.send,
            response_of=call.conversation.response_of,
            tasks=self._tasks,
            clock=self._clock,
            control="controlled" if call.controlled else "bridged",
            language=call.persona.language,
            on_run=lambda run: recorder.tool_done(self._tool_call(recorder.session_id, run)),
        )

    def _tool_call(self, session_id: str, run: ToolRun) -> ToolCallRecord:
        return ToolCallRecord(
            session_id=session_id,
            call_id=run.call_id,
            name=run.name,
            status=run.status,
            started_at=self._now(),
            took_ms=round(run.took_s * 1000),
            arguments=run.arguments,
            output=run.output,
        )


def _transcription_model(spec: SessionSpec) -> str:
    return str((spec.transcription or {}).get("model", ""))


def _context_tokens(spec: SessionSpec) -> int:
    return (len(spec.instructions) + len(json.dumps(spec.tools, ensure_ascii=False))) // CHARS_PER_TOKEN


def midnight(now: datetime) -> datetime:
    """When the day of `now` began, in UTC: the day that money is counted by."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


async def spending_so_far(
    records: Records, limits: Limits, now: Callable[[], datetime] = utc_now
) -> DaySpending:
    """The day's spending, with what earlier runs of this server recorded of it.

    What was reported of a bridged call is believed up to a call's limit, as its `Meter` did.
    """
    spent = await records.spent_since(midnight(now()), believed_usd=limits.call_usd)
    return DaySpending(
        lambda: now().astimezone(UTC).date(),
        sum(spent.values(), Decimal(0)),
        by_payer={visitor_payer(visitor): usd for visitor, usd in spent.items() if visitor},
        limit_usd=limits.day_usd,
    )
