"""Honest call, which must go on during an attack."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import httpx

from tests.attacks.stranger import Event, Stranger, visiting
from tests.fakes.provider import ScriptedProvider

OFFER = "\r\n".join(
    (
        "v=0", "o=- 4611731400430051336 2 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0 1",
        "m=audio 9 UDP/TLS/RTP/SAVPF 111", "c=IN IP4 0.0.0.0", "a=rtcp:9 IN IP4 0.0.0.0",
        "a=ice-ufrag:F7gI", "a=ice-pwd:x9cml/YzichV2+XlhiMu8g22",
        "a=fingerprint:sha-256 " + ":".join(["4A"] * 32), "a=setup:actpass", "a=mid:0", "a=sendrecv",
        "a=rtcp-mux", "a=rtpmap:111 opus/48000/2", "a=ssrc:1001 cname:guftagu",
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "c=IN IP4 0.0.0.0",
        "a=ice-ufrag:F7gI", "a=ice-pwd:x9cml/YzichV2+XlhiMu8g22",
        "a=fingerprint:sha-256 " + ":".join(["4A"] * 32), "a=setup:actpass", "a=mid:1",
        "a=sctp-port:5000", "a=max-message-size:262144", "",
    )
)  # fmt: skip
"""Offer of a browser for a bridged call: one audio section and one data channel."""
ANSWER = OFFER.replace("a=setup:actpass", "a=setup:active")
WORDS = "آپ کا شکریہ، میں ابھی دیکھتا ہوں۔ "
BATCH_S = 0.5
DELTAS = 25
"""Entries of each batch; the server acknowledges every 25."""


def answer_calls(provider: ScriptedProvider, count: int = 1) -> None:
    """Let the provider answer this many offers without a peer of its own."""
    for _call in range(count):
        headers = {
            "Location": f"/v1/realtime/calls/rtc_{secrets.token_hex(8)}",
            "Content-Type": "application/sdp",
        }
        provider.answer_next("calls", status=201, headers=headers, body=ANSWER)


class NotPlaced(Exception):
    """Refusal of a call; the text says how it was refused."""


async def place(
    page: Stranger,
    url: str,
    provider: ScriptedProvider | None,
    *,
    offer: str = OFFER,
    headers: dict[str, str] | None = None,
) -> None:
    """Press Start and post the offer, as `static/webrtc.js` does, until the call is live.

    :param provider: answers the offer from a script; None: the built-in engine does
    :raises NotPlaced: the page is refused, or its offer is
    """
    await page.phase("microphone")
    if await page.wait_for("ticket", "refuse", "stop") != "ticket":
        raise NotPlaced("the page was refused")
    if provider:
        answer_calls(provider)
    (ticket,) = page.last_run("ticket") or [{}]
    await page.phase("connecting")
    posted = {"Content-Type": "application/sdp"} | (headers or {}) | ticket["headers"]
    async with httpx.AsyncClient(base_url=url, cookies=page.cookies, timeout=30, verify=False) as http:
        answer = await http.post(ticket["url"], content=offer, headers=posted)
    if answer.status_code != 201:
        if provider:
            provider.forget_answers("calls")
        raise NotPlaced(f"{answer.status_code} {answer.text}")
    await page.phase("live")


def reply(number: int, deltas: int = DELTAS) -> Iterator[Event]:
    """Yield the events of one spoken reply."""
    item_id, response_id = f"item_{number}", f"resp_{number}"
    item: Event = {"id": item_id, "type": "message", "role": "assistant", "status": "completed"}
    yield {"type": "response.created", "response": {"id": response_id, "status": "in_progress"}}
    yield {"type": "response.output_item.added", "response_id": response_id, "item": {**item, "content": []}}
    said = {"response_id": response_id, "item_id": item_id, "output_index": 0, "content_index": 0}
    for _delta in range(deltas):
        yield {"type": "response.output_audio_transcript.delta", **said, "delta": WORDS}
    yield {"type": "response.output_audio_transcript.done", **said, "transcript": WORDS * deltas}
    yield {"type": "response.done", "response": {"id": response_id, "status": "completed", "output": [item]}}


class HonestCall:
    """Live call in which the agent speaks all the time."""

    def __init__(self, page: Stranger) -> None:
        self.page = page

    async def go_on(self) -> None:
        """Send the events of two replies a second, until cancelled."""
        number = 0
        while True:
            await self.page.batch(*reply(number))
            number += 1
            await asyncio.sleep(BATCH_S)

    async def check(self) -> None:
        """Fail unless the call goes on and all its events were acknowledged."""
        assert not self.page.closed.is_set(), "the honest caller's socket was closed"
        await self.page.batch(*reply(999_999))
        await self.page.wait_for_ack()
        assert not self.page.closed.is_set(), "the honest caller's socket was closed"
        assert self.page.last_run("stop") is None, f"the honest call was ended: {self.page.last_run('stop')}"


@asynccontextmanager
async def honest_call(url: str, provider: ScriptedProvider | None) -> AsyncIterator[HonestCall]:
    """Hold an honest call while something else happens; check at the end that nothing happened to it."""
    async with visiting(url) as page:
        await place(page, url, provider)
        call = HonestCall(page)
        speaking = asyncio.create_task(call.go_on())
        try:
            yield call
            await call.check()
        finally:
            speaking.cancel()
            await asyncio.gather(speaking, return_exceptions=True)
