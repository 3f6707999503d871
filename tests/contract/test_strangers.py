"""The running app and clients that are no browsers: cookies, odd paths, half-sent bodies, silent sockets."""

import asyncio
import base64
import contextlib
import json
import re
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from websockets import ConnectionClosed
from websockets.asyncio.client import ClientConnection, connect

from tests.fakes.running_app import RunningApp

CODE = "open sesame, says the test"
KEY = "a-key-of-the-engine"
SOON = """
from server.middleware.handshake_deadline import HandshakeDeadline
HandshakeDeadline.__init__.__kwdefaults__["seconds"] = 1.0
"""
CLIENT_ID = re.compile(r"'client_id': '([0-9a-f-]+)'|\"client_id\": \"([0-9a-f-]+)\"")


@pytest.fixture(scope="module")
def app() -> Iterator[RunningApp]:
    env = {"ACCESS_CODE": CODE, "ENGINE_API_KEY": KEY, "OPENAI_WEBHOOK_SECRET": "whsec_c2VjcmV0"}
    app = RunningApp(env, before=SOON).start()
    yield app
    app.clean_up()


@pytest.fixture
async def http(app: RunningApp) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=app.url, follow_redirects=True, verify=False) as http:
        yield http


async def send_raw(app: RunningApp, request: str, *, then_leave: bool = False) -> str:
    """Send a request as it is; the head of the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", app.port)
    writer.write(request.encode())
    if then_leave:
        await writer.drain()
        writer.close()
        return ""
    head = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    return head.decode()


def session_cookie(http: httpx.AsyncClient) -> tuple[str, str]:
    """Name and value."""
    [(name, value)] = http.cookies.items()
    return name, value


# -- cookies and sign-in ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/static/app.css", "/healthz", "/readyz", "/nowhere", "/sessions", "/calls/end"]
)
async def test_only_pages_set_a_cookie(http: httpx.AsyncClient, path: str) -> None:
    for _ in range(2):  # Files come from memory the second time.
        assert "set-cookie" not in (await http.get(path)).headers
    assert "set-cookie" in (await http.get("/sign-in")).headers


async def test_signing_in_gives_a_new_id_and_the_old_one_stays_outside(
    app: RunningApp, http: httpx.AsyncClient
) -> None:
    await http.get("/")
    name, planted = session_cookie(http)
    assert name.startswith("guftagu-")
    assert (await http.post("/sign-in", data={"code": CODE})).url.path == "/"
    _, renewed = session_cookie(http)
    assert renewed.split(".")[0] != planted.split(".")[0]
    assert (await http.get("/")).url.path == "/"

    old_id = json.loads(base64.b64decode(planted.split(".")[0]))["id"]
    async with asyncio.timeout(10):
        while list((app.directory / ".nicegui").glob(f"storage-user-{old_id}*")):
            await http.get("/healthz")

    async with httpx.AsyncClient(base_url=app.url, follow_redirects=True, cookies={name: planted}) as thief:
        assert (await thief.get("/")).url.path == "/sign-in"

    await http.post("/sign-in", data={"code": CODE})
    assert session_cookie(http)[1] == renewed, "who is in already keeps calls and limits"


async def test_a_wrong_code_changes_nothing(http: httpx.AsyncClient) -> None:
    await http.get("/")
    before = session_cookie(http)
    assert (await http.post("/sign-in", data={"code": "a guess"})).url.path == "/sign-in"
    assert session_cookie(http) == before


# -- addresses -------------------------------------------------------------------------------------


async def test_an_unknown_address_is_a_small_page_in_the_visitor_s_language(http: httpx.AsyncClient) -> None:
    english = await http.get("/nowhere")
    urdu = await http.get("/nowhere", headers={"Accept-Language": "ur"})
    assert english.status_code == urdu.status_code == 404
    assert 'lang="en" dir="ltr"' in english.text and 'lang="ur" dir="rtl"' in urdu.text
    assert "x-nicegui-content" not in english.headers and "<script" not in english.text
    assert len(english.content) < 2000


async def test_a_program_is_told_in_json_that_an_address_has_no_page(http: httpx.AsyncClient) -> None:
    answer = await http.get("/nowhere", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
    assert "/openapi.json" in answer.json()["error"]["message"]


async def test_routes_say_in_json_that_something_is_not_there(http: httpx.AsyncClient) -> None:
    for path in ("/sessions/nobody/nothing", "/static/nothing.js"):
        answer = await http.get(path)
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/json"


async def test_a_file_has_one_path(app: RunningApp) -> None:
    for path in ("/static/x/../app.css", "/static/%2e/app.css", "/static//app.css", "/static/app.css/"):
        head = await send_raw(app, f"GET {path} HTTP/1.1\r\nHost: here\r\n\r\n")
        assert head.startswith("HTTP/1.1 404 ")


# -- clients that leave ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/calls/end", "/extract-profile", "/sign-in", "/session", "/webhook", "/engine/v1/responses"]
)
async def test_leaving_in_mid_body_is_one_quiet_line(
    app: RunningApp, http: httpx.AsyncClient, path: str
) -> None:
    before = app.log.count(f"POST {path} ")
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    key = f"Authorization: Bearer {KEY}\r\n"
    await send_raw(app, f"{head}{key}Content-Length: 100\r\n\r\npart", then_leave=True)
    async with asyncio.timeout(10):
        while app.log.count(f"POST {path} ") == before:
            await http.get("/healthz")
    assert f"POST {path} 499 " in app.log
    assert "Traceback" not in app.log and " 500 " not in app.log


# -- the page's socket -----------------------------------------------------------------------------


async def answer_pings(socket: ClientConnection) -> None:
    """Answer the pings of engine.io until the server closes."""
    with contextlib.suppress(ConnectionClosed):
        async for message in socket:
            if message == "2":
                await socket.send("3")


def socket_url(app: RunningApp, **query: str) -> str:
    given = "".join(f"&{name}={value}" for name, value in query.items())
    return f"ws://127.0.0.1:{app.port}/_nicegui_ws/socket.io/?EIO=4&transport=websocket{given}"


@pytest.mark.parametrize("said", [[], ["40"]])
async def test_a_socket_that_names_no_page_is_closed(
    app: RunningApp, http: httpx.AsyncClient, said: list[str]
) -> None:
    page = (await http.get("/sign-in")).text
    named = CLIENT_ID.search(page)
    assert named, page
    query = {"client_id": named[1] or named[2], "tab_id": "tab", "document_id": "d", "next_message_id": "0"}
    async with (
        asyncio.timeout(20),
        connect(socket_url(app, implicit_handshake="true", **query)) as honest,
        connect(socket_url(app)) as stranger,
    ):
        await honest.send("40")
        goes_on = asyncio.create_task(answer_pings(honest))
        for message in said:
            await stranger.send(message)
        await answer_pings(stranger)
        assert stranger.close_code == 1008
        assert not goes_on.done()
        await (await honest.ping())
        goes_on.cancel()


async def test_the_socket_cannot_be_polled(http: httpx.AsyncClient) -> None:
    answer = await http.get("/_nicegui_ws/socket.io/?EIO=4&transport=polling")
    assert answer.status_code == 404
    assert "sid" not in json.dumps(answer.text)
