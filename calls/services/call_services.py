"""What runs beside a call: its meter, its limits, its tools and its record."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Literal

from agents.limits import Limits
from agents.tools import ToolContext
from calls.call import Call, Timer
from calls.events import CallChange, CallerLeft, Finished, LegEnded
from calls.owned_tasks import OwnedTasks
from calls.renewal import Renewal
from calls.services.limits import CallLimits
from calls.services.metering import DaySpending, Meter
from calls.services.recording import Recorder, utc_now
from calls.services.share import Share, shares_of, visitor_payer
from calls.services.tool_execution import ToolRun, ToolRunner
from calls.services.transcription_fallback import TranscriptionFallback
from realtime.prices import Prices
from realtime.session import SessionSpec
from store.database import Database
from store.models import SessionRecord, ToolCallRecord
from store.records import Records

CHARS_PER_TOKEN = 2
"""In Urdu; English has more to a token, so that it is counted at too much."""

Kind = Literal["browser", "phone", "api", "captions"]


@dataclass
class RunningServices:
    """Those of one call, until it is finished."""

    meter: Meter
    recorder: Recorder
    tools: ToolContext
    runner: ToolRunner

    def use_transcription_model(self, model: str) -> None:
        """Bill and record the caller's words as those of another model."""
        self.meter.transcription_model = self.recorder.models["transcription"] = model


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
        """Create the call services.

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
        """Return what runs beside a call that is not finished."""
        return self._running.get(call_id)

    def start(
        self,
        call: Call,
        spec: SessionSpec,
        *,
        kind: Kind,
        owner: str | None = None,
        end: Callable[[str], None] | None = None,
    ) -> RunningServices:
        """Begin the record of a call and hold it to its limits, from its first change on.

        :param owner: whose key opened it; such a call has no share of the day's money of its own
        :param end: ends it at a limit; None closes the call
        """
        shares = () if owner else shares_of(self.limits, call.visitor_id, call.address)
        meter = self._meter(call, spec, shares)
        recorder = self._record(call, spec, meter, kind=kind, owner=owner)
        tools = ToolContext(call.id, self._database)
        running = self._running[call.id] = RunningServices(meter, recorder, tools, self._runner(call, tools))
        call.watch(meter.apply)
        call.watch(self._call_limits(call, meter, shares, end or call.end).apply)
        call.watch(running.runner.apply)
        call.watch(lambda changes: self._follow_end(call, running, changes))
        if call.gateway.replaces_transcription:
            call.watch(TranscriptionFallback(call, running.use_transcription_model).apply)
        if kind in ("browser", "captions"):
            call.watch(self._renewal(call).apply)
        return running

    def resume(self, call: Call, spec: SessionSpec, *, kind: Kind) -> None:
        """Go on with the record of a call whose caller is back, if it was closed when they left."""
        running = self._running.get(call.id)
        if running and running.recorder.has_ended:
            running.recorder = self._record(call, spec, running.meter, kind=kind)

    def _renewal(self, call: Call) -> Renewal:
        return Renewal(
            self._timer,
            warn=call.warn,
            renew=call.wish_renewal,
            awaits_words=lambda: call.conversation.awaits_words,
        )

    def _follow_end(self, call: Call, running: RunningServices, changes: list[CallChange]) -> None:
        for change in changes:
            if isinstance(change, LegEnded | CallerLeft | Finished) and not call.controlled:
                running.recorder.cost(running.meter.believed)
            if isinstance(change, Finished):
                self._running.pop(call.id, None)

    def forget(self, session_id: str) -> None:
        """Forget what runs beside the call of this record, which is deleted."""
        self._running.pop(session_id, None)

    def _limits_of(self, call: Call) -> Limits:
        return self.limits.narrowed(call.persona.limits)

    def _meter(self, call: Call, spec: SessionSpec, shares: Sequence[Share]) -> Meter:
        return Meter(
            self.prices,
            spec.model,
            _transcription_model(spec),
            self.day,
            self._clock,
            bridged=not call.controlled,
            limit_usd=self._limits_of(call).call_usd,
            context_tokens=_context_tokens(spec),
            shares=shares,
        )

    def _call_limits(
        self, call: Call, meter: Meter, shares: Sequence[Share], end: Callable[[str], None]
    ) -> CallLimits:
        limits = self._limits_of(call)
        return CallLimits(
            limits,
            meter,
            self.day,
            self._timer,
            self._clock,
            warn=call.warn,
            end=end,
            shares=shares,
        )

    def _record(
        self, call: Call, spec: SessionSpec, meter: Meter, *, kind: Kind, owner: str | None = None
    ) -> Recorder:
        """Begin a record, or go on with one; it goes on until the call is finished or its caller leaves."""
        session = SessionRecord(
            id=call.id,
            persona=call.persona.name,
            kind=kind,
            control="controlled" if call.controlled else "bridged",
            opened_at=self._now(),
            visitor=call.visitor_id,
            owner=owner,
            model=spec.model,
            voice=spec.voice,
            language=call.persona.language,
        )
        return Recorder(
            call,
            self.records,
            session,
            self._tasks,
            transcription_model=_transcription_model(spec),
            tool_names=call.persona.tools,
            cost_of=meter.cost_of,
            timer=self._timer,
            clock=self._now,
        )

    def _runner(self, call: Call, tools: ToolContext) -> ToolRunner:
        return ToolRunner(
            tools=call.persona.tools,
            context=tools,
            send=call.send,
            response_of=call.conversation.response_of,
            tasks=self._tasks,
            clock=self._clock,
            control="controlled" if call.controlled else "bridged",
            language=call.persona.language,
            on_run=lambda run: self._keep_tool_call(call.id, run),
        )

    def _keep_tool_call(self, call_id: str, run: ToolRun) -> None:
        if running := self._running.get(call_id):
            running.recorder.tool_done(self._tool_call(call_id, run))

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
    """Return when the day of `now` began, in UTC: the day that money is counted by."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def no_spending(limits: Limits, now: Callable[[], datetime] = utc_now) -> DaySpending:
    """Return a day on which nothing is spent yet."""
    return DaySpending(lambda: now().astimezone(UTC).date(), limit_usd=limits.day_usd)


async def spending_so_far(
    records: Records, limits: Limits, now: Callable[[], datetime] = utc_now
) -> DaySpending:
    """Return the day's spending, with what earlier runs of this server recorded of it.

    What was reported of a bridged call is believed up to a call's limit, as its `Meter` did.
    """
    spent = await records.spent_since(midnight(now()), believed_usd=limits.call_usd)
    return DaySpending(
        lambda: now().astimezone(UTC).date(),
        sum(spent.values(), Decimal(0)),
        by_payer={visitor_payer(visitor): usd for visitor, usd in spent.items() if visitor},
        limit_usd=limits.day_usd,
    )
