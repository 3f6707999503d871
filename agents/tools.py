"""Tools: plain typed async functions that the agent may call, and what they are told of the call."""

import importlib
import inspect
import re
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import to_json

from store.database import Database

DEFAULT_TIMEOUT_S = 10.0
DEFAULT_RUNS_PER_MINUTE = 30
"""Runs of one public tool in a bridged call: more than a caller's questions take, also typed ones."""

ToolFunction = Callable[..., Awaitable[Any]]

_DOCUMENTED = re.compile(r"^:(\w+)(?: (\w+))?:\s*(.*?)(?=^:|\Z)", re.MULTILINE | re.DOTALL)
"""`:param name: …`, `:raises Kind: …`, `:return: …`"""


class ToolMistake(TypeError):
    """A function cannot be a tool; the text names it and says what is missing."""


class ToolRefused(Exception):
    """A tool does not do what it was asked to, for a reason the caller may hear."""

    def __init__(self, code: str, sentence: str) -> None:
        """Create the refusal.

        :param code: for records, such as `identity_needed`
        :param sentence: what the agent may tell the caller
        """
        super().__init__(code)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the caller proved to be."""

    customer_id: str
    name: str


@dataclass
class ToolContext:
    """What tools know of the call they work for. One for each call, shared with no other."""

    call_id: str
    database: Database
    """Where tools look things up and change them."""
    identity: Identity | None = None
    """Set by the tool that checked it, on the server; no argument of a tool can stand for it."""
    state: dict[str, Any] = field(default_factory=dict)
    """What tools of this call remember between them."""


@dataclass(frozen=True)
class Tool:
    """One function the agent may call."""

    name: str
    description: str
    public: bool
    """Read-only, and harmless when a browser forges the request; others exist in controlled calls alone."""
    timeout_s: float
    runs_per_minute: int
    """Runs in a bridged call, whose browser could ask for any number."""
    arguments: type[BaseModel]
    function: ToolFunction
    takes_context: bool

    @cached_property
    def definition(self) -> dict[str, Any]:
        """The function tool as a session's `tools` takes it."""
        return {
            "type": "function",
            "name": self.name,
            "description": self.description,
            "parameters": _schema(self.arguments),
        }

    async def run(self, context: ToolContext, arguments: BaseModel) -> str:
        """Call the function; its result as the text of a `function_call_output`."""
        named = {name: getattr(arguments, name) for name in type(arguments).model_fields}
        first = (context,) if self.takes_context else ()
        result = await self.function(*first, **named)
        return result if isinstance(result, str) else to_json(result).decode()


def tool(
    *,
    public: bool = False,
    timeout_s: float = DEFAULT_TIMEOUT_S,
    runs_per_minute: int = DEFAULT_RUNS_PER_MINUTE,
) -> Callable[[ToolFunction], Tool]:
    """Make an async function a tool.

    Its docstring is the description, `:param name:` lines describe arguments, its signature types them.
    A first parameter of type `ToolContext` is filled by the server and not part of what the agent sees.

    :raises ToolMistake: it is not async, has no docstring, or a parameter has no type
    """

    def made(function: ToolFunction) -> Tool:
        name = function.__name__
        if not inspect.iscoroutinefunction(function):
            raise ToolMistake(f"{name}: a tool is an async function")
        described = inspect.cleandoc(function.__doc__ or "")
        if not described:
            raise ToolMistake(f"{name}: a tool needs a docstring, which tells the agent what it is for")
        parameters = list(inspect.signature(function).parameters.values())
        types = get_type_hints(function, include_extras=True)
        takes_context = bool(parameters) and types.get(parameters[0].name) is ToolContext
        return Tool(
            name=name,
            description=_DOCUMENTED.sub("", described).strip(),
            public=public,
            timeout_s=timeout_s,
            runs_per_minute=runs_per_minute,
            arguments=_arguments(name, parameters[takes_context:], types, _described_parameters(described)),
            function=function,
            takes_context=takes_context,
        )

    return made


Prepare = Callable[[Database], Awaitable[None]]


@dataclass(frozen=True)
class PersonaTools:
    """What a persona's `tools.py` holds."""

    tools: dict[str, Tool] = field(default_factory=dict)
    """By name."""
    prepare: Prepare | None = None
    """Makes the tables that the tools need, before anything is served; called at every start."""


def load_tools(folder: Path) -> PersonaTools:
    """Return what `tools.py` in a persona's folder holds; nothing where there is no such file.

    :raises ToolMistake: a function in it cannot be a tool, or `prepare` is not an async function
    """
    if not (folder / "tools.py").exists():
        return PersonaTools()
    module = importlib.import_module(f"{_new_package(folder)}.tools")
    prepare = vars(module).get("prepare")
    if prepare is not None and not inspect.iscoroutinefunction(prepare):
        raise ToolMistake("prepare: takes an async function of the database")
    return PersonaTools(
        {each.name: each for each in vars(module).values() if isinstance(each, Tool)}, prepare
    )


def _new_package(folder: Path) -> str:
    """Make a package of a persona's folder, whose modules are read anew; return its name.

    So `tools.py` imports a module beside it by `from .name import …`, also in a folder that was copied.
    """
    name = f"persona_{folder.name}"
    for known in [each for each in sys.modules if each == name or each.startswith(f"{name}.")]:
        del sys.modules[known]
    package = ModuleType(name)
    package.__path__ = [str(folder)]
    sys.modules[name] = package
    importlib.invalidate_caches()
    return name


def offered(tools: Mapping[str, Tool], *, controlled: bool) -> list[dict[str, Any]]:
    """Return the definitions that a session may be told of: private tools exist in controlled calls alone."""
    return [each.definition for each in tools.values() if each.public or controlled]


def _arguments(
    function: str, parameters: list[inspect.Parameter], types: dict[str, Any], descriptions: dict[str, str]
) -> type[BaseModel]:
    fields: dict[str, Any] = {}
    for parameter in parameters:
        if parameter.name not in types or parameter.kind in (
            parameter.VAR_POSITIONAL,
            parameter.VAR_KEYWORD,
            parameter.POSITIONAL_ONLY,
        ):
            raise ToolMistake(f"{function}: {parameter.name}: a tool's parameters have names and types")
        default = ... if parameter.default is parameter.empty else parameter.default
        kind = types[parameter.name]
        if text := descriptions.get(parameter.name):
            kind = Annotated[kind, Field(description=text)]
        fields[parameter.name] = (kind, default)
    return create_model(function, __config__=ConfigDict(extra="forbid"), **fields)


def _described_parameters(docstring: str) -> dict[str, str]:
    found = _DOCUMENTED.findall(docstring)
    return {name: " ".join(text.split()) for kind, name, text in found if kind == "param"}


class _Untitled(GenerateJsonSchema):
    """Titles repeat the names, and every call pays for them."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _schema(arguments: type[BaseModel]) -> dict[str, Any]:
    schema = arguments.model_json_schema(schema_generator=_Untitled)
    schema.pop("title")
    return {"properties": {}, **schema}
