"""`POST /webhook`: what the provider tells of by itself, such as a phone that rings.

A delivery is believed by its signature alone (Standard Webhooks), over the body exactly as it came.
"""

import json
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook, WebhookVerificationError

from calls.owned_tasks import OwnedTasks
from server.errors import error
from server.routes.calls import body_up_to
from settings import SettingsError
from state.dedupe import Dedupe
from store.database import StoreFailure

log = logging.getLogger("guftagu.webhook")

WEBHOOK_PATH = "/webhook"
MAX_EVENT_BYTES = 64 * 1024

Handle = Callable[[dict[str, Any]], Coroutine[Any, Any, None]]


def webhook_routes(secret: str | None, handle: Handle, tasks: OwnedTasks, deliveries: Dedupe) -> APIRouter:
    """Return the route of the provider's deliveries; none without a secret.

    :param secret: `OPENAI_WEBHOOK_SECRET`
    :param handle: gets each event once; it runs after the provider has its answer
    :param deliveries: the ids of those that were taken
    :raises SettingsError: it is no secret
    """
    router = APIRouter(include_in_schema=False)
    if not secret:
        return router
    signature = verifier(secret)

    @router.post(WEBHOOK_PATH)
    async def receive(request: Request) -> Response:
        body = await body_up_to(request, MAX_EVENT_BYTES)
        if len(body) > MAX_EVENT_BYTES:
            return error(413, "request_too_large", "An event has at most 64 KB.")
        try:
            signature.verify(body, dict(request.headers), json_parse=False)
        except (WebhookVerificationError, ValueError) as refused:
            log.info("delivery refused: %s", type(refused).__name__)
            return error(400, "bad_signature", "The signature does not fit, or is not of now.")
        event = _event(body)
        if event is None:
            return error(400, "bad_event", "The body is not a JSON object.")
        delivery_id = request.headers["webhook-id"]
        try:
            is_new = await deliveries.add(delivery_id)
        except StoreFailure as failure:
            log.warning("a delivery is left for later: %s", failure)
            return error(503, "not_ready", "It cannot be remembered now; deliver it again.")
        if is_new:
            tasks.start(handle(event), f"delivery {delivery_id}")
        return Response(status_code=200)

    return router


def verifier(secret: str) -> Webhook:
    """Read a secret as the provider does: base64 behind `whsec_`, otherwise the bytes as they are.

    :raises SettingsError: there is no key in it
    """
    try:
        return Webhook(secret if secret.startswith("whsec_") else secret.encode())
    except (ValueError, EmptyWebhookSecretError):
        raise SettingsError("OPENAI_WEBHOOK_SECRET: takes the secret as shown, whsec_…") from None


def _event(body: bytes) -> dict[str, Any] | None:
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None
