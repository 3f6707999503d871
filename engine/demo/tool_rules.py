"""Which function a typed sentence asks for, and with which arguments, by rules simple enough to predict."""

import re
from typing import Any

from engine.demo.words import content_words, folded
from engine.llm.language_model import ToolCall
from engine.session.session_config import FunctionTool, NamedFunction, ToolChoice
from guides.words import WORD

SHAPES = {
    "iban": re.compile(
        r"\b[A-Za-z]{2}\d{2}(?:[A-Za-z0-9]{11,30}| [A-Za-z0-9]{4}(?: \d{4}){1,6}(?: \d{1,3})?)\b"
    ),
    "cnic": re.compile(r"\b\d{5}-?\d{7}-?\d\b"),
    "email": re.compile(r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}\b"),
    "date": re.compile(r"\b\d{4}-\d{2}-\d{2}\b"),
    "phone": re.compile(r"(?<![\w-])\+?\d[\d -]{8,14}\d\b"),
}
"""What a string parameter is when its name says so."""
WHOLE_TEXT = ("query", "question", "text", "message", "request", "search")
SEARCHES = ("search", "lookup", "look_up", "find")
MAX_NAME_WORDS, MAX_NAME_TEXT = 3, 200
"""A name has few words, and a question with one in it few characters."""
NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?")
VERBS = set(content_words("check find fetch look lookup search show create make set update call run use"))


def choose_call(text: str, tools: list[FunctionTool], choice: ToolChoice) -> ToolCall | None:
    """Return the call that `text` asks for.

    :param choice: `none` never calls, `required` always, a named function is forced
    """
    if isinstance(choice, NamedFunction):
        return next((_call(tool, text) for tool in tools if tool.name == choice.name), None)
    if choice == "none" or not tools:
        return None
    best = max(tools, key=lambda tool: _fit(tool, text))
    clear = _fit(best, text) >= 2 and not _missing(best, text)
    return _call(best, text) if clear or choice == "required" else None


def look_up(text: str, tools: list[FunctionTool], choice: ToolChoice) -> ToolCall | None:
    """Return the call that searches for `text`, by a function that needs nothing but the question."""
    if choice == "none":
        return None
    return next((_call(tool, text) for tool in tools if _searches(tool)), None)


def _searches(tool: FunctionTool) -> bool:
    required = (tool.parameters or {}).get("required") or []
    return tool.name.startswith(SEARCHES) and len(required) == 1 and required[0] in WHOLE_TEXT


def _fit(tool: FunctionTool, text: str) -> int:
    """2 and more is a clear match: a typical argument in the text, or enough of the tool's own words."""
    said = set(content_words(text))
    name = set(content_words(re.sub(r"([a-z])([A-Z])", r"\1 \2", tool.name).replace("_", " "))) - VERBS
    described = set(content_words(tool.description or "")) - VERBS - name
    shaped = [name for name in _properties(tool) if _shape(name) and _argument(tool, name, text) is not None]
    whole_name = 2 if name and name <= said else len(name & said)
    return 3 * len(shaped) + whole_name + len(described & said)


def _call(tool: FunctionTool, text: str) -> ToolCall:
    found = {name: _argument(tool, name, text) for name in _properties(tool)}
    return ToolCall(tool.name, {name: value for name, value in found.items() if value is not None})


def _missing(tool: FunctionTool, text: str) -> bool:
    required = (tool.parameters or {}).get("required") or []
    return any(_argument(tool, name, text) is None for name in required)


def _properties(tool: FunctionTool) -> dict[str, Any]:
    properties = (tool.parameters or {}).get("properties")
    return properties if isinstance(properties, dict) else {}


def _schema(tool: FunctionTool, name: str) -> dict[str, Any]:
    schema = _properties(tool).get(name)
    return schema if isinstance(schema, dict) else {}


def _shape(name: str) -> str | None:
    return next((shape for shape in SHAPES if shape in name.lower()), None)


def _argument(tool: FunctionTool, name: str, text: str) -> Any:
    schema, plain = _schema(tool, name), folded(text)
    if isinstance(schema.get("enum"), list):
        return next((value for value in schema["enum"] if folded(str(value)) in plain), None)
    match schema.get("type"):
        case "integer" | "number" as kind:
            number = NUMBER.search(plain)
            return None if not number else int(float(number[0])) if kind == "integer" else float(number[0])
        case "boolean" | "array" | "object":
            return None
        case _:
            return _string(tool, name, text)


def _string(tool: FunctionTool, name: str, text: str) -> str | None:
    if shape := _shape(name):
        found = SHAPES[shape].search(text)
        return found[0].strip() if found else None
    if any(word in name.lower() for word in WHOLE_TEXT):
        return text
    return _one_name(tool, text) if _schema(tool, name).get("type") == "string" else None


def _one_name(tool: FunctionTool, text: str) -> str | None:
    """Return the one word or name of a text that is none of the tool's own; None for several of them."""
    own = set(content_words(_words_of(tool)))
    runs: list[list[str]] = [[]]
    for word in WORD.findall(text[:MAX_NAME_TEXT]):
        if set(content_words(word)) - own:
            runs[-1].append(word)
        elif runs[-1]:
            runs.append([])
    names = [run for run in runs if run]
    return " ".join(names[0]) if len(names) == 1 and len(names[0]) <= MAX_NAME_WORDS else None


def _words_of(tool: FunctionTool) -> str:
    names = re.sub(r"([a-z])([A-Z])", r"\1 \2", " ".join([tool.name, *_properties(tool)])).replace("_", " ")
    return f"{names} {tool.description or ''}"
