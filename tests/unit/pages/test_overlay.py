"""The routes of an overlay: a page and a socket for anybody who knows the token, a calm 404 for the rest."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from websockets.asyncio.client import connect

from calls.channels.overlay import EMPTY, OverlayLine, OverlayRegistry
from pages.overlay import REVOKED, overlay_routes

VIEWERS, PICTURES = 100, 5


@pytest.fixture
def book() -> OverlayRegistry:
    return OverlayRegistry()


@pytest.fixture
def viewer(book: OverlayRegistry) -> TestClient:
    app = FastAPI()
    app.include_router(overlay_routes(book))
    return TestClient(app)


def test_the_page_is_for_nobody_s_cache_and_runs_nothing_foreign(
    book: OverlayRegistry, viewer: TestClient
) -> None:
    answer = viewer.get(f"/captions/overlay/{book.make('v').token}")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("en", "This address is not in use any more."), ("ur", "یہ پتا اب استعمال میں نہیں۔")],
)
def test_a_wrong_token_gets_a_calm_404_in_the_viewer_s_language(
    viewer: TestClient, language: str, sentence: str
) -> None:
    answer = viewer.get("/captions/overlay/guessed", headers={"Accept-Language": language})
    assert answer.status_code == 404
    assert sentence in answer.text
    assert "<script" not in answer.text


def test_a_socket_brings_the_present_picture_first(book: OverlayRegistry, viewer: TestClient) -> None:
    overlay = book.make("v")
    overlay.show([OverlayLine("Hello.", "en", "ltr")])
    with viewer.websocket_connect(f"/captions/overlay/{overlay.token}/lines") as socket:
        assert json.loads(socket.receive_text())["lines"][0]["text"] == "Hello."


def test_a_wrong_token_closes_the_socket_for_good(viewer: TestClient) -> None:
    opened = viewer.websocket_connect("/captions/overlay/guessed/lines")
    with opened as socket, pytest.raises(WebSocketDisconnect) as closed:
        socket.receive_text()
    assert closed.value.code == REVOKED


def test_revoking_closes_the_sockets_that_are_open(book: OverlayRegistry, viewer: TestClient) -> None:
    overlay = book.make("v")
    with viewer, viewer.websocket_connect(f"/captions/overlay/{overlay.token}/lines") as socket:
        socket.receive_text()
        assert viewer.portal
        viewer.portal.call(book.revoke, "v")
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_text()
    assert closed.value.code == REVOKED


def test_a_viewer_has_nothing_to_say(book: OverlayRegistry, viewer: TestClient) -> None:
    with viewer.websocket_connect(f"/captions/overlay/{book.make('v').token}/lines") as socket:
        socket.receive_text()
        socket.send_text("x" * 1000)
        with pytest.raises(WebSocketDisconnect):
            socket.receive_text()


async def test_a_hundred_viewers_cost_one_picture_and_one_that_does_not_read_holds_nobody_up(
    book: OverlayRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, dumps = 0, json.dumps

    def counted(*args: Any, **named: Any) -> str:
        nonlocal made
        made += 1
        return dumps(*args, **named)

    overlay = book.make("v")
    async with served(book) as address, AsyncExitStack() as stack:
        path = f"{address}/captions/overlay/{overlay.token}/lines"
        viewers = [await stack.enter_async_context(connect(path)) for _ in range(VIEWERS + 1)]
        deaf, *viewers = viewers
        deaf.transport.pause_reading()
        assert {await viewer.recv() for viewer in viewers} == {EMPTY}
        monkeypatch.setattr("calls.channels.overlay.json.dumps", counted)
        for n in range(PICTURES):
            overlay.show([OverlayLine(f"Sentence {n}.", "en", "ltr")])
            pictures = {await viewer.recv() for viewer in viewers}
            assert [json.loads(picture)["lines"][0]["text"] for picture in pictures] == [f"Sentence {n}."]
        deaf.transport.abort()
    assert made == PICTURES


@asynccontextmanager
async def served(book: OverlayRegistry) -> AsyncIterator[str]:
    """Serve the overlays on a real socket."""
    app = FastAPI()
    app.include_router(overlay_routes(book))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        server.capture_signals = nullcontext  # type: ignore[method-assign, assignment]
        serving = asyncio.create_task(server.serve([listening]))
        try:
            yield f"ws://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await serving
