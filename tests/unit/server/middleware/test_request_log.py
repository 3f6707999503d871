import logging

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from server.middleware.request_log import RequestLog


async def answer(request: Request) -> Response:
    if request.query_params.get("fail"):
        raise KeyError("inside")
    return PlainTextResponse("a word of the caller", 201)


@pytest.fixture
def http(caplog: pytest.LogCaptureFixture) -> httpx.AsyncClient:
    caplog.set_level(logging.INFO)
    app = RequestLog(
        Starlette(routes=[Route("/sessions", answer, methods=["POST"]), Route("/healthz", answer)])
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://guftagu")


async def test_a_request_leaves_one_line_without_query_body_or_header(
    http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await http.post("/sessions?key=secret", content="secret", headers={"Authorization": "secret"})
    lines = [record.getMessage() for record in caplog.records if record.name == "guftagu.http"]
    assert len(lines) == 1
    assert lines[0].startswith("POST /sessions 201 ")
    assert lines[0].endswith(answer.headers["x-request-id"])
    assert "secret" not in lines[0] and "caller" not in lines[0]


async def test_a_request_that_breaks_is_logged_as_500(
    http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(KeyError):
        await http.post("/sessions?fail=1")
    assert "POST /sessions 500" in caplog.text


async def test_what_watches_us_leaves_no_line(
    http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    await http.get("/healthz")
    assert "healthz 2" not in caplog.text


async def test_a_path_cannot_begin_a_line_of_its_own(
    http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    await http.get("/x%0aPOST%20/forged")
    lines = [record.getMessage() for record in caplog.records if record.name == "guftagu.http"]
    assert lines[0].startswith("GET /x%0aPOST%20/forged 404")
    assert "\n" not in lines[0]


async def test_an_address_that_is_a_secret_is_not_written_down(
    http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    await http.get("/captions/overlay/secret-token/lines")
    lines = [record.getMessage() for record in caplog.records if record.name == "guftagu.http"]
    assert lines[0].startswith("GET /captions/overlay/… 404 ")
    assert "secret-token" not in lines[0]
