"""The API by its own description: schemathesis makes right and wrong requests of `/openapi.json`."""

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok

from access.passwords import hash_password
from tests.fakes.running_app import RunningApp

KEY, PASSWORD = "the-key-of-a-client-0123456789", "a password that nobody guesses"
EXAMPLES = 25 if "CI" in os.environ else 8
"""For each operation, each kind of caller, and right as well as wrong requests."""
FOR_EVERYBODY = ("/healthz", "/readyz")

AnyCase = Case[Any]
Ask = Callable[[AnyCase], Any]


@schemathesis.serializer("application/sdp")
def _as_text(_context: object, value: Any) -> bytes:
    """Send an offer as it is, and content of another type as what it looks like."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@pytest.fixture(scope="module")
def app() -> Iterator[RunningApp]:
    env = {"API_KEYS": KEY, "ADMIN_PASSWORD_HASH": hash_password(PASSWORD), "MAX_CALLS_PER_ADDRESS": "0"}
    app = RunningApp(env).start()
    yield app
    app.clean_up()


@pytest.fixture
def session_id(app: RunningApp) -> str:
    """Create a session that exists until a request of the test deletes it."""
    answer = httpx.post(f"{app.url}/session", json={"relayed": True}, headers=bearer(), verify=False)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["sessionId"])


def bearer() -> dict[str, str]:
    return {"Authorization": f"Bearer {KEY}"}


def check(response: Any) -> None:
    """Fail for a 500, and for any failure that does not say why in the API's one shape."""
    assert response.status_code != 500, response.text
    if response.status_code >= 400 and response.request.method != "HEAD":
        error = response.json()["error"]
        assert set(error) == {"code", "message"} and all(error.values()), error


def ask_all(app: RunningApp, ask: Ask) -> None:
    """Make requests of every operation, and check each answer that `ask` gets."""
    asked: set[tuple[str, str]] = set()

    def ask_noted(case: AnyCase) -> Any:
        asked.add((case.method, case.path))
        return ask(case)

    described = schemathesis.openapi.from_url(f"{app.url}/openapi.json")
    operations = [found.ok() for found in described.get_all_operations() if isinstance(found, Ok)]
    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            # An operation without parameters has no wrong requests.
            with suppress(Unsatisfiable):
                _ask_one(operation.as_strategy(generation_mode=mode), ask_noted)
    assert len(asked) == len(operations) >= 12, f"only {sorted(asked)} were asked"


def _ask_one(cases: Any, ask: Ask) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def asked(case: AnyCase) -> None:
        check(ask(case))

    asked()


@pytest.mark.slow
def test_a_client_with_a_key_never_meets_an_error_of_ours(app: RunningApp, session_id: str) -> None:
    turns = itertools.cycle((True, False))

    def ask(case: AnyCase) -> Any:
        if next(turns):  # Made-up ids alone would never get past 404.
            _name_session(case, session_id)
        return case.call(base_url=app.url, headers=bearer(), timeout=20)

    ask_all(app, ask)


def _name_session(case: AnyCase, session_id: str) -> None:
    if "session_id" in (case.path_parameters or {}):
        case.path_parameters["session_id"] = session_id
    if isinstance(case.body, dict) and "sessionId" in case.body:
        case.body["sessionId"] = session_id


def test_without_a_key_everything_is_refused_in_the_one_shape(app: RunningApp) -> None:
    def ask(case: AnyCase) -> Any:
        case.headers.pop("Authorization", None)
        response = case.call(base_url=app.url, timeout=20)
        assert response.status_code >= 400 or case.path in FOR_EVERYBODY, f"{case.method} {case.path}"
        return response

    ask_all(app, ask)


@pytest.mark.slow
def test_an_administrator_never_meets_an_error_of_ours(app: RunningApp) -> None:
    ask_all(app, lambda case: case.call(base_url=app.url, auth=("admin", PASSWORD), timeout=20))
