"""Frames of a page's socket, against a bucket that the test fills."""

import json
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from components.shared.token_bucket import TokenBucket
from server.middleware.page_frames import PageEvent
from server.middleware.socket_limits import MAX_DROPPED, MAX_PAGES, POLICY_VIOLATION, SocketLimits

PAGE = "client_id=a-page&document_id=d&tab_id=t&implicit_handshake=true&next_message_id=0"
SCOPE = {"type": "websocket", "path": "/_nicegui_ws/socket.io/"}


def frame(name: str = "ack", **message: Any) -> str:
    return "42" + json.dumps([name, {"client_id": "a-page", "next_message_id": 1, **message}])


class Server:
    """What stands behind the limits: keeps the frames that come through."""

    def __init__(self, bucket_size: float = 100, cost: float | None = 0) -> None:
        self.passed: list[str] = []
        self.priced: list[PageEvent] = []
        self.sent: list[Message] = []
        self._cost = cost
        self.limits = SocketLimits(
            self._app, lambda: TokenBucket(bucket_size, 0, lambda: 0.0), self._cost_of, max_frame_bytes=5000
        )

    def _cost_of(self, event: PageEvent) -> float | None:
        self.priced.append(event)
        return self._cost

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        while (message := await receive())["type"] == "websocket.receive":
            self.passed.append(message["text"])
        await send({"type": "websocket.send", "text": "late"})

    async def bring(self, *frames: str, query: str = PAGE) -> None:
        waiting: list[Message] = [{"type": "websocket.receive", "text": each} for each in frames]
        waiting.append({"type": "websocket.disconnect"})

        async def receive() -> Message:
            return waiting.pop(0)

        async def send(message: Message) -> None:
            self.sent.append(message)

        scope = SCOPE | {"query_string": f"EIO=4&transport=websocket&{query}".encode()}
        await self.limits(scope, receive, send)


async def test_what_a_page_sends_passes_in_its_order() -> None:
    server = Server()
    honest = ["40", frame(), "3", frame("javascript_response", request_id="r"), "41"]
    await server.bring(*honest)
    assert server.passed == honest
    assert [name for name, _ in server.priced] == ["ack", "javascript_response"]


async def test_nothing_is_read_of_a_frame_that_the_bucket_does_not_cover() -> None:
    server = Server(bucket_size=1.5)
    await server.bring("40", frame())
    assert (server.passed, server.priced) == (["40"], [])


async def test_bytes_are_charged_beside_frames() -> None:
    server = Server(bucket_size=10)
    large = frame("javascript_response", request_id="r", result="x" * 4000)
    await server.bring("40", large, large)
    assert server.passed == ["40", large]


async def test_what_an_event_costs_is_charged_before_it_passes() -> None:
    server = Server(bucket_size=100, cost=40)
    await server.bring("40", *[frame()] * 5)
    assert server.passed == ["40", frame(), frame()]


async def test_an_event_that_goes_nowhere_is_dropped_and_is_nobodys_fault(
    caplog: pytest.LogCaptureFixture,
) -> None:
    server = Server(bucket_size=10_000, cost=None)
    await server.bring("40", *[frame()] * (MAX_DROPPED + 1), "3")
    assert server.passed == ["40", "3"]
    assert not caplog.records


async def test_a_flood_ends_the_socket_with_one_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    server = Server(bucket_size=2)
    await server.bring("40", *[frame()] * 2000)
    assert server.sent == [{"type": "websocket.close", "code": POLICY_VIOLATION}]
    assert len(caplog.records) == 1
    assert "a-page" not in caplog.text


async def test_a_frame_that_is_too_large_ends_the_socket() -> None:
    server = Server(bucket_size=10_000)
    await server.bring("40", frame("javascript_response", request_id="x" * 6000), frame())
    assert server.passed == ["40"]
    assert server.sent == [{"type": "websocket.close", "code": POLICY_VIOLATION}]


async def test_a_page_that_reconnects_does_not_begin_with_a_full_bucket() -> None:
    server = Server(bucket_size=5)
    await server.bring("40", *[frame()] * 10)
    server.passed.clear()
    await server.bring("40", frame())
    assert server.passed == []
    await server.bring("40", query=PAGE.replace("a-page", "another-page"))
    assert server.passed == ["40"]


async def test_only_so_many_pages_are_remembered() -> None:
    server = Server()
    for number in range(MAX_PAGES + 10):
        await server.bring(query=f"client_id=page-{number}")
    assert len(server.limits._pages) == MAX_PAGES


@pytest.mark.parametrize("early", [frame(), "41", "42[]"])
async def test_nothing_passes_before_the_socket_is_connected(early: str) -> None:
    server = Server()
    await server.bring(early, "40", "41", frame())
    assert server.passed == ["40", "41"]


async def test_a_socket_speaks_for_its_own_page_alone() -> None:
    server = Server()
    await server.bring("40", frame(client_id="another-page"))
    assert server.passed == ["40"]


async def test_other_paths_and_kinds_of_traffic_are_left_alone() -> None:
    seen: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)

    limits = SocketLimits(app, lambda: TokenBucket(0, 0), lambda _: 0, max_frame_bytes=0)
    scopes = [
        {"type": "lifespan"},
        {"type": "http", "path": "/"},
        {"type": "websocket", "path": "/engine/v1"},
    ]
    for scope in scopes:
        await limits(scope, None, None)  # type: ignore[arg-type]
    assert seen == scopes
