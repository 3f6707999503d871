"""The engine's HTTP face: the Realtime API's routes, for a server to mount."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Annotated, Any, Literal

from aiortc import RTCIceServer
from fastapi import APIRouter, Depends, FastAPI, Request, Response, WebSocket
from fastapi.responses import JSONResponse
from pydantic import Field
from starlette.datastructures import Headers, UploadFile
from starlette.exceptions import HTTPException

from engine.demo.guide_model import GuideModel
from engine.demo.structured_responses import WrittenRequest, written_response
from engine.http.api_error import EngineError
from engine.http.keys import Keys
from engine.http.sideband import SidebandSocket, protocols_of
from engine.http.socket_session import key_in, session_of_socket
from engine.http.validation import StrictObject, validated
from engine.llm.language_model import LanguageModel
from engine.media.appended_audio import require_pcm
from engine.media.offer import MAX_OFFER_BYTES
from engine.session.call import EngineCall, EngineLimits, Pipeline
from engine.session.calls import Calls
from engine.session.items import new_id
from engine.session.session_config import new_session
from engine.session.transcription_config import AnyConfig, new_session_of_any_type
from engine.stt.speech_to_text import NoSpeechToText, SpeechToText
from engine.tts.espeak import EspeakTextToSpeech
from engine.tts.text_to_speech import TextToSpeech

MAX_SESSION_BYTES = 1024 * 1024
MAX_WRITTEN_BYTES = 256 * 1024
BETA_CLOSE_CODE = 4000
HTTP_CODES = {404: "unknown_url", 405: "method_not_supported", 413: "request_too_large"}


class ExpiresAfter(StrictObject):
    """The time for which an ephemeral key is good."""

    anchor: Literal["created_at"] = "created_at"
    seconds: Annotated[int, Field(ge=10, le=7200)] = 600


class SecretRequest(StrictObject):
    """Body of `client_secrets`."""

    expires_after: ExpiresAfter = ExpiresAfter()
    session: dict[str, Any] = Field(default_factory=lambda: {"type": "realtime"})


class Engine:
    """What the routes share, and what has to be closed with the server."""

    def __init__(self, keys: Keys, calls: Calls) -> None:
        self.keys = keys
        self.calls = calls

    async def close(self) -> None:
        """End every call."""
        await self.calls.close()


def create_engine(
    server_key: str,
    *,
    ice_servers: Callable[[], list[dict[str, Any]]] = list,
    speech_to_text: SpeechToText | None = None,
    language_model: LanguageModel | None = None,
    text_to_speech: TextToSpeech | None = None,
    limits: EngineLimits | None = None,
    now: Callable[[], float] = time.time,
) -> FastAPI:
    """Return a Realtime provider, to be mounted at `/engine/v1`.

    Await `app.state.engine.close()` when the server stops.

    :param server_key: the standard key, as `Authorization: Bearer`
    :param ice_servers: for each call, as in `RTCConfiguration` (urls, username, credential); none asks nobody
        outside
    :param now: Unix seconds, for keys that expire
    """
    pipeline = Pipeline(
        speech_to_text or NoSpeechToText(),
        language_model or GuideModel(),
        text_to_speech or EspeakTextToSpeech(),
    )
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    calls = Calls(
        pipeline, limits or EngineLimits(), lambda: [RTCIceServer(**server) for server in ice_servers()]
    )
    app.state.engine = Engine(Keys(server_key, now), calls)
    app.include_router(router)
    app.include_router(written)
    app.add_exception_handler(EngineError, _api_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _own_error)
    return app


async def _api_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, EngineError)
    return _refusal(error)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = HTTP_CODES.get(error.status_code, "invalid_request")
    return _refusal(EngineError(str(error.detail), code=code, status=error.status_code))


async def _own_error(request: Request, error: Exception) -> Response:
    sentence = "The engine had an error while processing your request."
    return _refusal(EngineError(sentence, code="internal_error", status=500, kind="server_error"))


def _refusal(error: EngineError) -> JSONResponse:
    return JSONResponse({"error": error.fields()}, error.status)


def _refuse_beta(headers: Headers) -> None:
    if "openai-beta" in headers:
        raise EngineError("The beta Realtime API is gone; use the GA shape.", code="beta_api_shape_disabled")


def _bearer(headers: Headers) -> str:
    scheme, _, key = headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


def _engine(request: Request) -> Engine:
    _refuse_beta(request.headers)
    engine: Engine = request.app.state.engine
    return engine


def _owned_engine(request: Request) -> Engine:
    engine = _engine(request)
    engine.keys.require_server_key(_bearer(request.headers))
    return engine


AnyEngine = Annotated[Engine, Depends(_engine)]
OwnedEngine = Annotated[Engine, Depends(_owned_engine)]
router = APIRouter(prefix="/realtime")
written = APIRouter()


@router.post("/client_secrets")
async def create_client_secret(request: Request, engine: OwnedEngine) -> dict[str, Any]:
    """Mint an `ek_` that carries a session."""
    body = await _body(request, MAX_SESSION_BYTES)
    wanted = validated(SecretRequest, _json(body or b"{}", "body"), "")
    session = new_session_of_any_type(wanted.session)
    key = engine.keys.mint(session, wanted.expires_after.seconds)
    shown = {"id": new_id("sess"), "object": session.object_name, **session.model_dump()}
    return {"value": key.value, "expires_at": key.expires_at, "session": shown}


@router.post("/calls")
async def create_call(request: Request, engine: AnyEngine) -> Response:
    """Answer an offer: multipart with the server key, or raw SDP with an `ek_`."""
    offer, session = await _offer(request, engine.keys)
    call, answer = await engine.calls.create(
        offer, session, _ephemeral(_bearer(request.headers), engine.keys)
    )
    headers = {"Location": f"/v1/realtime/calls/{call.id}"}
    return Response(answer, 201, headers, "application/sdp")


@router.post("/calls/{call_id}/hangup")
async def hang_up(call_id: str, engine: OwnedEngine) -> Response:
    """End a call."""
    await engine.calls.hang_up(call_id)
    return Response(status_code=200)


@router.websocket("")
async def events(websocket: WebSocket, call_id: str | None = None) -> None:
    """Attach to a call (`call_id`), or open one that this socket carries (`model`, `intent`)."""
    engine: Engine = websocket.app.state.engine
    try:
        _refuse_beta(websocket.headers)
        call = _attached_call(websocket, engine, call_id) if call_id else _own_call(websocket, engine)
    except EngineError as error:
        await _refuse_socket(websocket, error)
        return
    try:
        await SidebandSocket(websocket).serve(call)
    finally:
        if not call_id:
            await engine.calls.end(call)


@written.post("/responses")
async def create_response(request: Request, engine: OwnedEngine) -> dict[str, Any]:
    """JSON by a client's schema, filled from a conversation."""
    body = _json(await _body(request, MAX_WRITTEN_BYTES), "body")
    return await asyncio.to_thread(written_response, validated(WrittenRequest, body, ""))


def _attached_call(websocket: WebSocket, engine: Engine, call_id: str) -> EngineCall:
    engine.keys.require_server_key(_bearer(websocket.headers))
    return engine.calls.get(call_id)


def _own_call(websocket: WebSocket, engine: Engine) -> EngineCall:
    key = _bearer(websocket.headers) or key_in(protocols_of(websocket))
    session = session_of_socket(websocket.query_params, key, engine.keys)
    require_pcm(session)
    return engine.calls.converse(session, _ephemeral(key, engine.keys))


def _ephemeral(key: str, keys: Keys) -> str | None:
    return None if keys.is_server_key(key) else key


async def _refuse_socket(websocket: WebSocket, error: EngineError) -> None:
    if error.code != "beta_api_shape_disabled":
        await websocket.send_denial_response(_refusal(error))
        return
    await websocket.accept()
    await websocket.close(BETA_CLOSE_CODE, error.code)


async def _offer(request: Request, keys: Keys) -> tuple[str, AnyConfig]:
    key = _bearer(request.headers)
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        keys.require_server_key(key)
        return await _multipart_offer(request)
    default = {"type": "realtime"}
    session = new_session(default) if keys.is_server_key(key) else keys.session_of(key)
    return _text(await _body(request, MAX_OFFER_BYTES)), session


async def _multipart_offer(request: Request) -> tuple[str, AnyConfig]:
    async with request.form(max_files=2, max_fields=2, max_part_size=MAX_SESSION_BYTES) as form:
        parts = {name: await _part(value) for name, value in form.items()}
    if "sdp" not in parts:
        raise EngineError(
            "Missing required parameter: 'sdp'.", code="missing_required_parameter", param="sdp"
        )
    session = _json(parts["session"], "session") if "session" in parts else {"type": "realtime"}
    return _text(parts["sdp"]), new_session(session)


async def _part(value: UploadFile | str) -> bytes:
    return value.encode() if isinstance(value, str) else await value.read()


async def _body(request: Request, limit: int) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise EngineError("The request is too large.", code="request_too_large", status=413)
    return body


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise EngineError("The SDP offer is not UTF-8.", code="invalid_offer", param="sdp") from None


def _json(body: bytes, param: str) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise EngineError("The request is not valid JSON.", code="invalid_json", param=param) from None
