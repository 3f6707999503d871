from typing import Any

import pytest

from engine.demo.tool_rules import choose_call, look_up
from engine.llm.language_model import ToolCall
from engine.session.session_config import FunctionTool, NamedFunction


def tool(
    name: str, description: str = "", required: list[str] | None = None, **properties: Any
) -> FunctionTool:
    schema = {"type": "object", "properties": properties, "required": required or []}
    return FunctionTool(type="function", name=name, description=description, parameters=schema)


IBAN = tool("validate_iban", "Checks an IBAN.", ["iban"], iban={"type": "string"})
BRANCH = tool(
    "find_branch", "Finds the nearest branch in a city.", ["city"], city={"enum": ["Karachi", "Lahore"]}
)
BALANCE = tool("get_balance", "Tells the balance of the account.")


def test_an_iban_in_the_text_calls_the_tool_that_takes_one() -> None:
    call = choose_call("کیا یہ درست ہے: PK36 SCBL 0000 0011 2345 6702؟", [BALANCE, IBAN], "auto")
    assert call == ToolCall("validate_iban", {"iban": "PK36 SCBL 0000 0011 2345 6702"})


def test_the_words_of_a_tool_call_it() -> None:
    assert choose_call("what is my account balance?", [IBAN, BALANCE], "auto") == ToolCall("get_balance", {})
    assert choose_call("nearest branch in Lahore please", [IBAN, BRANCH], "auto") == ToolCall(
        "find_branch", {"city": "Lahore"}
    )


@pytest.mark.parametrize("text", ["میرا کارڈ گم ہو گیا ہے", "is my iban right?", "I like my account"])
def test_what_is_not_clear_calls_nothing(text: str) -> None:
    assert choose_call(text, [IBAN, BRANCH], "auto") is None


def test_a_forced_function_is_called_with_what_there_is() -> None:
    assert choose_call(
        "hello", [IBAN, BALANCE], NamedFunction(type="function", name="validate_iban")
    ) == ToolCall("validate_iban", {})


def test_none_calls_nothing_and_required_something() -> None:
    assert choose_call("my account balance", [BALANCE], "none") is None
    assert choose_call("hello", [BALANCE], "required") == ToolCall("get_balance", {})
    assert choose_call("hello", [], "required") is None


@pytest.mark.parametrize(
    ("name", "schema", "text", "value"),
    [
        ("amount", {"type": "number"}, "transfer ۱۵۰۰ rupees", 1500.0),
        ("count", {"type": "integer"}, "two is 2", 2),
        ("cnic", {"type": "string"}, "میرا نمبر 42101-1234567-1 ہے", "42101-1234567-1"),
        ("email", {"type": "string"}, "write to a.b@c.pk now", "a.b@c.pk"),
        ("phone", {"type": "string"}, "call 0300 1234567", "0300 1234567"),
        ("date", {"type": "string"}, "on 2026-11-21", "2026-11-21"),
        ("query", {"type": "string"}, "anything at all", "anything at all"),
    ],
)
def test_arguments_are_found_by_type_and_name(
    name: str, schema: dict[str, Any], text: str, value: Any
) -> None:
    call = choose_call(text, [tool("f", "", [], **{name: schema})], "required")
    assert call == ToolCall("f", {name: value})


@pytest.mark.parametrize(
    "parameters", [None, {}, {"properties": []}, {"properties": {"a": "b"}, "required": ["a"]}]
)
def test_a_strange_schema_is_no_trouble(parameters: dict[str, Any] | None) -> None:
    strange = FunctionTool(type="function", name="strange", parameters=parameters)
    assert choose_call("x", [strange], "required") == ToolCall("strange", {})


SEARCH = tool("search_guide", "Look it up.", ["query"], query={"type": "string"})


def test_a_question_is_looked_up_by_the_function_that_searches() -> None:
    call = look_up("when do you open?", [IBAN, SEARCH], "auto")
    assert call == ToolCall("search_guide", {"query": "when do you open?"})


def test_nothing_is_looked_up_where_no_function_searches_for_just_the_question() -> None:
    assert look_up("when do you open?", [IBAN, BRANCH, BALANCE], "auto") is None
    assert look_up("when do you open?", [SEARCH], "none") is None


HOURS = tool(
    "opening_hours", "Look up when the branches of a city are open.", ["city"], city={"type": "string"}
)


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("What are your opening hours in Lahore?", "Lahore"),
        ("when is the branch in Dera Ghazi Khan open", "Dera Ghazi Khan"),
    ],
)
def test_a_name_that_is_none_of_the_tools_words_is_its_free_argument(text: str, city: str) -> None:
    assert choose_call(text, [HOURS], "auto") == ToolCall("opening_hours", {"city": city})


@pytest.mark.parametrize(
    "text", ["What are your opening hours?", "opening hours in Lahore, my wife Sara wonders about Karachi"]
)
def test_a_free_argument_is_not_guessed(text: str) -> None:
    assert choose_call(text, [HOURS], "auto") is None
