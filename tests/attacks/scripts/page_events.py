"""Page events that are small to send and large to handle, by one stranger with one bridged call each."""

import asyncio
from collections.abc import Iterator, Sequence

from tests.attacks.stranger import Event, Stranger
from tests.attacks.target import Target

NUMBERS = "AA11 "
"""Text in which an IBAN may begin at every word: the worst case of masking."""
FRAME_CHARS = 50_000
"""Bytes of text in one frame, which may hold 128 KiB."""
ITEMS = 4000
"""Events in one frame, as many as the bridge takes."""
PER_FRAME = 250


def message(item_id: str, parts: Sequence[Event], *, after: str | None = None, role: str = "user") -> Event:
    """Return the event of a whole message."""
    item = {"id": item_id, "type": "message", "role": role, "status": "completed", "content": list(parts)}
    return {"type": "conversation.item.done", "previous_item_id": after, "item": item}


def written(text: str) -> list[Event]:
    return [{"type": "input_text", "text": text}]


async def _many(page: Stranger, events: Iterator[Event]) -> None:
    """Send events in frames of `PER_FRAME`."""
    pending: list[Event] = []
    for event in events:
        pending.append(event)
        if len(pending) == PER_FRAME:
            await page.batch(*pending)
            pending.clear()
    await page.batch(*pending)


async def _until_idle(page: Stranger, within_s: float = 60) -> None:
    """Wait until the server has handled what was sent, or has left it out or closed the socket."""
    await page.phase("live")
    await page.settle(within_s=within_s)


def chain(count: int, prefix: str = "i") -> Iterator[Event]:
    """Yield messages that each stand behind the one before."""
    for number in range(count):
        after = f"{prefix}{number - 1}" if number else "root"
        yield message(f"{prefix}{number}", written("x"), after=after)


async def large_items(target: Target) -> None:
    """Send ten items of 50 KB of text that looks like numbers."""
    async with target.calling_stranger() as page:
        for number in range(10):
            text = NUMBERS * (FRAME_CHARS // len(NUMBERS))
            await page.batch(message(f"large{number}", written(text)))
        await _until_idle(page)


async def large_item_by_deltas(target: Target) -> None:
    """Append a megabyte of text to one item, piece by piece, and hang up."""
    delta = {"item_id": "grows", "content_index": 0, "delta": "ہے۔ " * 2500}
    async with target.calling_stranger() as page:
        await page.batch(message("grows", [], role="assistant"))
        for _piece in range(100):
            await page.batch({"type": "response.output_audio_transcript.delta", **delta})
        await page.phase("ended", reason="stopped")
        await page.settle()


async def move_the_head(target: Target) -> None:
    """Move the first item of a chain to and fro, and with it all that follow."""
    async with target.calling_stranger() as page:
        await page.batch(message("other", written("y")))
        await _many(page, chain(ITEMS - 1000))
        moves = [message("i0", [], after=after) for after in ("other", "root") * 20]
        await page.batch(*moves)
        await _until_idle(page)


async def many_parts(target: Target) -> None:
    """Send one item of 2,000 content parts of one letter each, ten times."""
    parts: list[Event] = [{"type": "text", "text": "a"}] * 2000
    async with target.calling_stranger() as page:
        for _frame in range(10):
            await page.batch(message("parts", parts))
        await _until_idle(page)


async def copy_download_search(target: Target) -> None:
    """Copy, download in every format and search, sixty times each; these are no events of the bridge."""
    async with target.calling_stranger() as page:
        await _many(page, (message(f"s{n}", written("سلام " * 40)) for n in range(ITEMS // 2)))
        await _until_idle(page)
        for round_ in range(60):
            await page.trigger("copy")
            await page.trigger("download", ("txt", "md", "json", "srt", "vtt")[round_ % 5])
            await page.trigger("search", "س")
            await page.trigger("step", 1)
        await _until_idle(page)


async def scroll_the_window(target: Target) -> None:
    """Ask for earlier and later bubbles as fast as frames can be sent."""
    async with target.calling_stranger() as page:
        await _many(page, (message(f"s{n}", written("سلام " * 10)) for n in range(ITEMS // 2)))
        for _round in range(400):
            await page.trigger("earlier")
            await page.trigger("later")
            await page.trigger("latest")
        await _until_idle(page)


async def new_items(target: Target) -> None:
    """Send five hundred new items a second for five seconds."""
    async with target.calling_stranger() as page:
        for tick in range(50):
            await page.batch(*(message(f"n{tick}_{n}", written("x")) for n in range(50)))
            await asyncio.sleep(0.1)
        await _until_idle(page)


async def unknown_frames(target: Target) -> None:
    """Send 3,000 frames that are no socket.io, or have unknown events or listeners."""
    async with target.calling_stranger() as page:
        for number in range(1000):
            await page.send_frame('42["event",{"id":')
            await page.emit(f"name{number}", {"client_id": page.client_id})
            await page.emit(
                "event", {"id": number, "client_id": page.client_id, "listener_id": "x", "args": []}
            )
        await asyncio.sleep(0.5)


async def page_settings(target: Target) -> None:
    """Change the settings of the call 1,500 times; each change may send the session an update."""
    voices = ("marin", "cedar")
    async with target.calling_stranger() as page:
        for number in range(1500):
            choice = {"voice": voices[number % 2], "speed": 0.5 + number % 10 / 10}
            await page.batch({"type": "guftagu.choice", "choice": choice})
        await _until_idle(page)


async def redials(target: Target) -> None:
    """Press Start, and dial again at once, 200 times."""
    async with target.calling_stranger() as page:
        for attempt in range(2, 202):
            await page.phase("redialling", attempt)
            await page.phase("microphone", attempt)
        await page.settle()
