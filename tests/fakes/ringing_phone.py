"""A phone at the engine: it rings, and the server that is told of it may accept, reject or refer the call."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Request, Response
from pydantic import Field

from engine.http.api_error import EngineError
from engine.http.app import MAX_SESSION_BYTES, OwnedEngine, _body, _json
from engine.http.validation import StrictObject, validated
from engine.session.call import EngineCall
from engine.session.calls import Calls, no_such_call
from engine.session.items import new_id
from engine.session.session_config import new_session
from tests.fakes.phone_line import PhoneLine
from tests.fakes.ring_webhook import Webhook

RING_S = 60
DECLINE = 603
NOT_ON_THE_PHONE = ("threshold", "prefix_padding_ms", "silence_duration_ms")
"""Fields of turn detection that a phone call cannot be accepted with."""


class Rejection(StrictObject):
    """Body of `reject`."""

    status_code: Annotated[int, Field(ge=400, le=699)] = DECLINE


class Referral(StrictObject):
    """Body of `refer`."""

    target_uri: Annotated[str, Field(pattern=r"^(?:tel|sips?):\S+$")]


class PhoneCall(EngineCall):
    """A call of the engine whose sound a phone line brings."""

    def pick_up(self, line: PhoneLine) -> None:
        """Answer a phone that rings."""
        self.id = line.call_id
        self._carrier = line
        line.connect(self._voice, self.session.input_audio.audio.hear, self._over)


class RingingPhone:
    """Every phone call of one engine, ringing or picked up."""

    def __init__(self, calls: Calls, webhook: Webhook) -> None:
        """Create the ringing phone.

        :param webhook: tells the server that it rings
        """
        self._calls = calls
        self._webhook = webhook
        self._lines: dict[str, PhoneLine] = {}

    async def ring(self, from_: str, to: str) -> PhoneLine:
        """Somebody calls.

        :param from_: address of the caller, such as `sip:+923001234567@trunk.example`
        :param to: address that was dialled
        :raises httpx.HTTPError: nobody took notice
        """
        line = PhoneLine(new_id("rtc"), from_, to)
        self._lines = {each.call_id: each for each in (*self._lines.values(), line) if not each.over.is_set()}
        asyncio.get_running_loop().call_later(RING_S, self._give_up, line)
        try:
            await self._webhook.tell_of(line)
        except BaseException:
            self._give_up(line)
            raise
        return line

    def accept(self, call_id: str, session: Any) -> EngineCall:
        """Pick up.

        :param session: as for any call, without the fields that phone calls refuse
        :raises ApiError: it does not ring, or the session is wrong
        """
        line = self._ringing(call_id)
        _refuse_unfit(session)
        calls = self._calls
        calls._check_room(None)
        config = new_session(session, param="")
        call = PhoneCall(config, calls._pipeline, calls._limits, calls._end_soon)
        call.pick_up(line)
        calls._add(call, None)
        return call

    def reject(self, call_id: str, rejection: Rejection) -> None:
        """Turn the caller away.

        :raises ApiError: it does not ring
        """
        line = self._ringing(call_id)
        line.status_code = rejection.status_code
        line.end("rejected")

    def refer(self, call_id: str, referral: Referral) -> None:
        """Send the caller elsewhere; the call goes on until one side hangs up.

        :raises ApiError: this is no phone call that was picked up
        """
        line = self._lines.get(call_id)
        if line is None or line.state != "accepted":
            raise no_such_call(call_id)
        line.referred_to = referral.target_uri

    def close(self) -> None:
        """Stop ringing."""
        for line in list(self._lines.values()):
            self._give_up(line)

    def _ringing(self, call_id: str) -> PhoneLine:
        line = self._lines.get(call_id)
        if line is None or line.state != "ringing":
            raise no_such_call(call_id)
        return line

    def _give_up(self, line: PhoneLine) -> None:
        if line.state == "ringing":
            line.end("over")


def add_phone(app: FastAPI, webhook: Webhook) -> RingingPhone:
    """Add a phone, and the routes by which a server answers it, to an engine."""
    phone = RingingPhone(app.state.engine.calls, webhook)
    router = APIRouter(prefix="/realtime/calls")

    @router.post("/{call_id}/accept")
    async def accept(request: Request, call_id: str, engine: OwnedEngine) -> Response:
        """Pick up a phone that rings; the body is its session."""
        phone.accept(call_id, _json(await _body(request, MAX_SESSION_BYTES), "body"))
        return Response(status_code=200)

    @router.post("/{call_id}/reject")
    async def reject(request: Request, call_id: str, engine: OwnedEngine) -> Response:
        """Turn a phone call away."""
        body = _json(await _body(request, MAX_SESSION_BYTES) or b"{}", "body")
        phone.reject(call_id, validated(Rejection, body, ""))
        return Response(status_code=200)

    @router.post("/{call_id}/refer")
    async def refer(request: Request, call_id: str, engine: OwnedEngine) -> Response:
        """Send a caller at the phone elsewhere."""
        body = _json(await _body(request, MAX_SESSION_BYTES), "body")
        phone.refer(call_id, validated(Referral, body, ""))
        return Response(status_code=200)

    app.include_router(router)
    return phone


def _refuse_unfit(session: Any) -> None:
    node, path = session, "audio.input.turn_detection"
    for part in path.split("."):
        node = node.get(part) if isinstance(node, dict) else None
    for name in NOT_ON_THE_PHONE:
        if isinstance(node, dict) and name in node:
            raise EngineError(
                f"Unsupported parameter for a SIP call: '{path}.{name}'.",
                code="unsupported_parameter",
                param=f"{path}.{name}",
            )
