"""What all tests share. Browser tests come last: Playwright's loop, once started, stays in the thread."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.postgres import Postgres
from tests.fakes.provider import ScriptedProvider

# Where it is set, each of a hundred processes would compile our modules anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

ORDER = ("tests/unit", "tests/contract", "tests/attacks", "tests/browser")
LONGEST = (
    "test_outage.py",
    "test_captions.py",
    "test_controls.py",
    "test_accessibility.py",
    "test_failures.py",
    "test_surviving.py",
    "test_layout.py",
)
"""They go first, so that at the end no worker is left alone with one of them."""
ATTACKS_RUN_ALONE = (
    "measures a server, so it runs alone: CI=1 uv run pytest -n 0 tests/attacks (.ci/run does it)"
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if "CI" not in os.environ:
        for item in items:
            if item.get_closest_marker("slow"):
                item.add_marker(pytest.mark.skip(reason="takes long; CI does it (or you, with CI=1)"))
    if "CI" not in os.environ or "PYTEST_XDIST_WORKER" in os.environ:
        for item in items:
            if item.get_closest_marker("attacks"):
                item.add_marker(pytest.mark.skip(reason=ATTACKS_RUN_ALONE))
    items.sort(key=lambda item: (_folder(item), _place(item)))


def _folder(item: pytest.Item) -> int:
    return next(i for i, folder in enumerate(ORDER) if folder in item.path.as_posix())


def _place(item: pytest.Item) -> int:
    return LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST)


@pytest.fixture(scope="session")
def provider_of_session() -> Iterator[ScriptedProvider]:
    provider = ScriptedProvider().start()
    yield provider
    provider.stop()


@pytest.fixture
def provider(provider_of_session: ScriptedProvider) -> Iterator[ScriptedProvider]:
    """A scripted provider that knows of nothing yet."""
    provider_of_session.reset()
    yield provider_of_session
    provider_of_session.reset()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL that runs; each test asks it for a database of its own."""
    with Postgres.running() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'guftagu.db'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.new_database()
