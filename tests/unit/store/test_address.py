import sys

import pytest

from store.address import AddressRefused, address_of
from store.database import Database

SECRET = "a-word-nobody-may-see"


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("sqlite:///data/x.db", "sqlite+aiosqlite:///data/x.db"),
        (" sqlite+aiosqlite:////data/x.db\n", "sqlite+aiosqlite:////data/x.db"),
        ("postgres://u:p@host:5433/name", "postgresql+asyncpg://u:p@host:5433/name"),
        (
            "postgresql://u:p%40@host/name?sslmode=require",
            "postgresql+asyncpg://u:p%40@host/name?ssl=require",
        ),
        ("postgresql+asyncpg://host/name?ssl=verify-full", "postgresql+asyncpg://host/name?ssl=verify-full"),
        (
            "postgresql://u:@/name?host=/run/postgresql",
            "postgresql+asyncpg://u:@/name?host=%2Frun%2Fpostgresql",
        ),
    ],
)
def test_every_usual_form_is_understood(given: str, taken: str) -> None:
    assert address_of(given).render_as_string(hide_password=False) == taken


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (f"mysql://u:{SECRET}@host/name", "sqlite:///… or postgresql://…"),
        (f"postgresql+psycopg2://u:{SECRET}@host/name", "sqlite:///… or postgresql://…"),
        (f"postgresql://u:p@host:{SECRET}/name", "takes an address"),
        (f"postgresql://u:p@host/name?sslmode={SECRET}", "takes one sslmode of"),
        (f"postgresql://u:p@host/name?sslmode=require&sslmode={SECRET}", "takes one sslmode of"),
        (f"postgresql://u:p@host/name?{SECRET}=1", "no parameters"),
        (f"postgresql:///name?port={SECRET}", "one number as the port"),
        (SECRET, "takes an address"),
        ("", "takes an address"),
        ("sqlite://", "takes a file"),
        ("sqlite:///:memory:", "takes a file"),
        (f"sqlite://{SECRET}/x.db", "takes a file"),
        (f"sqlite:///x.db?mode={SECRET}", "takes a file"),
    ],
)
def test_anything_else_is_refused_in_a_sentence_that_does_not_show_it(given: str, sentence: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        Database(given)
    assert sentence in str(refused.value)
    assert SECRET not in str(refused.value)


def test_without_its_driver_postgresql_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    with pytest.raises(AddressRefused, match="--extra postgres"):
        Database("postgresql://u:p@host/name")
