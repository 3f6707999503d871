"""A client that leaves in mid body leaves one quiet line, whatever reads the body."""

import logging
from collections.abc import Awaitable, Callable

import pytest
from fastapi import FastAPI, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Message

from server.errors import add_error_handlers
from server.middleware.body_limit import BodyLimit
from server.middleware.client_disconnect import ClientDisconnects
from server.middleware.request_log import RequestLog

app = FastAPI()
add_error_handlers(app)


@app.post("/stream")
async def stream(request: Request) -> Response:
    async for _ in request.stream():
        pass
    return PlainTextResponse("read")


@app.post("/form")
async def form(request: Request) -> Response:
    async with request.form() as fields:
        return PlainTextResponse(str(len(fields)))


@app.post("/json")
async def json(fields: dict[str, str]) -> Response:
    return PlainTextResponse(str(len(fields)))


@app.post("/late")
async def late(request: Request) -> Response:
    await request.body()
    assert await request.is_disconnected()
    return PlainTextResponse("too late")


def leaving(*received: Message) -> Callable[[], Awaitable[Message]]:
    """Send these messages, then leave."""
    coming = iter(received)

    async def receive() -> Message:
        return next(coming, {"type": "http.disconnect"})

    return receive


async def status_of(path: str, *received: Message) -> int:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": [(b"content-type", b"application/x-www-form-urlencoded" if path == "/form" else b"")],
    }
    await RequestLog(ClientDisconnects(BodyLimit(app, 1000)))(scope, leaving(*received), send)
    return int(sent[0]["status"])


@pytest.mark.parametrize("path", ["/stream", "/form", "/json"])
@pytest.mark.parametrize("received", [(), ({"type": "http.request", "body": b"a=", "more_body": True},)])
async def test_leaving_in_mid_body_is_a_499_and_one_line(
    path: str, received: tuple[Message, ...], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert await status_of(path, *received) == 499
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 1 and lines[0].startswith(f"POST {path} 499 ")
    assert not any(record.exc_info for record in caplog.records)


async def test_leaving_after_the_body_changes_nothing() -> None:
    whole = {"type": "http.request", "body": b"all of it"}
    assert await status_of("/stream", whole) == 200
    assert await status_of("/late", whole) == 200


async def test_a_body_that_is_too_long_is_still_a_413() -> None:
    assert await status_of("/stream", {"type": "http.request", "body": b"x" * 1001, "more_body": True}) == 413
