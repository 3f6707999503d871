"""Requests to the API that are within its size limits and large to handle."""

import httpx

from tests.attacks.scripts.page_events import NUMBERS, chain, message, written
from tests.attacks.target import Target

MAX_BODY_CHARS = 450_000


async def _session(http: httpx.AsyncClient) -> str:
    answer = await http.post("/session", json={"relayed": True})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["sessionId"])


async def large_bodies(target: Target) -> None:
    """Send three bodies of half a megabyte of text that looks like numbers."""
    async with target.http() as http:
        session = await _session(http)
        for number in range(3):
            text = NUMBERS * (MAX_BODY_CHARS // len(NUMBERS))
            events = [message(f"r{number}", written(text))]
            await http.post(f"/session/{session}/events", json={"events": events})
        await http.post(f"/session/{session}/end")


async def many_items(target: Target) -> None:
    """Report ten thousand items, and then move the first of them to and fro."""
    async with target.http() as http:
        session = await _session(http)
        events = [message("other", written("y")), *chain(10_000)]
        for start in range(0, len(events), 500):
            await http.post(f"/session/{session}/events", json={"events": events[start : start + 500]})
        for after in ("other", "root") * 3:
            moved = [message("i0", [], after=after)]
            await http.post(f"/session/{session}/events", json={"events": moved})
        await http.post(f"/session/{session}/end")


async def many_parts(target: Target) -> None:
    """Report one item of 16,000 content parts of one letter each."""
    async with target.http() as http:
        session = await _session(http)
        events = [message("parts", [{"type": "text", "text": "a"}] * 16_000)]
        await http.post(f"/session/{session}/events", json={"events": events})
        await http.post(f"/session/{session}/end")
