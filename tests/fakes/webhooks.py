"""What a provider delivers to a webhook: a phone that rings, and how a delivery is signed."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

KEY = b"a key of thirty-two bytes, padded"
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"


def ringing(
    call_id: str = "rtc_1", to: str = "<sip:+922132799000@trunk>", from_: str = "<sip:+923001234567@trunk>"
) -> dict[str, Any]:
    """Build the event of an incoming phone call."""
    headers = [{"name": "From", "value": from_}, {"name": "To", "value": to}]
    return {
        "object": "event",
        "id": "evt_1",
        "type": "realtime.call.incoming",
        "created_at": int(time.time()),
        "data": {"call_id": call_id, "sip_headers": headers},
    }


def body_of(event: object) -> bytes:
    return json.dumps(event).encode()


def mac(signed: str, key: bytes = KEY) -> str:
    """One entry of `webhook-signature` over exactly this text."""
    return f"v1,{base64.b64encode(hmac.new(key, signed.encode(), hashlib.sha256).digest()).decode()}"


def signed(body: bytes, delivery_id: str = "wh_1", age_s: float = 0, key: bytes = KEY) -> dict[str, str]:
    """Return the headers of a delivery that was signed `age_s` seconds ago."""
    timestamp = str(int(time.time() - age_s))
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": mac(f"{delivery_id}.{timestamp}.{body.decode()}", key),
    }
