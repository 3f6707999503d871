from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, ValidationError

from agents.tools import PersonaTools, Tool, ToolContext, ToolMistake, load_tools, offered, tool
from tests.fakes.no_database import NO_DATABASE

JSBANK = Path(__file__).parents[3] / "personas" / "jsbank"


class Place(BaseModel):
    city: str


@tool(public=True)
async def find_branch(
    context: ToolContext,
    city: str,
    near: Place | None = None,
    kind: Literal["branch", "atm"] = "branch",
    limit: Annotated[int, Field(ge=1, le=5)] = 3,
) -> dict[str, Any]:
    """Find a branch.

    Use it when the caller asks where to go.

    :param city: the city, as the
        caller said it
    :param limit: how many at most
    :raises ToolRefused: never told to the agent
    """
    context.state["asked"] = context.state.get("asked", 0) + 1
    return {"city": city, "near": near.city if near else None, "kind": kind, "limit": limit}


@tool(timeout_s=3)
async def block(day: date) -> str:
    """Block it."""
    return f"blocked {day:%d.%m.}"


def context() -> ToolContext:
    return ToolContext("call_1", NO_DATABASE)


def test_a_function_becomes_a_function_tool_with_the_schema_of_its_signature() -> None:
    definition = find_branch.definition
    properties = definition["parameters"]["properties"]
    assert set(definition) == {"type", "name", "description", "parameters"}
    assert (definition["type"], definition["name"]) == ("function", "find_branch")
    assert list(properties) == ["city", "near", "kind", "limit"]
    assert properties["city"] == {"type": "string", "description": "the city, as the caller said it"}
    assert properties["kind"] == {"type": "string", "enum": ["branch", "atm"], "default": "branch"}
    assert properties["limit"]["maximum"] == 5
    assert definition["parameters"]["required"] == ["city"]
    assert definition["parameters"]["additionalProperties"] is False


def test_the_description_is_the_docstring_without_what_is_said_of_parameters_and_errors() -> None:
    assert find_branch.description == "Find a branch.\n\nUse it when the caller asks where to go."


def test_a_tool_without_parameters_takes_an_empty_object() -> None:
    @tool()
    async def hello(context: ToolContext) -> str:
        """Say hello."""
        return "hello"

    parameters = hello.definition["parameters"]
    assert parameters == {"type": "object", "properties": {}, "additionalProperties": False}


def test_what_a_tool_may_is_private_unless_it_says_public() -> None:
    assert (find_branch.public, block.public) == (True, False)
    assert (find_branch.timeout_s, block.timeout_s) == (10, 3)


def test_private_tools_are_offered_in_controlled_calls_only() -> None:
    tools = {each.name: each for each in (find_branch, block)}
    assert offered(tools, controlled=False) == [find_branch.definition]
    assert offered(tools, controlled=True) == [find_branch.definition, block.definition]


async def test_arguments_arrive_as_the_types_of_the_signature() -> None:
    assert await block.run(context(), block.arguments(day="2026-11-21")) == "blocked 21.11."
    near = find_branch.arguments.model_validate_json('{"city": "لاہور", "near": {"city": "قصور"}}')
    assert await find_branch.run(context(), near) == (
        '{"city":"لاہور","near":"قصور","kind":"branch","limit":3}'
    )


async def test_state_belongs_to_the_context() -> None:
    first, second = context(), context()
    arguments = find_branch.arguments(city="x")
    await find_branch.run(first, arguments)
    await find_branch.run(first, arguments)
    await find_branch.run(second, arguments)
    assert (first.state["asked"], second.state["asked"]) == (2, 1)


@pytest.mark.parametrize("arguments", ['{"city": 1}', "{}", '{"city": "x", "customer": "c2"}', "{"])
def test_arguments_that_do_not_fit_are_refused(arguments: str) -> None:
    with pytest.raises(ValidationError):
        find_branch.arguments.model_validate_json(arguments)


def not_async() -> str:
    """Say it."""
    return ""


async def silent(city: str) -> str:
    return city


async def loose(city) -> str:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Say it."""
    return str(city)


async def greedy(*cities: str) -> str:
    """Say it."""
    return str(cities)


@pytest.mark.parametrize(
    ("function", "missing"),
    [(not_async, "async"), (silent, "docstring"), (loose, "city"), (greedy, "cities")],
)
def test_a_function_that_cannot_be_a_tool_is_refused_by_name(function: Any, missing: str) -> None:
    with pytest.raises(ToolMistake, match=f"{function.__name__}: .*{missing}"):
        tool()(function)


def test_a_persona_without_tools_has_none(tmp_path: Path) -> None:
    assert load_tools(tmp_path) == PersonaTools()


SOURCE = """
from __future__ import annotations
from dataclasses import dataclass
from agents.tools import ToolContext, tool

@dataclass
class Answer:
    text: str

@tool(public=True)
async def answer(context: ToolContext) -> str:
    \"\"\"Answer.\"\"\"
    return Answer("{word}").text

async def not_a_tool() -> None: ...
"""


async def test_each_folders_tools_live_in_a_module_of_their_own(tmp_path: Path) -> None:
    loaded: list[Tool] = []
    for name in ("one", "two-b"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "tools.py").write_text(SOURCE.replace("{word}", name))
        tools = load_tools(folder).tools
        assert list(tools) == ["answer"]
        loaded.append(tools["answer"])
    said = [await each.run(context(), each.arguments()) for each in loaded]
    assert said == ["one", "two-b"]


def test_the_bank_offers_two_tools_to_everyone_and_three_to_controlled_calls() -> None:
    tools = load_tools(JSBANK).tools
    assert {name for name, each in tools.items() if each.public} == {"check_iban", "documents_needed"}
    assert {name for name, each in tools.items() if not each.public} == {
        "verify_identity",
        "account_balances",
        "block_card",
    }
