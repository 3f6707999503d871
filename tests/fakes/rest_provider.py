"""REST side of a provider as an httpx transport, which answers as a test says and records the requests."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx

ANSWER = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n"
Handler = Callable[[httpx.Request], httpx.Response]


class RestProvider(httpx.AsyncBaseTransport):
    """Transport that creates `rtc_1`, … and mints `ek_1`, … unless `next` has an answer; `gate` stops it."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.next: list[Handler] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.asked = asyncio.Event()
        self.answer_sdp = ANSWER
        self.created: list[str] = []
        """Ids of the calls that exist, or existed."""
        self._count = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.requests.append(request)
        self.asked.set()
        await self.gate.wait()
        if self.next:
            return self.next.pop(0)(request)
        return self._answer(request.url.path)

    def _answer(self, path: str) -> httpx.Response:
        if path.endswith("/hangup"):
            return httpx.Response(200)
        self._count += 1
        if path.endswith("/calls"):
            self.created.append(f"rtc_{self._count}")
            location = {"Location": f"/v1/realtime/calls/rtc_{self._count}"}
            return httpx.Response(201, headers=location, text=self.answer_sdp)
        return httpx.Response(200, json={"value": f"ek_{self._count}", "expires_at": 1790000000})

    def refuse(self, status: int, body: Any = None, headers: dict[str, str] | None = None) -> None:
        """Answer the next request with `status`."""
        self.next.append(lambda _: httpx.Response(status, json=body or {"error": {}}, headers=headers))

    def raise_next(self, error: type[httpx.HTTPError]) -> None:
        """Let the next request fail on the way."""

        def fail(_: httpx.Request) -> httpx.Response:
            raise error("scripted")

        self.next.append(fail)

    @property
    def paths(self) -> list[str]:
        return [request.url.path.removeprefix("/v1/realtime") for request in self.requests]

    def session(self, index: int = -1) -> dict[str, Any]:
        """Return the session of one recorded request, from the multipart form or the JSON body."""
        body = self.requests[index].content
        if b'name="session"' in body:
            part = body.split(b'name="session"', 1)[1].split(b"\r\n\r\n", 1)[1].split(b"\r\n--", 1)[0]
            return dict(json.loads(part))
        return dict(json.loads(body)["session"])
