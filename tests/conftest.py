"""Fixtures of all tests, and which tests run where. Browser tests come last: Playwright's loop stays."""

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
EVERY_RUN = (
    "test_around_call.py",
    "test_conversation.py",
    "test_engine_call.py",
    "test_landing.py",
    "test_press.py",
    "test_sign_in.py",
    "test_surviving.py",
)
"""Browser tests of the main ways through the page; the others need five minutes more, and CI runs them."""
CI_ONLY = {
    "page": "looks at the rest of the page",
    "slow": "takes long",
    "stores": "needs a real database server",
    "firefox": "needs Firefox",
    "networks": "needs network namespaces",
    "npm": "fetches OpenAI's browser client from npm",
    "speech": "needs the weights of a speech model",
}
"""Markers of the tests that run only where CI is set, with the reason."""
ATTACKS_RUN_ALONE = (
    "measures a server, so it runs alone: CI=1 uv run pytest -n 0 tests/attacks (.ci/run does it)"
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in item.path.as_posix() and item.path.name not in EVERY_RUN:
            item.add_marker("page")
        if "postgres" in getattr(item, "fixturenames", ()):
            item.add_marker("stores")
        if reason := _reason_to_skip(item):
            item.add_marker(pytest.mark.skip(reason=reason))
    items.sort(key=lambda item: (_folder(item), _place(item)))


def _reason_to_skip(item: pytest.Item) -> str | None:
    """Return why a test does not run here; None when it does."""
    in_ci = "CI" in os.environ
    if item.get_closest_marker("attacks") and (not in_ci or "PYTEST_XDIST_WORKER" in os.environ):
        return ATTACKS_RUN_ALONE
    marked = (reason for marker, reason in CI_ONLY.items() if item.get_closest_marker(marker))
    reason = None if in_ci else next(marked, None)
    return f"{reason}; CI does it (or you, with CI=1)" if reason else None


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
    """Provide a scripted provider without calls."""
    provider_of_session.reset()
    yield provider_of_session
    provider_of_session.reset()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Run a PostgreSQL server; each test asks it for a database of its own."""
    with Postgres.running() as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.stores)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Provide the address of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'guftagu.db'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.new_database()
