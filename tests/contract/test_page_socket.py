"""What a client that speaks the page's socket by hand may not do to server, log and other visitors."""

from collections.abc import Iterator

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from components.shared.event_costs import COSTS
from server.middleware.socket_limits import MAX_DROPPED, POLICY_VIOLATION
from tests.fakes.page_socket import fetch_page, page_socket, until_message, wait_until_cut_off
from tests.fakes.running_app import RunningApp

FORGED = "2026-11-27 10:00:00,000 WARNING guftagu.calls: call_0000000000000000 card 4111 1111 1111 1111"


@pytest.fixture(scope="module")
def app() -> Iterator[RunningApp]:
    app = RunningApp({"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}).start()  # Its own engine would log, too.
    yield app
    app.clean_up()


async def answers(app: RunningApp) -> bool:
    """Whether a page of another visitor is served and its socket answers."""
    page = await fetch_page(app.url)
    async with page_socket(page) as socket:
        await socket.send(page.event("search", "x"))
        return "found" in await until_message(socket, "found")


def said_since(app: RunningApp, before: str) -> list[str]:
    """Return the log's new lines without those of requests and of honest sockets."""
    return [line for line in app.log.removeprefix(before).splitlines() if " INFO guftagu.http" not in line]


async def test_a_visitor_writes_nothing_into_the_log_by_the_frameworks_own_message(app: RunningApp) -> None:
    before, page = app.log, await fetch_page(app.url)
    async with page_socket(page) as socket:
        for level in ("debug", "info", "warning", "error", "critical", None):
            await socket.send(page.frame("log", level=level, message=f"hello\n{FORGED}"))
        await socket.send(page.event("search", "x"))
        await until_message(socket, "found")
    assert said_since(app, before) == []


MALFORMED = [
    "",
    "4",
    "42",
    "42{",
    "42[]",
    '42["event"]',
    '42["event",null]',
    '42["event",{}]',
    '42["nonsense",{"client_id":"%"}]',
    '42["event",{"client_id":"%","id":1}]',
    '42["event",{"client_id":"%","id":0,"listener_id":"x","args":["{"]}]',
    '42["event",{"client_id":"%","id":[],"listener_id":"x","args":[]}]',
    '42["event",{"client_id":"someone-else","id":0,"listener_id":"x","args":[]}]',
    '42["ack",{"client_id":"%","next_message_id":"x"}]',
    '42["ack",{"client_id":"%","next_message_id":"5"}]',
    '42["javascript_response",{"client_id":"%"}]',
    '42["handshake",{"client_id":"%"}]',
    '42\u00b2["ack",{"client_id":"%","next_message_id":0}]',
    "42" + "[" * 3000,
    '42/other,["event",{}]',
    "40",
    "40/other,",
    '43["x"]',
    "451-[]",
    "461-[]",
    "44",
    "2",
    "5",
    "9",
    "b4",
    "not a frame",
]


async def test_a_thousand_malformed_frames_leave_at_most_one_short_line_and_end_the_socket(
    app: RunningApp,
) -> None:
    before, page = app.log, await fetch_page(app.url)
    async with page_socket(page) as socket:
        for number in range(1000):
            await socket.send(MALFORMED[number % len(MALFORMED)].replace("%", page.id))
        assert await wait_until_cut_off(socket) == POLICY_VIOLATION
    assert len(said := said_since(app, before)) == 1
    assert len(said[0]) < 200
    assert page.id not in app.log
    assert await answers(app)


async def test_bytes_are_malformed_too(app: RunningApp) -> None:
    before, page = app.log, await fetch_page(app.url)
    async with page_socket(page) as socket:
        for _ in range(MAX_DROPPED):
            await socket.send(b"42[]")
        assert await wait_until_cut_off(socket) == POLICY_VIOLATION
    assert len(said_since(app, before)) == 1


HOSTILE_PATHS: list[object] = [{}, 7, None, ["x"], "//elsewhere.example"]


async def test_events_that_nothing_of_ours_listens_to_go_nowhere(app: RunningApp) -> None:
    before, page = app.log, await fetch_page(app.url)
    async with page_socket(page) as socket:
        for name in ("sub_pages_open", "sub_pages_navigate"):
            for hostile in HOSTILE_PATHS:
                await socket.send(page.event(name, hostile))
        await socket.send(page.frame("event", id=10**9, listener_id="gone", args=[]))
        await socket.send(page.event("search", "x"))
        await until_message(socket, "found")
    assert said_since(app, before) == []


HOSTILE_ARGS: list[list[object]] = [[], [None], [[]], [{}], [{"entries": [[1]]}], [1, "x" * 5000]]


@pytest.mark.parametrize("path", ["/", "/captions"])
async def test_no_event_of_a_page_leaves_a_traceback_whatever_its_arguments(
    app: RunningApp, path: str
) -> None:
    before = app.log
    for name in (await fetch_page(app.url, path)).listeners.keys() & COSTS.keys():
        page = await fetch_page(app.url, path)
        async with page_socket(page) as socket:
            for args in HOSTILE_ARGS:
                await socket.send(page.event(name, *args))
            await socket.send(page.event("search", "x"))
            await until_message(socket, "found")
    assert said_since(app, before) == []


async def test_a_flood_of_copies_is_cut_off_and_remembered_over_a_reconnect(app: RunningApp) -> None:
    page = await fetch_page(app.url)
    async with page_socket(page) as socket:
        frame = page.event("copy")
        for _ in range(60):
            await socket.send(frame)
        assert await answers(app)
        for _ in range(MAX_DROPPED + 2000):
            await socket.send(frame)
        assert await wait_until_cut_off(socket) == POLICY_VIOLATION
    assert await answers(app)


async def test_honest_typing_and_dragging_is_not_cut(app: RunningApp) -> None:
    """Ten seconds of an eager caller at once: 30 searches, 600 batches of a slider."""
    before, page = app.log, await fetch_page(app.url)
    async with page_socket(page) as socket:
        for number in range(600):
            choice = {"type": "guftagu.choice", "choice": None}
            await socket.send(page.event("batch", {"entries": [[number + 1, 1.0, choice]]}))
            if number % 20 == 0:
                await socket.send(page.event("search", f"word {number}"))
        await socket.send(page.event("search", "the last one"))
        for _ in range(31):
            await until_message(socket, "found")
    assert said_since(app, before) == []


@pytest.mark.parametrize(
    "parameters",
    [
        {"tab_id": ""},
        {"document_id": "x" * 100},
        {"next_message_id": "soon"},
        {"next_message_id": "-1"},
        {"client_id": "a\nb"},
        {"EIO": "3"},
        {"transport": "polling"},
        {"sid": "x\n" + FORGED},
    ],
)
async def test_a_socket_with_a_malformed_address_is_refused_without_a_line(
    app: RunningApp, parameters: dict[str, str]
) -> None:
    before, page = app.log, await fetch_page(app.url)
    with pytest.raises(InvalidStatus):
        async with connect(page.socket_url(**parameters)):
            pass
    assert said_since(app, before) == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_page_socket_speaks_websocket_only(app: RunningApp, method: str) -> None:
    before = app.log
    answer = httpx.request(
        method,
        f"{app.url}/_nicegui_ws/socket.io/",
        params={"EIO": "4", "transport": "polling", "sid": FORGED},
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    assert said_since(app, before) == []
