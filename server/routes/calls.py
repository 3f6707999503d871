"""Our own HTTP routes of a page's call: the relayed offer, and the beacon that ends it."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from calls.call import CallEnded
from calls.registry import Registry
from paths import END_PATH, OFFER_PATH, TICKET_HEADER
from realtime.failures import ProviderFailure
from realtime.sdp_policy import MAX_OFFER_BYTES, OfferRefused, check_offer
from server.errors import error

MAX_END_BYTES = 128
END_REASONS = ("page_left", "stopped")


async def body_up_to(request: Request, limit: int) -> bytes:
    """Return the request's body, cut off one byte after `limit`, so that nobody can fill our memory."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            break
    return bytes(body[: limit + 1])


def call_routes(registry: Registry) -> APIRouter:
    """Return the routes that serve the page's calls."""
    router = APIRouter(include_in_schema=False)

    @router.post(OFFER_PATH)
    async def offer(request: Request) -> Response:
        call = await registry.redeem(request.headers.get(TICKET_HEADER, ""))
        if call is None:
            return error(
                403, "ticket_expired", "The ticket is unknown, used or older than a minute. Start again."
            )
        body = await body_up_to(request, MAX_OFFER_BYTES)
        try:
            answer = await call.connect(check_offer(body, data_channel=not call.controlled))
        except OfferRefused as refused:
            await call.close("offer_refused")
            return error(400, "offer_refused", f"{refused}.")
        except ProviderFailure as failure:
            return error(502, failure.code, "The provider did not create the call.", failure.retry_after_s)
        except CallEnded:
            return error(410, "stopped", "The call was ended, or dialled in another way, before this answer.")
        return PlainTextResponse(answer, 201, media_type="application/sdp")

    @router.post(END_PATH)
    async def end(request: Request) -> Response:
        said = (await body_up_to(request, MAX_END_BYTES)).decode("ascii", "replace")
        token, _, reason = said.partition(" ")
        if call := registry.by_end_token(token):
            await call.close(reason if reason in END_REASONS else "page_left")
        return Response(status_code=204)

    return router
