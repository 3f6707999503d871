"""An instance of a client's JSON schema, filled from a transcript; what is not known there stays empty.

Unknown is null where the schema allows it, else the emptiest value that fits: "", false, an enum's first.
"""

import json
import math
import re
from dataclasses import dataclass
from typing import Any

from engine.demo import facts
from engine.demo.fields import Finder, finder_for, option_in
from engine.demo.json_schema import Endless, Schema, alternatives, bad_schema, resolved
from engine.demo.transcript import ReadTranscript

MAX_FIELDS = 2000
MAX_ITEMS = 100
MAX_OPTIONS = 1000
"""Values of all enums together, as the API has it; every one is looked for in the transcript."""
MAX_CHARS = 100_000
"""Of the whole instance; lists of lists grow with every level."""
LITERAL = re.compile(r"\\.|\[[^\]]*\]|\{\d+\}", re.DOTALL)
"""What of a pattern, once its characters are read, tries nothing again."""
MAX_MATCHED = 200
"""Characters that a client's pattern is tried on."""
FORMS = {
    "date": "1970-01-01", "time": "00:00:00Z", "date-time": "1970-01-01T00:00:00Z", "duration": "PT0S",
    "email": "unknown@example.invalid", "hostname": "example.invalid", "uri": "about:blank",
    "ipv4": "0.0.0.0", "ipv6": "::", "uuid": "00000000-0000-0000-0000-000000000000",
}  # fmt: skip
"""What says nothing, where a string has to have a form."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A value that fits."""

    value: Any
    known: bool = False
    """Whether anything in it came from the transcript."""
    size: int = 4
    """Characters of JSON, about."""


def _leaf(value: Any) -> Filled:
    return Filled(value, size=len(json.dumps(value)))


def _checked(filled: Filled) -> Filled:
    if filled.size > MAX_CHARS:
        raise bad_schema("what fits it is too large")
    return filled


def instance(schema: Schema, transcript: ReadTranscript) -> Any:
    """Return a valid instance.

    :raises ApiError: for a schema that is broken, endless or too large, or asks for what no rule can make
    """
    try:
        filled = _Filler(schema, transcript).fill(schema, [], ())
    except RecursionError:
        raise bad_schema("it is nested too deeply") from None
    except (TypeError, AttributeError, ValueError, ArithmeticError, re.error):
        raise bad_schema("a keyword has a value of the wrong kind") from None
    if filled is None:
        raise bad_schema("no value that the engine can make fits it")
    return filled.value


class _Filler:
    def __init__(self, root: Schema, transcript: ReadTranscript) -> None:
        self._root = root
        self._transcript = transcript
        self._found: dict[Finder, facts.Fact | None] = {}
        self._fields = 0
        self._options = 0

    def fill(self, schema: Any, path: list[str], inside: tuple[str, ...]) -> Filled | None:
        """Return a value for the field at `path`; None when there is none that fits.

        :param inside: the references this stands inside of
        """
        self._fields += 1
        if self._fields > MAX_FIELDS:
            raise bad_schema("it has too many fields")
        try:
            schema, inside = resolved(schema, self._root, inside)
        except Endless:
            return None
        if (options := alternatives(schema)) != [schema]:
            return _best([self.fill(option, path, inside) for option in options])
        return self._value(schema, path, inside)

    def _value(self, schema: Schema, path: list[str], inside: tuple[str, ...]) -> Filled | None:
        if "const" in schema:
            return _checked(_leaf(schema["const"]))
        kind = schema.get("type") or _kind(schema)
        if kind == "null":
            return Filled(None)
        if "enum" in schema:
            return self._enum(schema, path)
        match kind:
            case "object":
                return self._object(schema, path, inside)
            case "array":
                return self._array(schema, path, inside)
            case "boolean":
                return self._boolean(schema, path)
            case "integer" | "number":
                return _number(schema, whole=kind == "integer")
            case "string":
                return self._string(schema, path)
            case "any":
                return Filled(None)
        raise bad_schema(f"there is no type {kind!r}")

    def _object(self, schema: Schema, path: list[str], inside: tuple[str, ...]) -> Filled | None:
        properties, required = schema.get("properties") or {}, set(schema.get("required") or [])
        made: dict[str, Any] = {}
        known, size = False, 2
        for name in (*properties, *sorted(required - set(properties))):
            filled = self.fill(properties.get(name, True), [*path, name], inside)
            if filled and (filled.known or name in required):
                made[name] = filled.value
                known |= filled.known
                size += len(name) + filled.size
            elif name in required:
                return None
        return _checked(Filled(made, known, size))

    def _array(self, schema: Schema, path: list[str], inside: tuple[str, ...]) -> Filled | None:
        first = [self.fill(item, path, inside) for item in schema.get("prefixItems") or []]
        items = schema.get("items", True)
        item = None if items is False else self.fill(items, path, inside)
        least, most = schema.get("minItems", 0), schema.get("maxItems", MAX_ITEMS)
        count = max(least - len(first), 1 if item and item.known and not first else 0, 0)
        made = [*first[:most], *[item] * min(count, max(0, most - len(first)), MAX_ITEMS)]
        if None in made or len(made) < least or (schema.get("uniqueItems") and len(made) > 1 + len(first)):
            return None
        filled = [each for each in made if each]
        size = 2 + sum(each.size for each in filled)
        return _checked(Filled([each.value for each in filled], any(each.known for each in filled), size))

    def _enum(self, schema: Schema, path: list[str]) -> Filled | None:
        kind = schema.get("type")
        self._options += len(schema["enum"])
        if self._options > MAX_OPTIONS:
            raise bad_schema(f"its enums have more than {MAX_OPTIONS} values")
        values = [value for value in schema["enum"] if kind != "string" or isinstance(value, str)]
        options = [value for value in values if isinstance(value, str)]
        if told := option_in(options, self._fact(schema, path), self._transcript):
            return Filled(told, known=True)
        if None in values or not values:
            return Filled(None) if values else None
        return _checked(_leaf(values[0]))

    def _string(self, schema: Schema, path: list[str]) -> Filled | None:
        form = schema.get("format")
        if fact := self._fact(schema, path):
            value = fact.value[: schema.get("maxLength")]
            if (form not in FORMS or (form == "email" and "@" in value)) and _fits(value, schema):
                return Filled(value, known=True, size=len(value))
        least = schema.get("minLength", 0)
        empty = [FORMS[form]] if form in FORMS else ["", "?" * min(least, MAX_FIELDS)]
        return next((Filled(value, size=len(value)) for value in empty if _fits(value, schema)), None)

    def _boolean(self, schema: Schema, path: list[str]) -> Filled:
        """Return the one yes or no that the rules can tell: whether to get in touch again."""
        wanted = finder_for(path, _description(schema)) is facts.follow_up
        known = wanted and self._fact(schema, path) is not None
        return Filled(known, known)

    def _fact(self, schema: Schema, path: list[str]) -> facts.Fact | None:
        finder = finder_for(path, _description(schema))
        if finder is None:
            return None
        if finder not in self._found:
            self._found[finder] = finder(self._transcript)
        return self._found[finder]


def _best(results: list[Filled | None]) -> Filled | None:
    """Return what is known, else null, else the first."""
    fitting = [each for each in results if each]
    ranked = sorted(fitting, key=lambda each: (not each.known, each.value is not None))
    return ranked[0] if ranked else None


def _kind(schema: Schema) -> str:
    """Return the type of a schema that names none."""
    return "object" if "properties" in schema else "array" if "items" in schema else "any"


def _description(schema: Schema) -> str:
    return f"{schema.get('title') or ''} {schema.get('description') or ''}"


def _fits(value: str, schema: Schema) -> bool:
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", math.inf):
        return False
    return "pattern" not in schema or (
        len(value) <= MAX_MATCHED
        and _is_quick(schema["pattern"])
        and bool(re.search(schema["pattern"], value))
    )


def _is_quick(pattern: str) -> bool:
    """Whether a stranger's pattern cannot take for ever: no groups, and little to try again."""
    repeats = LITERAL.sub("", pattern)
    return "(" not in pattern and sum(map(repeats.count, "*+{?")) <= 2


def _number(schema: Schema, *, whole: bool) -> Filled | None:
    """Return the first of zero and the bounds that fits."""
    low, high = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
    above, below = schema.get("exclusiveMinimum", -math.inf), schema.get("exclusiveMaximum", math.inf)
    step = schema.get("multipleOf") or (1 if whole else 0)
    edges = [0, low, high, above + 1, below - 1, (max(low, above) + min(high, below)) / 2]
    finite = [edge for edge in edges if math.isfinite(edge)]
    steps = [near for edge in finite for near in _multiples(edge, step)]
    for value in steps:
        if low <= value <= high and above < value < below:
            return Filled(int(value) if whole or value == int(value) else value)
    return None


def _multiples(edge: float, step: float) -> list[float]:
    return [edge] if not step else [math.floor(edge / step) * step, math.ceil(edge / step) * step]
