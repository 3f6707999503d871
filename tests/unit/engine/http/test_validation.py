from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, TypeAdapter

from engine.http.api_error import EngineError
from engine.http.validation import Sparse, StrictObject, validated


class Cat(StrictObject):
    kind: Literal["cat"]
    lives: Annotated[int, Field(ge=1)] = 9


class Dog(StrictObject):
    kind: Literal["dog"]


class House(StrictObject):
    pets: list[Annotated[Cat | Dog, Field(discriminator="kind")]]


def refused(data: Any) -> EngineError:
    with pytest.raises(EngineError) as caught:
        validated(House, data, "house")
    return caught.value


@pytest.mark.parametrize(
    ("data", "code", "param"),
    [
        ({}, "missing_required_parameter", "house.pets"),
        ({"pets": [], "roof": 1}, "unknown_parameter", "house.roof"),
        ({"roof": 1}, "unknown_parameter", "house.roof"),
        ({"pets": [{"kind": "cat"}, {"kind": "cat", "lives": 0}]}, "invalid_value", "house.pets[1].lives"),
        ({"pets": [{"kind": "cat", "lives": "nine"}]}, "invalid_type", "house.pets[0].lives"),
        ({"pets": [{"kind": "bird"}]}, "invalid_value", "house.pets[0].kind"),
        ({"pets": "all"}, "invalid_type", "house.pets"),
        ("a house", "invalid_type", "house"),
    ],
)
def test_what_is_wrong_is_named_by_the_clients_own_path(data: Any, code: str, param: str) -> None:
    error = refused(data)
    assert (error.code, error.param) == (code, param)


def test_numbers_in_text_are_not_numbers() -> None:
    assert refused({"pets": [{"kind": "cat", "lives": "7"}]}).code == "invalid_type"


def test_an_event_itself_has_no_name_in_the_path() -> None:
    with pytest.raises(EngineError) as caught:
        validated(House, {}, "")
    assert caught.value.param == "pets"


def test_a_union_without_its_tag_names_the_tag() -> None:
    pet: TypeAdapter[Any] = TypeAdapter(Annotated[Cat | Dog, Field(discriminator="kind")])
    with pytest.raises(EngineError) as caught:
        validated(pet, {}, "pet")
    assert (caught.value.code, caught.value.param) == ("missing_required_parameter", "pet.kind")


def test_sparse_objects_leave_out_what_is_not_set() -> None:
    class Thing(Sparse):
        name: str
        size: int | None = None

    assert Thing(name="a").model_dump() == {"name": "a"}
