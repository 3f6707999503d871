"""Reading and deleting what is recorded."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from calls.call import DELETED
from calls.channels.api_session_registry import ApiSessionRegistry
from calls.registry import Registry
from server.api.authentication import CurrentReader, Reader
from server.api.schemas import A_SESSION_ID, SessionInFull, SessionInPath, Sessions, SessionState
from server.errors import session_unknown
from store.models import ItemRecord, SessionRecord
from store.records import Records
from transcripts.conversation import (
    ExportedLine,
    TranscriptMeta,
    to_json,
    to_md,
    to_srt,
    to_txt,
    to_vtt,
)

Export = Callable[[Sequence[ExportedLine], TranscriptMeta], str]

MOST = 200


class Form(StrEnum):
    """The ways to write a transcript."""

    TXT = "txt"
    JSON = "json"
    MD = "md"
    SRT = "srt"
    VTT = "vtt"


FORMS: dict[Form, tuple[Export, str]] = {
    Form.TXT: (to_txt, "text/plain"),
    Form.JSON: (to_json, "application/json"),
    Form.MD: (to_md, "text/markdown"),
    Form.SRT: (to_srt, "application/x-subrip"),
    Form.VTT: (to_vtt, "text/vtt"),
}


AnyForm = Annotated[Form, Path(examples=[Form.SRT])]
EXAMPLES = {
    Form.TXT: "Shop\n2026-11-21 09:30 UTC\n\n[00:00] Caller: Salaam\n",
    Form.JSON: '{"session": {"session_id": "session_1", …}, "items": [{"text": "Salaam", …}]}',
    Form.MD: "# Shop\n\n**Caller** [00:00] Salaam\n",
    Form.SRT: "1\n00:00:00,000 --> 00:00:02,400\nCaller: Salaam\n",
    Form.VTT: "WEBVTT\n\n00:00:00.000 --> 00:00:02.400\n<v Caller>Salaam\n",
}
FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file.",
        "content": {
            media_type: {"schema": {"type": "string"}, "example": EXAMPLES[form]}
            for form, (_, media_type) in FORMS.items()
        },
    }
}


def record_routes(
    records: Records, sessions: ApiSessionRegistry, registry: Registry, titles: dict[str, str]
) -> APIRouter:
    """Return a key sees what it opened, the admin everything.

    :param titles: of the personas, by name
    """
    router = APIRouter(tags=["records"])

    async def visible(session_id: str, reader: Reader) -> SessionRecord:
        record = await records.get_session(session_id)
        if record is None or not reader.may_see(record.owner):
            raise session_unknown()
        return record

    @router.get("/sessions")
    async def list_sessions(
        reader: CurrentReader,
        limit: Annotated[int, Query(ge=1, le=MOST, examples=[50])] = 50,
        before: Annotated[str | None, Query(max_length=64, examples=[A_SESSION_ID])] = None,
    ) -> Sessions:
        """Return what is recorded, the newest first."""
        if before is not None:
            await visible(before, reader)
        found = await records.list_sessions(limit, before, reader.owner)
        following = found[-1].id if len(found) == limit else None
        return Sessions(sessions=[SessionState.of(each) for each in found], next=following)

    @router.get("/sessions/{session_id}")
    async def session(session_id: SessionInPath, reader: CurrentReader) -> SessionInFull:
        """One conversation with all that belongs to it."""
        record = await visible(session_id, reader)
        profile = await records.profile(session_id)
        return SessionInFull.with_parts(
            record,
            await records.items(session_id),
            await records.tool_calls(session_id),
            await records.usage(session_id),
            profile.data if profile else None,
        )

    @router.get("/sessions/{session_id}/transcript.{form}", response_class=Response, responses=FILES)
    async def transcript(session_id: SessionInPath, form: AnyForm, reader: CurrentReader) -> Response:
        """Return the conversation as a file."""
        record = await visible(session_id, reader)
        lines = [_line(item) for item in await records.items(session_id)]
        export, media_type = FORMS[form]
        named = {"Content-Disposition": f'attachment; filename="{record.id}.{form}"'}
        return Response(export(lines, _meta(record, titles)), headers=named, media_type=media_type)

    @router.delete("/sessions/{session_id}", status_code=204)
    async def delete(session_id: SessionInPath, reader: CurrentReader) -> None:
        """Hang up if it still goes on, and delete everything that is kept of it."""
        await visible(session_id, reader)
        if live := sessions.get(session_id, reader.owner):
            live.end(DELETED)
        registry.forget_session(session_id)
        await records.delete_session(session_id)

    return router


def _line(item: ItemRecord) -> ExportedLine:
    """Return the line of an item in a record."""
    return ExportedLine(
        item_id=item.item_id,
        role=item.role,
        text=item.text,
        start_ms=item.started_at_ms,
        end_ms=item.ended_at_ms,
        heard=item.heard,
        interrupted=item.interrupted,
        source=item.source,
        language=item.language,
        kind=item.kind,
    )


def _meta(record: SessionRecord, titles: dict[str, str]) -> TranscriptMeta:
    return TranscriptMeta(
        session_id=record.id,
        title=titles.get(record.persona, record.persona),
        opened_at=record.opened_at,
        closed_at=record.closed_at,
        topic=record.topic,
        summary=record.summary,
    )
