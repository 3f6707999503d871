import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from server.middleware.origins import SameOrigin

SOCKET = "/_nicegui_ws/socket.io/"


async def inner(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
    else:
        await PlainTextResponse("in")(scope, receive, send)


async def opened(origin: str | None, host: str = "bank.example") -> bool:
    """Whether a socket is accepted."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    headers = [(b"host", host.encode())]
    if origin is not None:
        headers.append((b"origin", origin.encode()))
    scope = {"type": "websocket", "path": SOCKET, "headers": headers}
    await SameOrigin(inner, ["https://app.example"])(scope, receive, send)
    return bool(sent[0]["type"] == "websocket.accept")


@pytest.mark.parametrize(
    ("origin", "is_opened"),
    [
        ("https://bank.example", True),
        ("http://bank.example", True),
        ("https://BANK.example", True),
        ("https://app.example", True),
        (None, True),
        ("https://evil.example", False),
        ("https://bank.example.evil.example", False),
        ("https://bank.example:8443", False),
        ("null", False),
        ("", False),
    ],
)
async def test_the_pages_socket_opens_to_its_own_origin_and_allowed_ones(
    origin: str | None, is_opened: bool
) -> None:
    assert await opened(origin) is is_opened


@pytest.mark.parametrize(("path", "status"), [(SOCKET, 403), ("/", 200), ("/calls/end", 200)])
async def test_the_socket_is_closed_over_http_too_and_other_paths_are_not(path: str, status: int) -> None:
    app = SameOrigin(inner, [])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bank.example") as http:
        answer = await http.post(path, headers={"Origin": "https://evil.example"})
    assert answer.status_code == status
