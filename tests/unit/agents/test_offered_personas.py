import pytest

from agents.offered_personas import default_persona, offered_personas
from agents.persona import Persona
from settings import SettingsError
from tests.fakes.house import PERSONA
from tests.fakes.settings import given

LOADED = {name: PERSONA.model_copy(update={"name": name}) for name in ("blank", "ibx", "jsbank")}


def offered(broken: set[str] | None = None, **settings: object) -> dict[str, Persona]:
    return offered_personas(LOADED, broken or set(), given(**settings))


def test_all_that_load_are_offered_but_the_template() -> None:
    assert list(offered()) == ["ibx", "jsbank"]


def test_a_deployment_names_its_own_and_their_order() -> None:
    assert list(offered(personas=["jsbank", "blank"])) == ["jsbank", "blank"]


def test_a_broken_one_is_left_out_and_the_others_stay() -> None:
    assert list(offered({"clinic"}, personas=["clinic", "ibx"])) == ["ibx"]


@pytest.mark.parametrize("personas", [["shop"], ["clinic"]])
def test_one_that_is_not_there_or_nothing_left_is_a_wrong_setting(personas: list[str]) -> None:
    with pytest.raises(SettingsError, match="PERSONAS"):
        offered({"clinic"}, personas=personas)


def test_the_default_is_what_the_setting_says() -> None:
    assert default_persona(offered(), given()) == "jsbank"
    assert default_persona(offered(), given(persona="ibx")) == "ibx"


def test_where_nobody_set_it_the_first_that_is_offered_answers() -> None:
    assert default_persona(offered(personas=["ibx"]), given()) == "ibx"


def test_a_default_that_was_set_and_is_not_offered_is_a_wrong_setting() -> None:
    with pytest.raises(SettingsError, match="PERSONA"):
        default_persona(offered(personas=["ibx"]), given(persona="jsbank"))
