"""Requests to the routes beside the bridge: the webhook, the sign-in form, overlays, the framework's own."""

import asyncio
import json
import secrets
from contextlib import suppress

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from tests.attacks.scripts.memory import raw_gets
from tests.attacks.target import Target


async def unsigned_deliveries(target: Target) -> None:
    """Send six hundred deliveries of 64 KB with wrong signatures."""
    body = json.dumps({"type": "realtime.call.incoming", "padding": "x" * 63_000}).encode()
    async with target.http() as http:
        for number in range(600):
            headers = {
                "webhook-id": f"wh_{number}",
                "webhook-timestamp": "1",
                "webhook-signature": " ".join(["v1,AAAA"] * 500),
            }
            answer = await http.post("/webhook", content=body, headers=headers)
            assert answer.status_code in (400, 413, 429), answer.text


async def large_forms(target: Target) -> None:
    """Send sign-in forms with many fields, long fields, files and parts without an end."""
    many = "&".join(f"f{number}=x" for number in range(20_000))
    long = f"code={'%41' * 200_000}"
    boundary = {"Content-Type": "multipart/form-data; boundary=b"}
    parts = "".join(f'--b\r\nContent-Disposition: form-data; name="n{n}"\r\n\r\nx\r\n' for n in range(5000))
    file = '--b\r\nContent-Disposition: form-data; name="code"; filename="f"\r\n\r\n' + "x" * 400_000
    plain = {"Content-Type": "application/x-www-form-urlencoded"}
    async with target.http() as http:
        for _round in range(5):
            for content, headers in ((many, plain), (long, plain), (parts, boundary), (file, boundary)):
                with suppress(httpx.TransportError):
                    answer = await http.post("/sign-in", content=content, headers=headers)
                    assert answer.status_code < 500, answer.text


async def overlay_sockets(target: Target) -> None:
    """Open two hundred sockets of overlays that do not exist."""
    address = target.url.replace("http", "ws", 1)

    async def one() -> None:
        with suppress(OSError, WebSocketException, TimeoutError):
            url = f"{address}/captions/overlay/{secrets.token_urlsafe(16)}/lines"
            async with connect(url, open_timeout=10, close_timeout=1) as socket, asyncio.timeout(5):
                await socket.send("x" * 10_000)
                await socket.recv()

    for _round in range(10):
        await asyncio.gather(*(one() for _socket in range(20)))


async def framework_routes(target: Target) -> None:
    """Request the framework's own routes with unknown keys, paths that lead out, and long names."""
    keys = ("libraries", "components", "resources/x", "dynamic_resources", "esm/x", "static")
    paths = [
        f"/_nicegui/3.18.0/{key}/{tail}"
        for key in keys
        for tail in (
            "../../../etc/passwd",
            "%2e%2e/%2e%2e/etc/passwd",
            "x" * 4000,
            "%00",
            "..%5c..%5cmain.py",
        )
    ]
    statuses = await raw_gets(target, paths * 10)
    assert set(statuses) <= {400, 403, 404, 414}, sorted(set(statuses))


async def polling_sockets(target: Target) -> None:
    """Open the page's socket by long polling, which the page never does, 100 times, and post to it."""
    path = "/_nicegui_ws/socket.io/?EIO=4&transport=polling"
    async with target.http() as http:
        for _socket in range(100):
            with suppress(httpx.TransportError):
                answer = await http.get(path)
                if answer.status_code == 200 and answer.text.startswith("0"):
                    sid = json.loads(answer.text[1:])["sid"]
                    await http.post(f"{path}&sid={sid}", content=f"40\x1e42{'[' * 60_000}")


async def persona_pages(target: Target) -> None:
    """Request pages of unknown personas and languages, and with queries of 8 KB."""
    paths = [f"/p/{secrets.token_hex(8)}?lang={'x' * 100}" for _page in range(150)]
    paths += [f"/sign-in?problem={'y' * 8000}" for _page in range(50)]
    statuses = await raw_gets(target, paths)
    assert set(statuses) <= {400, 404, 414, 431}, sorted(set(statuses))


async def sockets_of_others(target: Target) -> None:
    """Join the clients of pages that are not there, and send events in their name."""
    address = f"{target.url.replace('http', 'ws', 1)}/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
    for _socket in range(40):
        async with connect(address, close_timeout=1) as socket:
            await socket.recv()
            await socket.send("40")
            client = secrets.token_hex(16)
            told = {"client_id": client, "tab_id": "t", "document_id": "d", "next_message_id": 0}
            await socket.send(f"42{json.dumps(['handshake', told])}")
            for _event in range(20):
                event = {"client_id": client, "id": 1, "listener_id": "x", "args": []}
                await socket.send(f"42{json.dumps(['event', event])}")
