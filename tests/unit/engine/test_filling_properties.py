"""Whatever schema a client brings: what comes back fits it."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.demo.filling import instance
from engine.demo.transcript import transcript_of
from tests.fakes.schema_check import fits

CALL = transcript_of(
    "Caller: میرا نام علی خان ہے، میں لاہور سے ہوں۔\nCaller: My savings account card is lost, 0300-1234567.\n"
    "Agent: We will call you back."
)
NAMES = st.sampled_from(
    ["name", "phone", "city", "account_type", "need", "sentiment", "follow_up", "summary", "age", "نوٹ"]
)
TEXTS = st.sampled_from(["lahore", "savings", "positive", "x", "", "card lost"])


def _object(inside: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.dictionaries(NAMES, inside, max_size=5).flatmap(
        lambda properties: st.builds(
            lambda required: {
                "type": "object", "properties": properties, "required": sorted(required),
                "additionalProperties": False,
            },
            st.sets(st.sampled_from(sorted(properties))) if properties else st.just(set[str]()),
        )
    )  # fmt: skip


LEAVES: st.SearchStrategy[Any] = st.one_of(
    st.builds(
        lambda a, b: {"type": "string", "minLength": a, "maxLength": a + b}, st.integers(0, 9), TEXTS.map(len)
    ),
    st.builds(
        lambda a, b: {"type": "integer", "minimum": a, "maximum": a + b},
        st.integers(-9, 9),
        st.integers(0, 9),
    ),
    st.builds(lambda values: {"enum": values}, st.lists(TEXTS | st.none() | st.integers(), min_size=1)),
    st.builds(
        lambda kinds: {"type": kinds},
        st.lists(st.sampled_from(["string", "boolean", "number", "null", "object", "array"]), min_size=1),
    ),
    st.just({"$ref": "#/$defs/text"}),
    st.just({"type": "boolean", "nullable": True}),
)
SCHEMAS = st.recursive(
    LEAVES,
    lambda inside: st.one_of(
        _object(inside),
        st.builds(
            lambda items, least: {"type": "array", "items": items, "minItems": least},
            inside,
            st.integers(0, 3),
        ),
        st.builds(lambda branches: {"anyOf": branches}, st.lists(inside, min_size=1, max_size=3)),
    ),
    max_leaves=8,
)


@given(_object(SCHEMAS))
def test_the_instance_fits_its_schema(schema: dict[str, Any]) -> None:
    schema = {**schema, "$defs": {"text": {"type": ["string", "null"]}}}
    assert fits(instance(schema, CALL), schema)
