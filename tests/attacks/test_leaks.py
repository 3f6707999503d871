"""No caller's word reaches the log, no stranger writes there, and what was deleted stays deleted."""

import asyncio
import stat
from typing import Any

import httpx
import pytest

from tests.attacks.admin import AUTH, SETTINGS
from tests.attacks.conftest import Started, settings_for
from tests.attacks.honest import honest_call, place
from tests.attacks.new_log import NewLog
from tests.attacks.scripts.page_events import message, written
from tests.attacks.stranger import visiting
from tests.attacks.target import Target
from tests.fakes.provider import ScriptedProvider
from tests.fakes.running_app import RunningApp

pytestmark = pytest.mark.attacks

CARD = "4111111111111111"
SECRET_WORDS = "میراراز"
CODE = "the right access code of this house"


def delta(kind: str, item_id: str = "two_roles") -> dict[str, Any]:
    return {"type": kind, "item_id": item_id, "content_index": 0, "delta": f"{SECRET_WORDS} {CARD}"}


async def test_one_id_in_two_roles_neither_raises_nor_reaches_the_log(
    app: RunningApp, provider: ScriptedProvider, log: NewLog
) -> None:
    async with Target(app, provider).calling_stranger() as page:
        await page.batch(message("two_roles", written(f"{SECRET_WORDS} {CARD}")))
        for kind in (
            "response.output_audio_transcript.delta",
            "conversation.item.input_audio_transcription.delta",
            "response.output_text.delta",
        ):
            await page.batch(delta(kind), delta(kind, "other"))
        await page.batch(message("two_roles", written(SECRET_WORDS), role="assistant"))
        await page.batch(
            {"type": "conversation.item.deleted", "item_id": "two_roles"}, delta("response.text.delta")
        )
        await page.batch(
            {"type": "response.function_call_arguments.done", "item_id": "two_roles", "call_id": "c"}
        )
        await page.phase("live")
        await page.wait_for_ack()
        assert page.last_run("stop") is None
    assert log.holding(SECRET_WORDS) == [] and log.holding(CARD) == []
    assert log.tracebacks == []


async def test_a_stranger_writes_no_line_of_the_log(
    app: RunningApp, provider: ScriptedProvider, log: NewLog
) -> None:
    forged = f"2026-01-01 00:00:00,000 INFO guftagu.calls: call_x ended: {CARD}"
    async with honest_call(app.url, provider), visiting(app.url) as page:
        for level in ("debug", "info", "warning", "error", "critical", 7):
            message_ = {"client_id": page.client_id, "level": level, "message": f"x\n{forged}"}
            await page.emit("log", message_)
        for _time in range(100):
            await page.emit("log", {"client_id": page.client_id, "level": "error", "message": "x" * 60_000})
        await asyncio.sleep(1)
    assert log.holding(CARD) == []
    written_chars = sum(map(len, log.lines))
    assert written_chars < 20_000, f"{written_chars} characters were written to the log"
    assert log.tracebacks == []


async def test_malformed_frames_cost_one_short_line_a_client(
    app: RunningApp, provider: ScriptedProvider, log: NewLog
) -> None:
    frames = (
        '42["event"]', '42["event",null]', '42["event",{}]', '42["event",{"client_id":1}]', '42["ack",{}]',
        '42["log",[]]', '42["javascript_response",{}]', '42["handshake",{}]', '42["handshake",null]', "42[]",
        "42{}", "42", "4", "451-[]", "6", "9x", "43[1]", '42["event",{"client_id":"%s","id":"x","args":"["}]',
    )  # fmt: skip
    async with honest_call(app.url, provider):
        for frame in frames:
            async with visiting(app.url) as page:
                await page.send_frame(frame.replace("%s", page.client_id))
                await asyncio.sleep(0.02)
    assert log.tracebacks == []
    ours = [line for line in log.lines if "guftagu.http" not in line]
    assert len(ours) <= 3 * len(frames), f"{len(ours)} lines for {len(frames)} clients"


async def test_a_body_that_is_broken_off_is_one_quiet_line(app: RunningApp, log: NewLog) -> None:
    heads = [
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"X-Call-Ticket: t\r\nContent-Length: 100\r\n\r\nv=0".encode()
        for path in ("/calls/end", "/calls/offer", "/session", "/sign-in", "/engine/v1/realtime/calls")
    ]
    for head in heads:
        _reader, writer = await asyncio.open_connection("127.0.0.1", app.port)
        writer.write(head)
        await writer.drain()
        await asyncio.sleep(0.2)
        writer.close()
    await asyncio.sleep(0.5)
    assert log.tracebacks == []
    assert log.holding(" 500 ") == []


async def test_what_was_deleted_does_not_come_back_with_a_resumed_call(
    start_app: Started, provider: ScriptedProvider
) -> None:
    app = start_app(settings_for(provider) | SETTINGS)
    target = Target(app, provider)
    async with visiting(app.url) as page:
        cookies = page.cookies
        await place(page, app.url, provider)
        await page.batch(message("said", written(SECRET_WORDS)))
        await page.phase("ended", reason="page_left")
        await page.wait_for_ack()
    async with target.http(auth=AUTH) as http:
        (session,) = (await http.get("/sessions")).json()["sessions"]
        assert (await http.delete(f"/sessions/{session['id']}")).status_code == 204
        async with visiting(app.url, cookies=cookies) as page:
            await page.phase("microphone", resumes=True)
            await page.wait_for("ticket", "refuse")
            await page.phase("live")
            await page.wait_for_ack()
            left = (await http.get("/sessions")).json()["sessions"]
            assert session["id"] not in [each["id"] for each in left]
            for each in left:
                assert SECRET_WORDS not in (await http.get(f"/sessions/{each['id']}")).text
        await asyncio.sleep(0.5)
        gone = await http.get(f"/sessions/{session['id']}")
        assert gone.status_code == 404
    kept = [path for path in app.directory.rglob("*") if path.is_file() and path.name != "app.log"]
    holding = [path.name for path in kept if SECRET_WORDS.encode() in path.read_bytes()]
    assert [name for name in holding if name.endswith(".json")] == []


async def test_what_is_stored_of_visitors_is_for_the_server_alone(app: RunningApp) -> None:
    async with Target(app).http() as http:
        await http.get("/?lang=ur")
    await asyncio.sleep(1)
    kept = [path for path in (app.directory / ".nicegui").rglob("*") if path.is_file()]
    open_to_others = [path.name for path in kept if stat.S_IMODE(path.stat().st_mode) & 0o077]
    assert open_to_others == []


async def test_files_api_and_health_set_no_cookie(app: RunningApp) -> None:
    async with Target(app).http() as http:
        page = await http.get("/")
        assert page.headers.get("set-cookie"), "the page sets no cookie at all"
        for path in ("/static/app.css", "/healthz", "/readyz", "/openapi.json", "/sessions"):
            answer = await http.get(path)
            assert "set-cookie" not in answer.headers, path


async def test_two_installations_on_one_host_have_cookies_of_different_names(
    start_app: Started, provider: ScriptedProvider
) -> None:
    names = set()
    for secret in (
        "one storage secret, long enough to be one",
        "another storage secret, long enough to be one",
    ):
        app = start_app(settings_for(provider) | {"STORAGE_SECRET": secret})
        async with Target(app).http() as http:
            names |= set((await http.get("/")).cookies.keys())
    assert len(names) == 2, names


async def test_a_visitor_who_signs_in_has_another_cookie_than_before(
    start_app: Started, provider: ScriptedProvider
) -> None:
    """A cookie planted in another's browser is not signed in with it afterwards."""
    app = start_app(settings_for(provider) | {"ACCESS_CODE": CODE})
    async with Target(app).http() as http:
        await http.get("/sign-in")
        planted = httpx.Cookies(http.cookies)
        answer = await http.post("/sign-in", data={"code": CODE, "lang": "en"})
        assert "problem" not in answer.headers["location"]
        assert (await http.get("/")).status_code == 200
    async with Target(app).http(cookies=planted) as http:
        assert (await http.get("/")).status_code == 307, "the planted cookie is signed in"


async def test_behind_https_the_cookie_is_secure_and_the_browser_is_told_to_stay(
    start_app: Started, provider: ScriptedProvider
) -> None:
    app = start_app(settings_for(provider) | {"PUBLIC_URL": "https://guftagu.example"})
    async with Target(app).http() as http:
        answer = await http.get("/")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-") and "secure" in cookie.lower()
    assert "max-age=" in answer.headers.get("strict-transport-security", "")


async def test_no_key_of_the_provider_reaches_a_page_or_the_log(
    app: RunningApp, provider: ScriptedProvider, log: NewLog
) -> None:
    async with Target(app, provider).calling_stranger() as page:
        seen = str(page.ran)
    async with Target(app).http() as http:
        seen += (await http.get("/")).text + (await http.get("/openapi.json")).text
    assert provider.key not in seen
    assert log.holding(provider.key) == [] and log.holding("a=fingerprint") == []
