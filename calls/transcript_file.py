"""The caller's own conversation as a file: what the page shows, unmasked, for it goes to nobody else."""

import asyncio
from collections.abc import Callable

from calls.call import Call
from calls.time_slice import TimeSlice
from realtime.conversation.item import Item
from transcripts.conversation import (
    ExportedLine,
    Phrases,
    TranscriptMeta,
    to_json,
    to_md,
    to_srt,
    to_txt,
    to_vtt,
)

__all__ = ["FORMS", "Phrases", "Shown", "TranscriptMeta", "transcript_file"]

FORMS = {
    "txt": (to_txt, "text/plain"),
    "md": (to_md, "text/markdown"),
    "json": (to_json, "application/json"),
    "srt": (to_srt, "application/x-subrip"),
    "vtt": (to_vtt, "text/vtt"),
}
"""Ending of the name: what writes it, and its media type."""

Shown = Callable[[Item], tuple[str, str]]
"""What the page shows of an item: its text, and the ISO 639 code of its language."""


async def transcript_file(call: Call, form: str, meta: TranscriptMeta, shown: Shown) -> str:
    """Return the text of the file, made in slices and written in a thread.

    A long conversation takes some 100 ms of each.

    :param form: one of `FORMS`
    """
    lines = []
    time_slice = TimeSlice()
    for item in call.conversation.items:
        if item.role != "system":
            lines.append(_line(call, item, *shown(item)))
        await time_slice.pause_when_over()
    return await asyncio.to_thread(FORMS[form][0], lines, meta)


def _line(call: Call, item: Item, text: str, language: str) -> ExportedLine:
    return ExportedLine(
        item_id=item.id,
        role=item.role,
        text=text,
        start_ms=_since_begin(call, item.started_at_ms),
        end_ms=_since_begin(call, item.ended_at_ms),
        heard=item.heard,
        interrupted=item.interrupted,
        source="provider" if call.controlled else "browser",
        language=language,
        kind=item.kind,
        tool=item.name,
    )


def _since_begin(call: Call, at_ms: float | None) -> int | None:
    began_ms = call.conversation.began_at_ms
    return None if at_ms is None or began_ms is None else max(0, round(at_ms - began_ms))
