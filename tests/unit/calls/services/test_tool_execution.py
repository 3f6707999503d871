import asyncio
import dataclasses
import json
import logging
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest

from agents.guide_search import LOOKUPS_PER_MINUTE, search_tool
from agents.tools import DEFAULT_RUNS_PER_MINUTE, Tool, ToolContext, ToolRefused, tool
from calls.events import CallChange, CallerActed, Closed
from calls.owned_tasks import OwnedTasks
from calls.services.tool_execution import (
    MAX_RUNNING,
    MAX_WAITING,
    ToolRun,
    ToolRunner,
)
from calls.services.tool_outputs import CUT, MAX_OUTPUT_BYTES, outcome_of
from calls.services.tool_rounds import SILENT_ROUNDS
from realtime.conversation.changes import ActivityChanged, ItemFinished, ResponseFinished, ToolReady
from tests.fakes.no_database import NO_DATABASE
from tests.fakes.timer import FakeTimer

CREATE = {"type": "response.create"}
LAST_CREATE = {"type": "response.create", "response": {"tool_choice": "none"}}
SECRET = "PK36SCBL0000001123456702"


class Gate:
    """Tools of one test, and what they did."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.ran: list[str] = []
        self.cancelled = asyncio.Event()
        self.tools: dict[str, Tool] = {}
        for each in (self._look(), self._change(), self._wait(), self._break(), self._refuse(), self._hang()):
            self.tools[each.name] = each

    def _look(self) -> Tool:
        @tool(public=True)
        async def look(context: ToolContext, what: str) -> dict[str, str]:
            """Look."""
            self.ran.append(what)
            context.state.setdefault("seen", []).append(what)
            return {"found": what}

        return look

    def _change(self) -> Tool:
        @tool()
        async def change(what: str) -> str:
            """Change."""
            self.ran.append(what)
            return f"{what} changed"

        return change

    def _wait(self) -> Tool:
        @tool()
        async def wait(what: str) -> str:
            """Wait."""
            await self.open.wait()
            self.ran.append(what)
            return f"{what} waited"

        return wait

    def _break(self) -> Tool:
        @tool()
        async def broken(what: str) -> str:
            """Break."""
            raise RuntimeError(f"cannot store {what}")

        return broken

    def _refuse(self) -> Tool:
        @tool()
        async def refuse() -> str:
            """Refuse."""
            raise ToolRefused("identity_needed", "پہلے شناخت کی تصدیق کیجیے۔")

        return refuse

    def _hang(self) -> Tool:
        @tool(timeout_s=0.01)
        async def hang() -> str:
            """Hang."""
            try:
                await asyncio.Event().wait()
            finally:
                self.cancelled.set()
            return "never"

        return hang


@dataclass
class Session:
    """One call's runner, and what it sent."""

    control: Literal["bridged", "controlled"] = "controlled"
    language: str = "en"
    gate: Gate = field(default_factory=Gate)
    timer: FakeTimer = field(default_factory=FakeTimer)
    tasks: OwnedTasks = field(default_factory=OwnedTasks)
    sent: list[dict[str, Any]] = field(default_factory=list)
    runs: list[ToolRun] = field(default_factory=list)
    responses: dict[str, str] = field(default_factory=dict)
    first_run: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.context = ToolContext("call_1", NO_DATABASE)
        self.runner = ToolRunner(
            tools=self.gate.tools,
            context=self.context,
            send=lambda *events: self.sent.extend(events),
            response_of=self.responses.get,
            tasks=self.tasks,
            clock=lambda: self.timer.now,
            control=self.control,
            language=self.language,
            on_run=self._take,
        )

    def _take(self, run: ToolRun) -> None:
        self.runs.append(run)
        self.first_run.set()

    def ready(self, name: str, call_id: str = "c1", *, response: str = "r1", **arguments: Any) -> None:
        self.responses[f"item_{call_id}"] = response
        self.runner.apply([ToolReady(f"item_{call_id}", call_id, name, json.dumps(arguments))])

    def finish(self, response: str = "r1", status: str = "completed", words: str = "") -> None:
        self.runner.apply([ResponseFinished(response, status, None, {}, words)])

    async def settle(self) -> None:
        await self.tasks.finish()

    async def run(self, name: str, call_id: str = "c1", **arguments: Any) -> dict[str, Any]:
        """One call in a response of its own; its output."""
        self.ready(name, call_id, response=f"r_{call_id}", **arguments)
        self.finish(f"r_{call_id}")
        await self.settle()
        return dict(json.loads(self.outputs[call_id]))

    @property
    def outputs(self) -> dict[str, str]:
        items = [event["item"] for event in self.sent if event["type"] == "conversation.item.create"]
        assert all(item["type"] == "function_call_output" for item in items)
        return {item["call_id"]: item["output"] for item in items}


# -- order -----------------------------------------------------------------------------------------


async def test_a_call_is_answered_and_one_reply_is_asked_for() -> None:
    session = Session()
    session.ready("look", what="x")
    session.finish()
    await session.settle()
    item = {"type": "function_call_output", "call_id": "c1", "output": '{"found":"x"}'}
    assert session.sent == [{"type": "conversation.item.create", "item": item}, CREATE]


async def test_all_outputs_of_a_response_go_before_its_one_reply() -> None:
    session = Session()
    session.ready("wait", "c1", what="slow")
    session.ready("look", "c2", what="quick")
    session.finish()
    await session.first_run.wait()
    session.gate.open.set()
    await session.settle()
    assert [event["type"] for event in session.sent] == ["conversation.item.create"] * 2 + [CREATE["type"]]
    assert list(session.outputs) == ["c2", "c1"]


async def test_no_reply_is_asked_for_while_the_response_may_still_call_more() -> None:
    session = Session()
    session.ready("look", "c1", what="x")
    await session.settle()
    assert CREATE not in session.sent
    session.ready("look", "c2", what="y")
    session.finish()
    await session.settle()
    assert session.sent[-1] == CREATE
    assert session.sent.count(CREATE) == 1
    assert list(session.outputs) == ["c1", "c2"]


async def test_the_end_of_another_response_asks_for_nothing() -> None:
    session = Session()
    session.ready("look", "c1", what="x")
    await session.settle()
    session.finish("r_beside")
    assert CREATE not in session.sent
    session.finish("r1")
    assert session.sent[-1] == CREATE


async def test_a_response_without_tools_is_not_answered() -> None:
    session = Session()
    session.finish()
    assert session.sent == []


async def test_a_slow_tool_of_one_response_does_not_hold_up_the_next_one() -> None:
    session = Session()
    session.ready("wait", "c1", response="r1", what="slow")
    session.finish("r1")
    session.ready("look", "c2", response="r2", what="quick")
    session.finish("r2")
    await session.first_run.wait()
    assert list(session.outputs) == ["c2"]
    assert session.sent[-1] == CREATE
    session.gate.open.set()
    await session.settle()
    assert list(session.outputs) == ["c2", "c1"]
    assert session.sent.count(CREATE) == 2


async def test_a_provider_that_does_not_say_which_response_is_answered_all_the_same() -> None:
    session = Session()
    session.runner.apply([ToolReady("item", "c1", "look", '{"what": "x"}')])
    session.finish("r9")
    await session.settle()
    assert session.sent[-1] == CREATE


# -- what runs -------------------------------------------------------------------------------------


async def test_a_call_id_runs_once_however_often_it_comes() -> None:
    session = Session()
    for _ in range(3):
        session.ready("change", "c1", what="x")
    session.finish()
    await session.settle()
    session.ready("change", "c1", what="x")
    session.finish()
    await session.settle()
    assert session.gate.ran == ["x"]
    assert len(session.sent) == 2


async def test_only_ready_calls_run() -> None:
    session = Session()
    session.runner.apply([ItemFinished("item_c1")])
    session.finish()
    await session.settle()
    assert (session.gate.ran, session.sent) == ([], [])


async def test_a_forged_call_of_a_private_tool_in_a_bridged_call_runs_nothing_and_is_answered() -> None:
    session = Session(control="bridged")
    output = await session.run("change", what="x")
    assert session.gate.ran == []
    assert output["code"] == "controlled_only"
    assert session.sent[-1] == CREATE


async def test_a_public_tool_runs_in_a_bridged_call() -> None:
    assert await Session(control="bridged").run("look", what="x") == {"found": "x"}


async def test_public_tools_of_a_bridged_call_run_only_so_often_a_minute() -> None:
    session = Session(control="bridged")
    for number in range(DEFAULT_RUNS_PER_MINUTE):
        assert await session.run("look", f"c{number}", what="x") == {"found": "x"}
        session.finish("answer", words="x is found.")
    assert (await session.run("look", "more", what="x"))["code"] == "too_many"
    session.finish("answer", words="Please wait.")
    session.timer.advance(60)
    assert await session.run("look", "later", what="x") == {"found": "x"}


async def test_a_caller_who_asks_twice_a_second_never_hears_that_the_guide_was_asked_too_often() -> None:
    session = Session(control="bridged")
    search = search_tool("# Hours\nNine to five.\n\n# Branches\nIn every city.", "en")
    session.gate.tools[search.name] = search
    for number in range(LOOKUPS_PER_MINUTE):
        session.ready("search_guide", f"c{number}", response=f"r{number}", query="hours")
        session.finish(f"r{number}")
        await session.settle()
        session.finish("answer", words="Nine to five.")
    assert {outcome_of(output) for output in session.outputs.values()} == {"done"}


async def test_one_tool_uses_up_nothing_of_anothers_runs() -> None:
    session = Session(control="bridged")
    for number in range(DEFAULT_RUNS_PER_MINUTE + 1):
        await session.run("look", f"c{number}", what="x")
        session.finish("answer", words="x is found.")
    session.gate.tools["again"] = dataclasses.replace(session.gate.tools["look"], name="again")
    assert await session.run("again", "other", what="x") == {"found": "x"}


async def test_a_controlled_call_is_not_limited_by_the_minute() -> None:
    session = Session()
    for number in range(DEFAULT_RUNS_PER_MINUTE + 1):
        assert await session.run("look", f"c{number}", what="x") == {"found": "x"}
        session.finish("answer", words="x is found.")


async def test_two_calls_keep_what_their_tools_remember_apart() -> None:
    gate = Gate()
    first, second = Session(gate=gate), Session(gate=gate)
    await asyncio.gather(first.run("look", what="a"), second.run("look", what="b"))
    assert (first.context.state["seen"], second.context.state["seen"]) == (["a"], ["b"])


async def test_a_tool_that_has_begun_is_finished_when_the_caller_hangs_up() -> None:
    session = Session()
    session.ready("wait", what="block")
    session.runner.apply([Closed("stopped")])
    session.gate.open.set()
    await session.settle()
    assert session.gate.ran == ["block"]


# -- what goes wrong -------------------------------------------------------------------------------


async def test_an_unknown_tool_is_answered() -> None:
    assert (await Session().run("transfer_everything"))["code"] == "unknown_tool"


@pytest.mark.parametrize("arguments", [{}, {"what": 1}, {"what": "x", "customer": "c2"}])
async def test_arguments_that_do_not_fit_are_named_and_nothing_runs(arguments: dict[str, Any]) -> None:
    session = Session()
    output = await session.run("change", **arguments)
    assert output["code"] == "bad_arguments"
    assert output["details"]
    assert session.gate.ran == []


async def test_arguments_that_are_not_json_are_answered() -> None:
    session = Session()
    session.runner.apply([ToolReady("item", "c1", "change", '{"what": ')])
    await session.settle()
    assert json.loads(session.outputs["c1"])["code"] == "bad_arguments"


async def test_a_tool_that_takes_too_long_is_cancelled_and_answered() -> None:
    session = Session()
    assert (await session.run("hang"))["code"] == "timed_out"
    assert session.gate.cancelled.is_set()


async def test_a_tools_error_is_a_polite_answer_and_no_stack_trace(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    session = Session()
    output = await session.run("broken", what=SECRET)
    assert output == {
        "error": "Something went wrong on our side; please try again a little later.",
        "code": "failed",
    }
    assert "RuntimeError in " in caplog.text
    assert SECRET not in caplog.text


async def test_a_refusal_says_what_the_tool_says() -> None:
    output = await Session().run("refuse")
    assert output == {"error": "پہلے شناخت کی تصدیق کیجیے۔", "code": "identity_needed"}


async def test_answers_come_in_the_language_of_the_persona_and_else_in_english() -> None:
    assert (await Session(language="ur").run("nothing"))["error"] == "یہ سہولت یہاں دستیاب نہیں۔"
    assert (await Session(language="de").run("nothing"))["error"] == "This service is not available here."


async def test_a_forged_name_does_not_reach_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await Session(control="bridged").run(SECRET)
    assert "unknown_tool" in caplog.text
    assert SECRET not in caplog.text


async def test_each_run_is_told_for_the_record() -> None:
    session = Session()
    await session.run("look", "c1", what="x")
    await session.run("refuse", "c2")
    first, second = session.runs
    assert (first.call_id, first.name, first.status, first.arguments, first.output) == (
        "c1",
        "look",
        "completed",
        '{"what": "x"}',
        '{"found":"x"}',
    )
    assert (second.call_id, second.status) == ("c2", "identity_needed")


# -- calls without end -----------------------------------------------------------------------------


async def rounds_of(session: Session, count: int, begin: int = 0) -> None:
    """Let the agent call one tool in each of so many responses, without a word."""
    for number in range(begin, begin + count):
        await session.run("look", f"c{number}", what="x")


@pytest.mark.parametrize("control", ["bridged", "controlled"])
async def test_an_agent_that_only_calls_tools_is_asked_once_to_answer_without_them(
    control: Literal["bridged", "controlled"],
) -> None:
    session = Session(control=control)
    await rounds_of(session, SILENT_ROUNDS + 10)
    asked = [event for event in session.sent if event["type"] == "response.create"]
    assert asked == [CREATE] * (SILENT_ROUNDS - 1) + [LAST_CREATE]
    assert len(session.gate.ran) == SILENT_ROUNDS


@pytest.mark.parametrize("change", [CallerActed(), ActivityChanged("caller_speaking")])
async def test_a_caller_who_goes_on_gets_the_tools_again(change: CallChange) -> None:
    session = Session()
    await rounds_of(session, SILENT_ROUNDS + 1)
    session.runner.apply([change])
    await rounds_of(session, 1, begin=100)
    assert session.sent[-1] == CREATE


async def test_a_long_output_is_cut_for_the_session_and_for_the_record() -> None:
    session = Session()

    @tool()
    async def everything() -> str:
        """Tell everything."""
        return "x" * 500_000

    session.gate.tools["everything"] = everything
    session.ready("everything")
    await session.settle()
    assert len(session.outputs["c1"]) == MAX_OUTPUT_BYTES
    assert session.outputs["c1"].endswith(CUT)
    assert session.runs[0].output == session.outputs["c1"]


async def test_no_more_tools_run_at_once_than_may() -> None:
    session = Session()
    for number in range(MAX_RUNNING + 5):
        session.ready("wait", f"c{number}", what="x")
    await session.first_run.wait()
    assert all(run.status == "too_many" for run in session.runs)
    session.gate.open.set()
    await session.settle()
    assert len(session.gate.ran) <= MAX_RUNNING


async def test_calls_of_responses_that_never_finish_do_not_gather() -> None:
    session = Session()
    for number in range(3 * MAX_WAITING):
        session.ready("look", f"c{number}", response=f"r{number}", what="x")
        await session.settle()
    assert len(session.runner._jobs) == MAX_WAITING
    session.finish(f"r{3 * MAX_WAITING - 1}")
    assert session.sent[-1] == CREATE


async def test_a_call_writes_so_many_log_lines_and_no_more(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    session = Session()
    session.runner._log_lines_left = 5
    for number in range(20):
        session.ready("my_card_4111", f"c{number}")
    await session.settle()
    assert len(caplog.records) == 5
    assert "4111" not in caplog.text


def test_what_a_tool_was_given_is_not_in_its_repr() -> None:
    run = ToolRun("c1", "look", SECRET, SECRET, "completed", 0, 0)
    assert SECRET not in repr(run) + repr(ToolReady("i", "c1", "look", SECRET))
