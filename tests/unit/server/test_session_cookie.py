"""Name and flags of the session cookie."""

import httpx
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from server.session_cookie import session_options
from settings import Settings
from tests.fakes.settings import given


async def visit(scope: Scope, receive: Receive, send: Send) -> None:
    Request(scope).session["id"] = "1"
    await PlainTextResponse("")(scope, receive, send)


async def cookie_with(settings: Settings) -> str:
    """`Set-Cookie` as a browser gets it, in small letters."""
    app = SessionMiddleware(visit, settings.storage_secret, **session_options(settings))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://guftagu") as http:
        return (await http.get("/")).headers["set-cookie"].lower()


def name(**settings: object) -> str:
    return str(session_options(given(**settings))["session_cookie"])


async def test_two_installations_on_one_host_have_cookies_of_their_own() -> None:
    names = {name(storage_secret="one" * 11), name(storage_secret="two" * 11), name(), name(), "session"}
    assert len(names) == 5
    assert name(storage_secret="one" * 11) == name(storage_secret="one" * 11)
    assert "one" not in name(storage_secret="one" * 11)


async def test_over_https_the_cookie_is_secure_and_this_host_s_alone() -> None:
    cookie = await cookie_with(given(public_url="https://calls.example.org"))
    assert cookie.startswith("__host-guftagu-")
    assert all(flag in cookie for flag in ("; secure", "; httponly", "; samesite=lax", "path=/;"))
    assert "domain" not in cookie and "partitioned" not in cookie


async def test_without_https_nothing_asks_for_it() -> None:
    for settings in (given(), given(public_url="http://localhost:8080")):
        cookie = await cookie_with(settings)
        assert cookie.startswith("guftagu-")
        assert "; secure" not in cookie and "; samesite=lax" in cookie


async def test_in_another_site_s_frame_the_cookie_is_kept_apart_by_that_site() -> None:
    ancestors = "https://bank.example"
    framed = await cookie_with(given(public_url="https://calls.example.org", frame_ancestors=ancestors))
    assert all(flag in framed for flag in ("; secure", "; samesite=none", "; partitioned"))
    plain = await cookie_with(given(public_url="http://calls.example.org", frame_ancestors=ancestors))
    assert "; samesite=lax" in plain and "partitioned" not in plain
    own = await cookie_with(given(public_url="https://calls.example.org", frame_ancestors="self"))
    assert "; samesite=lax" in own and "partitioned" not in own
