"""Realtime provider on loopback that answers as the test says.

It speaks the GA form over HTTP (client secrets, calls, hang-up), WebRTC (aiortc) and the sideband WebSocket,
in its own thread and loop. All public methods block: call them from synchronous tests directly and from
asynchronous ones, where something in the test's own loop must go on meanwhile, through `asyncio.to_thread`.
"""

import asyncio
import json
import secrets
import socket
import time
from collections import defaultdict, deque
from concurrent.futures import Future
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from typing import Any, Literal, Self

import uvicorn
from fastapi import FastAPI, Request, Response, WebSocket, WebSocketDisconnect

from tests.fakes.journal import Journal
from tests.fakes.loop_thread import LoopThread
from tests.fakes.scripted_call import Event, Media, ScriptedCall

Route = Literal["client_secrets", "calls", "hangup", "other"]

CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Location"}
PREFLIGHT = CORS | {
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "authorization, content-type",
}


@dataclass(frozen=True)
class Recorded:
    """HTTP request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    """Headers, with names in lower case."""
    body: bytes

    @property
    def route(self) -> Route:
        last = self.path.rstrip("/").rsplit("/", 1)[-1]
        return last if last in ("client_secrets", "calls", "hangup") else "other"  # type: ignore[return-value]

    @property
    def key(self) -> str:
        return self.headers.get("authorization", "").removeprefix("Bearer ")

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def parts(self) -> dict[str, bytes]:
        """Named parts of a multipart body; empty for any other."""
        if not self.headers.get("content-type", "").startswith("multipart/"):
            return {}
        head = f"Content-Type: {self.headers['content-type']}\r\n\r\n".encode()
        parts = BytesParser().parsebytes(head + self.body).get_payload()
        return {_name(part): _content(part) for part in parts if isinstance(part, Message)}

    @property
    def session(self) -> Event:
        """Session object of this request, in either way of signalling."""
        body = json.loads(self.parts["session"]) if self.parts else self.json.get("session", {})
        return dict(body)


def _name(part: Message) -> str:
    return str(part.get_param("name", header="content-disposition"))


def _content(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


@dataclass(frozen=True)
class Answer:
    """Scripted answer; with `hangs` none ever comes."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    hangs: bool = False


class ScriptedProvider:
    """Provider for an app with `OPENAI_BASE_URL` set to `url` and `OPENAI_API_KEY` to `key`."""

    key = "sk-scripted-provider-key-0123456789"

    def __init__(self) -> None:
        self.requests: Journal[Recorded] = Journal("requests")
        self.calls: Journal[ScriptedCall] = Journal("calls")
        self.hangups: Journal[str] = Journal("hang-ups")
        self.issued: Journal[str] = Journal("ephemeral keys")
        self.sideband_events: Journal[tuple[str, Event]] = Journal("sideband client events")
        """Pairs `(call_id, event)` of everything a sideband client sent."""
        self.attached: Journal[str] = Journal("sidebands")
        """Ids of the calls that a sideband attached to."""
        self._minted: dict[str, tuple[float, Event]] = {}
        self._sidebands: dict[str, list[WebSocket]] = defaultdict(list)
        # Opened anew from its number it knows that it is TCP; else asyncio leaves Nagle's 40 ms in answers.
        self._socket = socket.socket(fileno=socket.create_server(("127.0.0.1", 0)).detach())
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"
        self._set_defaults()

    def _set_defaults(self) -> None:
        self.delay_ms: float = 0
        """Seconds added before the answer to every HTTP request, preflights included."""
        self.media: Media = "works"
        self.refuses_sidebands = False
        """Whether no sideband may attach, so that nobody but the browser hears what calls bill."""
        self.tone = False
        """Whether new calls carry an audible tone instead of silence."""
        self._scripts: dict[Route, deque[Answer]] = defaultdict(deque)

    # --- life

    def start(self) -> Self:
        self._thread = LoopThread("scripted-provider")
        config = uvicorn.Config(
            self._app(),
            log_level="warning",
            lifespan="off",
            ws="websockets-sansio",
            timeout_keep_alive=300,  # as a provider's front does; else it may end under a request
        )
        self._server = uvicorn.Server(config)
        self._serving: Future[None] = self._thread.spawn(self._server.serve(sockets=[self._socket]))
        return self

    def stop(self) -> None:
        self.reset()
        self._server.should_exit = True
        self._server.force_exit = True
        self._serving.result(10)
        self._thread.stop()

    def reset(self) -> None:
        """Forget everything and close every call, as if just started."""
        for call in self.calls:
            call.drop()
        for journal in (
            self.requests,
            self.calls,
            self.hangups,
            self.issued,
            self.sideband_events,
            self.attached,
        ):
            journal.clear()
        self._minted.clear()
        self._set_defaults()

    # --- what tests script

    def answer_next(
        self,
        route: Route,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        body: bytes | str | dict[str, Any] = b"",
    ) -> None:
        """Answer the next request to this route with exactly this; several answers queue up."""
        text = json.dumps(body) if isinstance(body, dict) else body
        content = text.encode() if isinstance(text, str) else text
        self._scripts[route].append(Answer(status, headers or {}, content))

    def forget_answers(self, route: Route) -> None:
        """Drop the scripted answers to this route that are unused."""
        self._scripts[route].clear()

    def hang_next(self, route: Route) -> None:
        """Read the next request to this route and never answer it."""
        self._scripts[route].append(Answer(hangs=True))

    @property
    def call(self) -> ScriptedCall:
        """Newest call; waits for the first."""
        self.calls.wait_for()
        return self.calls[-1]

    def send(self, *events: Event, call: ScriptedCall | None = None) -> None:
        """Send server events to the newest (or this) call: over its data channel and its sidebands."""
        to = call or self.call
        if to.has_channel:
            to.send(*events)
        self._thread.run(self._send_sidebands(to.id, events))

    def bill(self, call_id: str, *events: Event) -> None:
        """Send server events to the sidebands of a call alone, as if its browser hid them."""
        self._thread.run(self._send_sidebands(call_id, events))

    def requests_to(self, route: Route) -> list[Recorded]:
        return [request for request in self.requests if request.route == route and request.method == "POST"]

    def wait_for_request(self, route: Route, timeout_s: float = 20) -> Recorded:
        return self.requests.wait_for(lambda request: request.route == route, timeout_s)

    def wait_for_hangup(self, call: ScriptedCall | None = None, timeout_s: float = 20) -> None:
        """Wait until the provider got a hang-up for this (or the newest) call."""
        wanted = (call or self.call).id
        self.hangups.wait_for(lambda call_id: call_id == wanted, timeout_s)

    # --- what it serves

    def _app(self) -> FastAPI:
        app = FastAPI(openapi_url=None)
        app.add_api_route("/{path:path}", self._serve, methods=["GET", "POST", "OPTIONS"])
        app.add_api_websocket_route("/v1/realtime", self._sideband)
        return app

    async def _serve(self, request: Request) -> Response:
        recorded = Recorded(
            request.method, request.url.path, dict(request.headers.items()), await request.body()
        )
        self.requests.add(recorded)
        await asyncio.sleep(self.delay_ms / 1000)
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=PREFLIGHT)
        answer = await self._answer(recorded)
        if answer.hangs:
            await asyncio.Event().wait()
        return Response(answer.body, answer.status, CORS | answer.headers)

    async def _answer(self, request: Recorded) -> Answer:
        if self._scripts[request.route]:
            return self._scripts[request.route].popleft()
        if not self._may(request):
            return _error(401, "invalid_api_key", "Incorrect API key provided.")
        match request.route:
            case "client_secrets":
                return self._mint(request)
            case "calls":
                return await self._open_call(request)
            case "hangup":
                return await self._hang_up(request)
        return _json(200, {"object": "list", "data": []})

    def _may(self, request: Recorded) -> bool:
        """Check the key: the server key everywhere, an unexpired ephemeral one to post a raw offer."""
        if request.key == self.key:
            return request.route != "calls" or bool(request.parts)
        expires_at, _session = self._minted.get(request.key, (0.0, {}))
        return request.route == "calls" and not request.parts and time.time() < expires_at

    def _mint(self, request: Recorded) -> Answer:
        value = f"ek_{secrets.token_hex(16)}"
        seconds = request.json.get("expires_after", {}).get("seconds", 600)
        expires_at = int(time.time()) + seconds
        self._minted[value] = (expires_at, request.session)
        self.issued.add(value)
        return _json(200, {"value": value, "expires_at": expires_at, "session": request.session})

    async def _open_call(self, request: Recorded) -> Answer:
        parts = request.parts
        offer = parts["sdp"] if parts else request.body
        wanted = request.session if parts else self._minted[request.key][1]
        call_id = f"rtc_{secrets.token_hex(8)}"
        session = wanted | {"id": f"sess_{call_id[4:]}", "object": "realtime.session"}
        call = ScriptedCall(call_id, request.key, session, self._thread)
        answer = await call.answer(offer.decode(), media=self.media, tone=self.tone)
        self.calls.add(call)
        headers = {"Location": f"/v1/realtime/calls/{call_id}", "Content-Type": "application/sdp"}
        return Answer(201, headers, answer.encode())

    async def _hang_up(self, request: Recorded) -> Answer:
        call_id = request.path.split("/")[-2]
        call = next((call for call in self.calls if call.id == call_id), None)
        if call is None or call_id in self.hangups:
            return _error(404, "call_id_not_found", "No session found for this call.")
        self.hangups.add(call_id)
        await call.close()
        return Answer(200)

    async def _sideband(self, socket: WebSocket) -> None:
        call_id = socket.query_params.get("call_id", "")
        if self.refuses_sidebands:
            await socket.close()  # before it was accepted: status 403
            return
        await socket.accept()
        self._sidebands[call_id].append(socket)
        self.attached.add(call_id)
        try:
            while True:
                self.sideband_events.add((call_id, await socket.receive_json()))
        except WebSocketDisconnect:
            self._sidebands[call_id].remove(socket)

    async def _send_sidebands(self, call_id: str, events: tuple[Event, ...]) -> None:
        for sideband in self._sidebands[call_id]:
            for event in events:
                await sideband.send_json(event)


def _json(status: int, body: dict[str, Any]) -> Answer:
    return Answer(status, {"Content-Type": "application/json"}, json.dumps(body).encode())


def _error(status: int, code: str, message: str) -> Answer:
    error = {"message": message, "type": "invalid_request_error", "code": code, "param": None}
    return _json(status, {"error": error})
