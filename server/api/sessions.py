"""Starting, feeding and ending sessions of outside clients."""

import secrets
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from calls.channels.api_session import ApiSession
from calls.channels.api_session_registry import ApiSessionRegistry, SessionChoice
from realtime.json_size import json_size
from realtime.sdp_policy import MAX_OFFER_BYTES, check_offer
from server.api.authentication import CurrentOwner
from server.api.schemas import (
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
from server.errors import ApiError, session_unknown
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


def session_routes(sessions: ApiSessionRegistry) -> APIRouter:
    """Return the routes. Each needs a key, or a request from this machine; a session knows its key."""
    router = APIRouter(tags=["sessions"])

    def own(session_id: str, owner: str) -> ApiSession:
        session = sessions.get(session_id, owner)
        if session is None:
            raise session_unknown()
        return session

    @router.post("/token")
    async def token(wanted: TokenWanted, owner: CurrentOwner) -> Token:
        """Mint a client secret for a provider session that is not recorded here."""
        secret = await sessions.token(owner, SessionChoice(model=wanted.model, voice=wanted.voice))
        return Token(client_secret=secret.value, expires_at=secret.expires_at, raw=secret.raw)

    @router.post("/session", status_code=201)
    async def open_session(wanted: SessionWanted, owner: CurrentOwner) -> Opened:
        """Open a session and its record, and mint the client secret for it unless it is relayed."""
        session = sessions.open(owner, wanted.choice(), relayed=wanted.relayed)
        await session.recorded()
        return Opened(session_id=session.id, **await _secret_of(session))

    @router.post("/session/renew")
    async def renew(wanted: RenewalWanted, owner: CurrentOwner) -> Renewed:
        """Go on in another provider session: the same record, with the memory to seed it with."""
        session = own(wanted.session_id, owner)
        sessions.check_start(owner)
        minted = await _secret_of(session)
        return Renewed(session_id=session.id, **minted, history=session.renew())

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
        offer = check_offer(await body_up_to(request, MAX_OFFER_BYTES), data_channel=not session.controlled)
        return PlainTextResponse(await session.connect(offer), 201, media_type="application/sdp")

    @router.post("/session/{session_id}/events")
    async def events(session_id: SessionInPath, reported: Reported, owner: CurrentOwner) -> Taken:
        """Report what was said. The record marks it as the client's word."""
        session = own(session_id, owner)
        if session.controlled:
            sentence = "The server controls this session and hears everything itself."
            raise ApiError(409, "session_controlled", sentence)
        told = [*reported.events, *(_event(item) for item in reported.items)]
        sessions.check_report(owner, json_size(told, MAX_REPORT_UNITS) or MAX_REPORT_UNITS)
        return Taken(taken=len(told), send=await session.report(told))

    @router.post("/session/{session_id}/end", status_code=204)
    async def end(session_id: SessionInPath, owner: CurrentOwner) -> None:
        """Hang up and close the record."""
        own(session_id, owner).end("stopped")

    return router


async def _secret_of(session: ApiSession) -> dict[str, Any]:
    secret = await session.secret()
    return {
        "client_secret": secret.value if secret else None,
        "expires_at": secret.expires_at if secret else None,
    }


def _event(item: ReportedItem) -> dict[str, Any]:
    """Return the message as the provider's event would tell of it."""
    kind = "output_text" if item.role == "assistant" else "input_text"
    message = {
        "id": item.id or f"item_{secrets.token_hex(10)}",
        "type": "message",
        "role": item.role,
        "status": "completed",
        "content": [{"type": kind, "text": item.text}],
    }
    # None: the first one stands first, and the others, of which nothing is said, behind what was there.
    return {"type": "conversation.item.done", "previous_item_id": None, "item": message}
