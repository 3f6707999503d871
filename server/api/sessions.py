"""Starting, feeding and ending sessions of outside clients."""

import secrets
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from calls.channels.api_session import ApiSession, ReportedEvent
from calls.channels.api_session_registry import ApiSessionRegistry
from realtime.json_size import json_size
from realtime.sdp_policy import MAX_OFFER_BYTES, check_offer
from server.api.addresses import Addresses
from server.api.authentication import CurrentOwner
from server.api.schemas import (
    ANY_SESSION,
    ANY_TOKEN,
    Opened,
    RenewalWanted,
    Renewed,
    Reported,
    ReportedItem,
    SessionInPath,
    SessionWanted,
    Taken,
    Token,
    TokenWanted,
)
from server.errors import ApiError, session_unknown, wrong_media_type
from server.routes.calls import body_up_to

MAX_REPORT_UNITS = 500_000
"""More than a body of `MAX_BODY_BYTES` can hold."""
SDP = {
    "application/sdp": {
        "schema": {"type": "string"},
        "example": "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n…",
    }
}
SDP_BODY = {"requestBody": {"required": True, "content": SDP}}
SDP_ANSWER: dict[int | str, dict[str, Any]] = {201: {"description": "The SDP answer.", "content": SDP}}


def session_routes(sessions: ApiSessionRegistry, addresses: Addresses) -> APIRouter:
    """Return the routes. Each needs a key, or a request from this machine; a session knows its key."""
    router = APIRouter(tags=["sessions"])

    def own(session_id: str, owner: str) -> ApiSession:
        session = sessions.get(session_id, owner)
        if session is None:
            raise session_unknown()
        return session

    async def access_to(session: ApiSession, request: Request) -> dict[str, Any]:
        """Return what the client needs to open a provider session, as fields of an answer."""
        secret = await session.secret()
        relay = addresses.relay(request, session.id)
        return {
            "session_id": session.id,
            "client_secret": secret.value if secret else None,
            "expires_at": secret.expires_at if secret else None,
            "calls_url": addresses.provider_calls(request) if secret else relay,
        }

    @router.post("/token")
    async def token(request: Request, owner: CurrentOwner, wanted: TokenWanted = ANY_TOKEN) -> Token:
        """Mint a client secret for a provider session that is not recorded here."""
        secret = await sessions.token(owner, wanted.choice())
        url = addresses.provider_calls(request)
        return Token(client_secret=secret.value, expires_at=secret.expires_at, calls_url=url, raw=secret.raw)

    @router.post("/session", status_code=201)
    async def open_session(
        request: Request, owner: CurrentOwner, wanted: SessionWanted = ANY_SESSION
    ) -> Opened:
        """Open a session and its record, and mint the client secret for it unless it is relayed."""
        session = sessions.open(owner, wanted.choice(wanted.persona), relayed=wanted.relayed)
        await session.recorded()
        return Opened(**await access_to(session, request))

    @router.post("/session/renew")
    async def renew(request: Request, wanted: RenewalWanted, owner: CurrentOwner) -> Renewed:
        """Go on in another provider session: the same record, with the memory to seed it with."""
        session = own(wanted.session_id, owner)
        sessions.check_start(owner)
        access = await access_to(session, request)
        return Renewed(**access, history=session.renew())

    @router.post(
        "/session/{session_id}/call",
        status_code=201,
        response_class=Response,
        responses=SDP_ANSWER,
        openapi_extra=SDP_BODY,
    )
    async def call(session_id: SessionInPath, request: Request, owner: CurrentOwner) -> Response:
        """Relay a WebRTC offer to the provider. A further call takes the place of the one before."""
        session = own(session_id, owner)
        sessions.check_start(owner)
        body = await body_up_to(request, MAX_OFFER_BYTES)
        media_type = request.headers.get("content-type", "application/sdp")
        if not (is_sdp(body) or media_type.startswith("application/sdp")):
            raise wrong_media_type("the SDP offer, as it is,", "application/sdp")
        offer = check_offer(body, data_channel=not session.controlled)
        return PlainTextResponse(await session.connect(offer), 201, media_type="application/sdp")

    @router.post("/session/{session_id}/events")
    async def events(session_id: SessionInPath, reported: Reported, owner: CurrentOwner) -> Taken:
        """Report what was said. The record marks it as the client's word."""
        session = own(session_id, owner)
        if session.controlled:
            sentence = "The server controls this session and hears everything itself."
            raise ApiError(409, "session_controlled", sentence)
        told = [*map(ReportedEvent, reported.events), *(e for item in reported.items for e in _events(item))]
        units = json_size([each.event for each in told], MAX_REPORT_UNITS)
        sessions.check_report(owner, units or MAX_REPORT_UNITS)
        taken = len(reported.events) + len(reported.items)
        return Taken(taken=taken, send=await session.report(told))

    @router.post("/session/{session_id}/end", status_code=204)
    async def end(session_id: SessionInPath, owner: CurrentOwner) -> None:
        """Hang up and close the record."""
        own(session_id, owner).end("stopped")

    return router


def is_sdp(body: bytes) -> bool:
    """Return whether a body looks like SDP, whatever its header says."""
    return body.lstrip().startswith(b"v=")


def _events(item: ReportedItem) -> Iterator[ReportedEvent]:
    """Yield what the provider's events would tell of the message."""
    kind = "output_text" if item.role == "assistant" else "input_text"
    message: dict[str, Any] = {
        "id": item.id or f"item_{secrets.token_hex(10)}",
        "type": "message",
        "role": item.role,
    }
    # None: the first one stands first, and the others, of which nothing is said, behind what was there.
    begun = {**message, "status": "in_progress", "content": []}
    added = {"type": "conversation.item.added", "previous_item_id": None, "item": begun}
    ended = {**message, "status": "completed", "content": [{"type": kind, "text": item.text}]}
    started_ms = item.started_at_ms if item.started_at_ms is not None else item.ended_at_ms
    ended_ms = item.ended_at_ms if item.ended_at_ms is not None else item.started_at_ms
    yield ReportedEvent(added, started_ms)
    yield ReportedEvent({"type": "conversation.item.done", "item": ended}, ended_ms)
