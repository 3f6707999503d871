"""Which answers carry the session cookie."""

import uuid

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from server.middleware.page_cookies import PageCookies


async def page(request: Request) -> Response:
    return PlainTextResponse(request.session["id"], headers={"X-NiceGUI-Content": "page"})


async def other(request: Request) -> Response:
    return PlainTextResponse(request.session["id"])


class EverybodyGetsAnId:
    """What NiceGUI does between the session and us."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        session = Request(scope).session
        session.setdefault("id", str(uuid.uuid4()))
        await self._app(scope, receive, send)


@pytest.fixture
def http() -> httpx.AsyncClient:
    routes = [
        Route("/", page),
        Route("/static/app.css", other),
        Route("/healthz", other),
        Route("/sign-in", other, methods=["POST"]),
    ]
    inner = EverybodyGetsAnId(PageCookies(Starlette(routes=routes), also=("/sign-in",)))
    app = SessionMiddleware(inner, "secret")
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://guftagu")


@pytest.mark.parametrize("path", ["/static/app.css", "/healthz", "/nowhere"])
async def test_what_is_no_page_sets_no_cookie_and_is_the_same_for_all(
    http: httpx.AsyncClient, path: str
) -> None:
    answer = await http.get(path)
    assert "set-cookie" not in answer.headers
    assert "cookie" not in answer.headers.get("vary", "").lower()


async def test_a_page_sets_it_once_and_knows_its_visitor_again(http: httpx.AsyncClient) -> None:
    first = await http.get("/")
    assert "set-cookie" in first.headers
    second = await http.get("/")
    assert second.text == first.text
    assert "set-cookie" not in second.headers


async def test_the_sign_in_form_may_change_it(http: httpx.AsyncClient) -> None:
    assert "set-cookie" in (await http.post("/sign-in")).headers
