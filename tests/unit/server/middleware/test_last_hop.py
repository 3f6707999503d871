import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from server.middleware.last_hop import LastHop


async def tell_client(scope: Scope, receive: Receive, send: Send) -> None:
    client = Request(scope).client
    await PlainTextResponse(client.host if client else "")(scope, receive, send)


async def client_of(trusted: str, *forwarded: str) -> str:
    """Who the app takes for its client, behind uvicorn's own middleware."""
    app: ASGIApp = LastHop(tell_client) if trusted == "*" else tell_client
    stack = ProxyHeadersMiddleware(app, trusted)  # type: ignore[arg-type]
    transport = httpx.ASGITransport(stack, client=("10.0.0.1", 1))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as http:
        headers = [("X-Forwarded-For", value) for value in forwarded]
        return (await http.get("/", headers=headers)).text


@pytest.mark.parametrize("trusted", ["*", "10.0.0.1", "10.0.0.0/8"])
@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        (["9.9.9.9"], "9.9.9.9"),
        (["1.1.1.1, 9.9.9.9"], "9.9.9.9"),
        (["1.1.1.1", "9.9.9.9"], "9.9.9.9"),
        (["1.1.1.1, 9.9.9.9:4711"], "9.9.9.9"),
        (["1.1.1.1, [2001:db8::1]:4711"], "2001:db8::1"),
        (["1.1.1.1, 2001:db8::1"], "2001:db8::1"),
        ([], "10.0.0.1"),
    ],
)
async def test_what_a_visitor_made_up_counts_for_nothing(
    trusted: str, forwarded: list[str], client: str
) -> None:
    assert await client_of(trusted, *forwarded) == client
