"""Telling a server that the phone rings: a signed event, by Standard Webhooks."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
import standardwebhooks

from engine.session.items import new_id
from tests.fakes.phone_line import PhoneLine

TIMEOUT_S = 10


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where events go, and what they are signed with."""

    url: str
    secret: str = field(repr=False)
    """`whsec_` and base64, or bytes as they are."""
    now: Callable[[], float] = time.time
    """Unix seconds."""

    async def tell_of(self, line: PhoneLine) -> None:
        """Deliver `realtime.call.incoming`, once.

        :raises httpx.HTTPError: it was not taken
        """
        body = json.dumps(self._event(line))
        headers = {"Content-Type": "application/json", **self._signature(body)}
        try:
            # Only the status is read: the body is the receiver's, and may have any length.
            async with (
                asyncio.timeout(TIMEOUT_S),
                httpx.AsyncClient(timeout=TIMEOUT_S) as http,
                http.stream("POST", self.url, content=body, headers=headers) as response,
            ):
                response.raise_for_status()
        except TimeoutError:
            raise httpx.ReadTimeout("the receiver did not answer in time") from None

    def _event(self, line: PhoneLine) -> dict[str, object]:
        headers = {"From": line.from_, "To": line.to, "Call-ID": line.call_id}
        data = {
            "call_id": line.call_id,
            "sip_headers": [{"name": name, "value": value} for name, value in headers.items()],
        }
        return {
            "id": new_id("evt"),
            "object": "event",
            "type": "realtime.call.incoming",
            "created_at": int(self.now()),
            "data": data,
        }

    def _signature(self, body: str) -> dict[str, str]:
        secret = self.secret if self.secret.startswith("whsec_") else self.secret.encode()
        delivery_id, at = new_id("wh"), datetime.fromtimestamp(int(self.now()), UTC)
        return {
            "webhook-id": delivery_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": standardwebhooks.Webhook(secret).sign(delivery_id, at, body),
        }
