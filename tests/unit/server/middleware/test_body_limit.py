from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from server.middleware.body_limit import BodyLimit

LIMIT = 1024


async def count(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def raw(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):
        pass
    await PlainTextResponse("read")(scope, receive, send)


async def pieces(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * 100


@pytest.fixture(params=["framework", "raw"])
async def http(request: pytest.FixtureRequest) -> AsyncIterator[httpx.AsyncClient]:
    inner = Starlette(routes=[Route("/", count, methods=["POST"])]) if request.param == "framework" else raw
    transport = httpx.ASGITransport(BodyLimit(inner, LIMIT))
    async with httpx.AsyncClient(transport=transport, base_url="http://guftagu") as http:
        yield http


async def test_what_fits_passes(http: httpx.AsyncClient) -> None:
    assert (await http.post("/", content=b"x" * LIMIT)).is_success
    assert (await http.post("/", content=pieces(10))).is_success


async def test_a_longer_body_is_refused_by_its_length_and_as_it_comes(http: httpx.AsyncClient) -> None:
    assert (await http.post("/", content=b"x" * (LIMIT + 1))).status_code == 413
    assert (await http.post("/", content=pieces(11))).status_code == 413


async def test_a_length_that_is_no_number_is_refused(http: httpx.AsyncClient) -> None:
    assert (await http.post("/", content=b"x", headers={"Content-Length": "-1"})).status_code == 413
