import shutil
from pathlib import Path

import pytest

from agents.new_persona import TEMPLATE, new_persona
from agents.persona import PersonaError, load_persona

PERSONAS = Path(__file__).parents[3] / "personas"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(PERSONAS / TEMPLATE, tmp_path / TEMPLATE)
    return tmp_path


def test_a_new_persona_loads_at_once_under_its_own_name(root: Path) -> None:
    persona = load_persona(new_persona(root, "my-shop"))
    assert persona.name == "my-shop"
    assert persona.greeting and persona.guide


def test_it_does_not_call_itself_the_template(root: Path) -> None:
    folder = new_persona(root, "my-shop")
    assert "new-persona" not in (folder / "persona.toml").read_text("utf-8")


@pytest.mark.parametrize("name", ["My Shop", "../shop", "", TEMPLATE])
def test_a_name_that_is_taken_or_no_name_changes_nothing(root: Path, name: str) -> None:
    before = sorted(root.rglob("*"))
    with pytest.raises(PersonaError):
        new_persona(root, name)
    assert sorted(root.rglob("*")) == before
