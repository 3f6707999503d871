"""Execution of the tools that an agent calls: each once, all outputs of a response, then one reply."""

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from agents.tools import Tool, ToolContext, ToolRefused
from calls.events import CallChange, CallerActed, Closed
from calls.owned_tasks import OwnedTasks
from calls.services.tool_outputs import apology, bounded, error_output
from calls.services.tool_rounds import ToolRounds
from realtime.client_events import function_call_output, response_create
from realtime.conversation.changes import ActivityChanged, ResponseFinished, ToolReady
from realtime.error_place import where
from realtime.recent import RecentIds

log = logging.getLogger("guftagu.tools")

REMEMBERED_CALLS = 10_000
MAX_WAITING = 64
"""Function calls that wait for the others of their response; a reply does not wait for older ones."""
MAX_RUNNING = 64
CALLER_SPEAKS = ActivityChanged("caller_speaking")
MAX_LOG_LINES = 1000
"""Log lines of one call: a browser can ask for tools that do not exist as often as it likes."""

Send = Callable[..., None]
"""Type of `Call.send`, which takes client events."""


@dataclass(frozen=True, slots=True)
class ToolRun:
    """Result of one function call; its record masks arguments and output."""

    call_id: str
    name: str = field(repr=False)
    arguments: str = field(repr=False)
    output: str = field(repr=False)
    status: str
    """`completed`, a key of `tool_outputs.SENTENCES`, or the code of a `ToolRefused` error."""
    started_s: float
    """Start on the clock of the runner."""
    took_s: float


@dataclass(eq=False)
class _Job:
    """One function call between its request and the reply that takes it up."""

    ready: ToolReady
    answered: bool = False
    response_finished: bool = False


@dataclass
class ToolRunner:
    """Runner of the function calls of one call; it needs the call's changes."""

    tools: Mapping[str, Tool]
    context: ToolContext
    send: Send
    response_of: Callable[[str], str | None]
    """Function that returns the id of an item's response, None where the provider did not say."""
    tasks: OwnedTasks
    """Owner of what runs. A tool that has begun is finished, also when the caller hangs up meanwhile."""
    clock: Callable[[], float]
    """Clock in seconds, such as `time.monotonic`."""
    control: Literal["bridged", "controlled"]
    language: str = "en"
    on_run: Callable[[ToolRun], None] = lambda run: None
    _seen: RecentIds = field(default_factory=lambda: RecentIds(REMEMBERED_CALLS))
    _jobs: deque[_Job] = field(default_factory=lambda: deque(maxlen=MAX_WAITING))
    _public_runs: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    """When each tool ran in the last minute of a bridged call, whose browser could ask for any number."""
    _rounds: ToolRounds = field(default_factory=ToolRounds)
    _running: set[asyncio.Task[None]] = field(default_factory=set)
    _log_lines_left: int = MAX_LOG_LINES
    _over: bool = False

    def apply(self, changes: Iterable[CallChange]) -> None:
        """Run function calls, each `call_id` once; request the reply when all of a response are done."""
        for change in changes:
            if isinstance(change, ToolReady) and not self._over and self._seen.add(change.call_id):
                job = _Job(change)
                self._jobs.append(job)
                running = self.tasks.start(self._work(job), f"tool of {self.context.call_id}")
                self._running.add(running)
                running.add_done_callback(self._running.discard)
            elif isinstance(change, ResponseFinished):
                self._finish_response(change)
            elif isinstance(change, CallerActed) or change == CALLER_SPEAKS:
                self._rounds.reset()
            elif isinstance(change, Closed):
                self._over = True

    async def wait_for_tools(self) -> None:
        """Wait until every tool that runs now has an output."""
        if self._running:
            await asyncio.wait(set(self._running))

    # -- one reply for a response's calls ----------------------------------------------------------

    def _finish_response(self, finished: ResponseFinished) -> None:
        jobs = self._jobs_of(finished.response_id)
        self._rounds.finish_response(called_tools=bool(jobs), has_words=bool(finished.output.strip()))
        for job in jobs:
            job.response_finished = True
        self._reply_if_answered(finished.response_id)

    def _reply_if_answered(self, response_id: str | None) -> None:
        jobs = self._jobs_of(response_id)
        if jobs and all(job.answered and job.response_finished for job in jobs):
            for job in jobs:
                self._jobs.remove(job)
            self._ask_for_reply()

    def _ask_for_reply(self) -> None:
        match self._rounds.next_reply():
            case "any":
                self.send(response_create())
            case "without tools":
                log.warning(
                    "%s: the agent calls tools without end; it is to answer now", self.context.call_id
                )
                self.send(response_create(tool_choice="none"))

    def _jobs_of(self, response_id: str | None) -> list[_Job]:
        """Return the jobs of a response, and those of which the provider does not say the response."""
        return [job for job in self._jobs if self.response_of(job.ready.item_id) in (response_id, None)]

    async def _work(self, job: _Job) -> None:
        started_s = self.clock()
        ready = job.ready
        status, output = await self._outcome(ready)
        output = bounded(output)
        self.send(function_call_output(ready.call_id, output))
        job.answered = True
        self._reply_if_answered(self.response_of(ready.item_id))
        took_s = self.clock() - started_s
        name = ready.name if ready.name in self.tools else "(unknown)"
        if self._log_lines_left > 0:
            self._log_lines_left -= 1
            log.info("%s: tool %s %s in %.0f ms", self.context.call_id, name, status, took_s * 1000)
        self.on_run(ToolRun(ready.call_id, ready.name, ready.arguments, output, status, started_s, took_s))

    # -- one call ----------------------------------------------------------------------------------

    async def _outcome(self, ready: ToolReady) -> tuple[str, str]:
        """Return status and output of a function call."""
        tool = self.tools.get(ready.name)
        if len(self._running) > MAX_RUNNING or self._rounds.is_last:
            return self._apology("too_many")
        if tool is None:
            return self._apology("unknown_tool")
        if self.control == "bridged" and not tool.public:
            return self._apology("controlled_only")
        if self.control == "bridged" and not self._may_run_again(tool):
            return self._apology("too_many")
        try:
            arguments = tool.arguments.model_validate_json(ready.arguments or "{}")
        except ValidationError as error:
            return self._apology("bad_arguments", details=_problems(error))
        return await self._run(tool, arguments)

    async def _run(self, tool: Tool, arguments: BaseModel) -> tuple[str, str]:
        running = asyncio.create_task(tool.run(self.context, arguments), name=tool.name)
        done, _ = await asyncio.wait({running}, timeout=tool.timeout_s)
        if not done:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            return self._apology("timed_out")
        return self._apology("failed") if running.cancelled() else self._result(tool, running)

    def _result(self, tool: Tool, done: asyncio.Task[str]) -> tuple[str, str]:
        error = done.exception()
        if error is None:
            return "completed", done.result()
        if isinstance(error, ToolRefused):
            return error.code, error_output(error.code, error.sentence)
        log.error("%s: tool %s failed: %s", self.context.call_id, tool.name, where(error))
        return self._apology("failed")

    def _may_run_again(self, tool: Tool) -> bool:
        now, runs = self.clock(), self._public_runs[tool.name]
        while runs and runs[0] <= now - 60:
            runs.popleft()
        if len(runs) >= tool.runs_per_minute:
            return False
        runs.append(now)
        return True

    def _apology(self, code: str, **more: Any) -> tuple[str, str]:
        return code, apology(code, self.language, **more)


def _problems(error: ValidationError) -> list[str]:
    """Return which arguments are wrong, without their values."""
    return [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False)]
