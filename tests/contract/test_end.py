"""The end of the real process at a signal, whatever clients, provider and database do meanwhile."""

import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager

import httpx
import pytest

from tests.fakes.hostile_provider import HostileProvider, answers, hostile_provider
from tests.fakes.loop_thread import LoopThread
from tests.fakes.running_app import RunningApp

OFFER = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"
)
HANG_UP = "POST /v1/realtime/calls/rtc_1/hangup"
FIRST_SECONDS = 30
"""For a test that has failed; nothing is measured."""


class Provider:
    """A provider in a thread that takes every call and never answers a hang-up."""

    def __init__(self) -> None:
        self._thread = LoopThread("dead provider")
        self._stack = ExitStack()
        self._context = hostile_provider(answers(b"v=0\r\n"), ignores_hang_up=True)
        self.fake: HostileProvider = self._thread.run(self._context.__aenter__())

    def wait_for_hang_up(self) -> None:
        self._thread.run(self.fake.until_asked(HANG_UP), FIRST_SECONDS)

    def stop(self) -> None:
        self._thread.run(self._context.__aexit__(None, None, None))
        self._thread.stop()


@pytest.fixture
def dead_provider() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.stop()


@contextmanager
def app_with_call(provider: Provider) -> Iterator[RunningApp]:
    """Run an app with one call at the provider."""
    env = {"OPENAI_API_KEY": "sk-scripted", "OPENAI_BASE_URL": provider.fake.url}
    app = RunningApp(env).start()
    try:
        with httpx.Client(base_url=app.url, timeout=FIRST_SECONDS) as http:
            opened = http.post("/session", json={"relayed": True})
            assert opened.status_code == 201, opened.text
            placed = http.post(f"/session/{opened.json()['sessionId']}/call", content=OFFER)
            assert placed.status_code == 201, placed.text
        yield app
    finally:
        app.clean_up()


def half_a_body(port: int, path: str) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port))
    head = f"POST {path} HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Length: 1000\r\n"
    client.sendall(f"{head}Content-Type: application/sdp\r\n\r\nv=0".encode())
    return client


def half_a_head(port: int) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port))
    client.sendall(b"GET / HTTP/1.1\r\nHost: loc")
    return client


def idle(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port))


CLIENTS: list[Callable[[int], socket.socket]] = [
    lambda port: half_a_body(port, "/calls/offer"),
    lambda port: half_a_body(port, "/calls/end"),
    lambda port: half_a_body(port, "/session"),
    half_a_head,
    idle,
]


def connected(app: RunningApp) -> sqlite3.Connection:
    return sqlite3.connect(app.directory / "data" / "guftagu.db")


def reasons(app: RunningApp) -> list[tuple[str | None, bool]]:
    """Of every record, why it is closed and whether it is."""
    with closing(connected(app)) as database:
        return database.execute("select reason, closed_at is not null from sessions").fetchall()


def test_a_call_is_hung_up_and_its_record_closed_though_clients_and_provider_never_end(
    dead_provider: Provider,
) -> None:
    with app_with_call(dead_provider) as app, ExitStack() as open_sockets:
        for client in CLIENTS:
            open_sockets.enter_context(client(app.port))
        app.ask_to_end()
        dead_provider.wait_for_hang_up()
        app.ask_to_end()  # A second signal changes nothing.
        app.wait_until_ended()
        assert reasons(app) == [("server_stopping", 1)]


def test_a_server_ends_by_itself_though_its_database_is_stuck(dead_provider: Provider) -> None:
    with app_with_call(dead_provider) as app, closing(connected(app)) as database:
        database.execute("begin exclusive")
        app.ask_to_end()
        dead_provider.wait_for_hang_up()
        app.wait_until_ended()
