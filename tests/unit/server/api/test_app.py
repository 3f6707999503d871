"""What all routes of the API have in common."""

import json
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from server import errors
from server.api import schemas as api_shapes
from server.api.app import MAX_BODY_BYTES, BesidePages
from server.api.authentication import owner_of
from server.middleware.request_log import RequestLog
from server.routes import health
from store.database import StoreFailure
from tests.fakes.api_house import KEY, OTHER_KEY, ApiHouse
from tests.fakes.house import OFFER

TEST_CLIENT = ("httpx", "httpcore", "asyncio")
CITY = {"type": "object", "properties": {"city": {"type": "string"}}}


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[ApiHouse]:
    async with ApiHouse.in_(tmp_path, allowed_origins="https://app.example") as api:
        yield api


@pytest.mark.parametrize(
    ("method", "path", "content", "status", "code"),
    [
        ("GET", "/session/x/nothing", None, 404, "not_found"),
        ("GET", "/sessions/", None, 404, "not_found"),
        ("PUT", "/session", None, 405, "method_not_allowed"),
        ("POST", "/session", "{", 400, "bad_request"),
        ("POST", "/session", '{"model": []}', 400, "bad_request"),
        ("POST", "/session/renew", "{}", 400, "bad_request"),
        ("GET", "/sessions?limit=0", None, 400, "bad_request"),
        ("GET", "/sessions/x/transcript.pdf", None, 400, "bad_request"),
        ("GET", "/sessions/x", None, 404, "session_unknown"),
        ("POST", "/session", "x" * (MAX_BODY_BYTES + 1), 413, "request_too_large"),
    ],
)
async def test_every_error_has_the_one_shape(
    api: ApiHouse, method: str, path: str, content: str | None, status: int, code: str
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await api.http().request(method, path, content=content, headers=headers)
    assert answer.status_code == status
    assert answer.json().keys() == {"error"}
    assert answer.json()["error"].keys() == {"code", "message"}
    assert answer.json()["error"]["code"] == code


async def test_an_error_does_not_repeat_what_was_sent(api: ApiHouse) -> None:
    answer = await api.http().post("/session", json={"model": ["my card number"]})
    assert "card" not in answer.text


async def test_a_database_that_fails_is_said_so(api: ApiHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    async def failing(*args: object) -> None:
        raise StoreFailure("OperationalError")

    monkeypatch.setattr(api.records, "list_sessions", failing)
    answer = await api.http().get("/sessions")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "store_unavailable")


async def test_the_api_describes_itself_and_says_how_to_get_in(api: ApiHouse) -> None:
    described = (await api.http(None).get("/openapi.json")).json()
    assert set(described["paths"]) >= {
        "/token",
        "/session",
        "/session/renew",
        "/extract-profile",
        "/sessions",
    }
    assert set(described["components"]["securitySchemes"]) == {"key", "admin"}
    statuses = described["paths"]["/session"]["post"]["responses"]
    assert "422" not in statuses and {"400", "401", "404", "429"} <= statuses.keys()


def bodies_in(operation: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return the request and answers of an operation, each by its media type."""
    for part in (operation.get("requestBody", {}), *operation["responses"].values()):
        yield from part.get("content", {}).values()


async def test_every_shape_every_parameter_and_every_other_body_has_an_example(api: ApiHouse) -> None:
    described = (await api.http(None).get("/openapi.json")).json()
    shapes = {name: s for name, s in described["components"]["schemas"].items() if s["type"] == "object"}
    assert len(shapes) > 15
    assert [name for name, shape in shapes.items() if not shape.get("examples")] == []
    for path, operations in described["paths"].items():
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                assert parameter["schema"].get("examples") or parameter.get("examples"), (path, parameter)
            assert all("$ref" in body["schema"] or body.get("example") for body in bodies_in(operation)), path


async def test_every_example_of_a_shape_is_one(api: ApiHouse) -> None:
    described = (await api.http(None).get("/openapi.json")).json()
    shapes = {name: each for module in (api_shapes, errors, health) for name, each in vars(module).items()}
    for name, schema in described["components"]["schemas"].items():
        for example in schema.get("examples", []):
            shapes[name].model_validate(example)


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
async def test_there_is_no_page_that_loads_foreign_scripts(api: ApiHouse, path: str) -> None:
    assert (await api.http().get(path)).status_code == 404


async def test_only_allowed_origins_may_use_it_from_a_browser(api: ApiHouse) -> None:
    wanted = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    answers = [
        await api.http(None).options("/session", headers={"Origin": origin, **wanted})
        for origin in ("https://app.example", "https://evil.example")
    ]
    allowed = [answer.headers.get("access-control-allow-origin") for answer in answers]
    assert allowed == ["https://app.example", None]


async def pages(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("a page")(scope, receive, send)


@pytest.mark.parametrize(
    ("path", "is_api"),
    [("/token", True), ("/sessions/x", True), ("/", False), ("/sessionless", False), ("/x/token", False)],
)
async def test_the_apis_paths_are_the_apis_and_all_others_the_pages(path: str, is_api: bool) -> None:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("the api")(scope, receive, send)

    transport = httpx.ASGITransport(BesidePages(pages, answer))
    async with httpx.AsyncClient(transport=transport, base_url="http://guftagu") as http:
        assert (await http.get(path)).text == ("the api" if is_api else "a page")


async def test_no_key_and_no_customers_word_is_in_a_log_or_where_it_does_not_belong(
    api: ApiHouse, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answers: list[httpx.Response] = []
    transport = httpx.ASGITransport(RequestLog(api.api), client=("203.0.113.9", 1))
    http = httpx.AsyncClient(
        transport=transport, base_url="http://guftagu", headers={"Authorization": f"Bearer {KEY}"}
    )

    async def ask(method: str, path: str, **body: Any) -> httpx.Response:
        answers.append(await http.request(method, path, **body))
        return answers[-1]

    opened = (await ask("POST", "/session", json={})).json()
    session_id = opened["sessionId"]
    words = [{"role": "user", "text": "tangerine 4111 1111 1111 1111"}]
    await ask("POST", f"/session/{session_id}/events", json={"items": words})
    await ask(
        "POST", f"/session/{session_id}/events", json={"items": [{"role": "nobody", "text": "tangerine"}]}
    )
    await ask("POST", f"/session/{session_id}/call", content="v=0 tangerine")
    await ask("POST", f"/session/{session_id}/call", content=OFFER)
    api.write_next({"city": "tangerine", "card": "4111 1111 1111 1111"}, input_tokens=5)
    profile = await ask("POST", "/extract-profile", json={"sessionId": session_id, "schema": CITY})
    await ask("GET", f"/sessions/{session_id}?note=tangerine")
    stored = await ask("GET", f"/sessions/{session_id}/transcript.json")
    await ask("POST", "/session?tangerine", content="tangerine {")
    api.house.provider.refuse(500, {"error": {"message": "tangerine sk-test"}})
    await ask("POST", "/token", json={})
    async with httpx.AsyncClient(transport=transport, base_url="http://guftagu") as stranger:
        answers.append(await stranger.get("/sessions", headers={"Authorization": f"Bearer {OTHER_KEY}x"}))
    await http.aclose()
    await api.finish()
    logged = [each.getMessage() for each in caplog.records if each.name not in TEST_CLIENT]
    assert len(logged) >= len(answers), "the log is deaf"
    log = "\n".join(logged)
    for secret in ("tangerine", "4111 1111", KEY, OTHER_KEY, "sk-test", "ek_1", owner_of(KEY)):
        assert secret not in log
    given = [answer for answer in answers if answer not in (profile, stored, answers[0])]
    bodies = "\n".join(f"{answer.text} {answer.headers}" for answer in answers)
    assert "tangerine" in stored.text and "4111 1111" not in stored.text
    assert json.loads(profile.text)["profile"] == {"city": "tangerine"}
    for secret in (KEY, OTHER_KEY, "sk-test", owner_of(KEY)):
        assert secret not in bodies
    assert sum("tangerine" in answer.text for answer in given) == 1, "only the record itself tells the words"
