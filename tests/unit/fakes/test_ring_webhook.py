import base64
import json

import httpx
import pytest
import standardwebhooks

from tests.fakes.phone_line import PhoneLine
from tests.fakes.ring_webhook import Webhook
from tests.fakes.webhook_receiver import receiving

SECRET = "whsec_" + base64.b64encode(b"a secret of 24 bytes ...").decode()
LINE = PhoneLine("rtc_1", "sip:+923001234567@trunk.example", "sip:+9221111@bank.example")


@pytest.mark.parametrize("secret", [SECRET, "as it is"])
async def test_the_event_is_signed_by_standard_webhooks(secret: str) -> None:
    async with receiving() as receiver:
        await Webhook(receiver.url, secret).tell_of(LINE)
        body, headers = receiver.deliveries[0]
    standardwebhooks.Webhook(secret if secret == SECRET else secret.encode()).verify(body, headers)
    assert headers["webhook-id"].startswith("wh_")


async def test_the_event_says_who_calls_whom() -> None:
    async with receiving() as receiver:
        await Webhook(receiver.url, SECRET, now=lambda: 1000.9).tell_of(LINE)
        body, headers = receiver.deliveries[0]
    event = json.loads(body)
    assert (event["object"], event["type"], event["created_at"]) == ("event", "realtime.call.incoming", 1000)
    assert headers["webhook-timestamp"] == "1000"
    assert event["data"]["call_id"] == "rtc_1"
    told = {header["name"]: header["value"] for header in event["data"]["sip_headers"]}
    assert (told["From"], told["To"]) == (LINE.from_, LINE.to)


async def test_a_delivery_that_is_not_taken_is_an_error() -> None:
    async with receiving() as receiver:
        receiver.status = 500
        with pytest.raises(httpx.HTTPStatusError):
            await Webhook(receiver.url, SECRET).tell_of(LINE)


def test_the_secret_is_not_shown() -> None:
    assert SECRET not in repr(Webhook("http://here", SECRET))
