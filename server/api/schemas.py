"""What the API takes and gives, in JSON: camelCase names, times in ISO 8601, money as decimal text."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from calls.channels.api_session_registry import SessionChoice
from realtime.fields import well_formed
from realtime.json_size import MAX_DEPTH, json_size
from realtime.usage import known_usage
from store.models import ItemRecord, SessionRecord, ToolCallRecord, UsageRecord

MAX_REPORTED = 500
MAX_REPORTED_CHARS = 8000
MAX_OBJECT_UNITS = 20_000
"""Of an object whose fields are not known beforehand, as `realtime.json_size` counts; 160 KB of text."""

Name = Annotated[str, Field(min_length=1, max_length=64)]
A_SESSION_ID = "session_9f2c51d07ab34e68c1d2e3f4"
SessionId = Annotated[str, Field(max_length=64, examples=[A_SESSION_ID])]
SessionInPath = Annotated[str, Path(examples=[A_SESSION_ID])]


def _checked(value: dict[str, Any]) -> dict[str, Any]:
    if json_size(value, MAX_OBJECT_UNITS) is None:
        raise ValueError(f"takes an object of at most 160 KB, nested {MAX_DEPTH} deep at most")
    return value


AnyObject = Annotated[dict[str, Any], AfterValidator(_checked), AfterValidator(well_formed)]
"""A JSON object whose fields are the provider's or the client's to choose, of bounded size and depth."""


def examples(*shown: dict[str, Any]) -> ConfigDict:
    """Return the schema's examples: how a shape looks when it is used."""
    return ConfigDict(json_schema_extra={"examples": list(shown)})


class Shape(BaseModel):
    """One JSON object."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        serialize_by_alias=True,
        use_attribute_docstrings=True,
        extra="forbid",
    )


class Wanted(Shape):
    """What the agent of a session is to be; whatever is left out is the deployment's to say."""

    model: Name | None = None
    voice: Name | None = None


class TokenWanted(Wanted):
    """Body of `POST /token`."""

    model_config = examples({}, {"model": "gpt-realtime-2.1", "voice": "marin"})


class SessionWanted(Wanted):
    """Body of `POST /session`."""

    model_config = examples({}, {"persona": "jsbank", "voice": "marin"}, {"relayed": True})
    persona: Name | None = None
    transcription: Name | None = None
    """The recogniser's model."""
    relayed: bool = False
    """The client will post its offer to `/session/{id}/call`, and needs no secret.

    Personas whose calls the server controls ask for it.
    """

    def choice(self) -> SessionChoice:
        """Return what the client asks for."""
        return SessionChoice(self.persona, self.model, self.voice, self.transcription)


class Token(Shape):
    """A client secret, good for a minute."""

    model_config = examples(
        {"clientSecret": "ek_68af296e8e408191a1120ab6383263c2", "expiresAt": 1790000060, "raw": {}}
    )
    client_secret: str
    expires_at: int
    """Unix seconds."""
    raw: dict[str, Any]
    """The provider's whole answer."""


class Opened(Shape):
    """A session, and the secret for its provider session."""

    model_config = examples(
        {
            "sessionId": A_SESSION_ID,
            "clientSecret": "ek_68af296e8e408191a1120ab6383263c2",
            "expiresAt": 1790000060,
        }
    )
    session_id: str
    client_secret: str | None
    """None for a relayed session."""
    expires_at: int | None


class RenewalWanted(Shape):
    """Body of `POST /session/renew`."""

    model_config = examples({"sessionId": A_SESSION_ID})
    session_id: SessionId


class Renewed(Opened):
    """The same session, ready for another provider session."""

    model_config = examples(
        {
            "sessionId": A_SESSION_ID,
            "clientSecret": "ek_68af296e8e408191a1120ab6383263c2",
            "expiresAt": 1790000060,
            "history": [
                {
                    "type": "conversation.item.create",
                    "item": {
                        "id": "item_1",
                        "type": "message",
                        "role": "user",
                        "content": [{"type": "input_text", "text": "I lost my card."}],
                    },
                }
            ],
        }
    )
    history: list[dict[str, Any]]
    """Client events that give the new provider session its memory. The server sends them itself where it
    controls the call."""


class ReportedItem(Shape):
    """One message, when the client has words and no events."""

    model_config = examples({"role": "user", "text": "I lost my card.", "id": "item_1"})
    role: Literal["user", "assistant"]
    text: Annotated[str, Field(min_length=1, max_length=MAX_REPORTED_CHARS, repr=False)]
    id: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    """An id that was reported before is the same message."""


class Reported(Shape):
    """Body of `POST /session/{id}/events`: the provider's events as they came, or messages."""

    model_config = examples(
        {"items": [{"role": "user", "text": "I lost my card."}]},
        {
            "events": [
                {
                    "type": "conversation.item.input_audio_transcription.completed",
                    "item_id": "item_1",
                    "transcript": "I lost my card.",
                }
            ]
        },
    )
    events: Annotated[list[AnyObject], Field(max_length=MAX_REPORTED)] = Field(default=[], repr=False)
    items: Annotated[list[ReportedItem], Field(max_length=MAX_REPORTED)] = []


class Taken(Shape):
    """What a report led to."""

    model_config = examples({"taken": 1, "send": []})
    taken: int
    """How many events and items were read."""
    send: list[dict[str, Any]]
    """Client events to send to the provider's session now, such as the output of a tool that ran here."""


class ProfileWanted(Shape):
    """Body of `POST /extract-profile`."""

    model_config = examples(
        {"sessionId": A_SESSION_ID},
        {
            "sessionId": A_SESSION_ID,
            "schema": {
                "type": "object",
                "properties": {"city": {"type": ["string", "null"]}},
                "required": ["city"],
                "additionalProperties": False,
            },
        },
    )
    session_id: SessionId
    wanted: AnyObject | None = Field(default=None, alias="schema")
    """JSON schema of an object; without it the customer profile."""


class Profile(Shape):
    """A profile, and what the agent is to be told."""

    model_config = examples(
        {
            "profile": {
                "name": "Ayesha Khan",
                "phone": None,
                "city": "Lahore",
                "account_type": "savings",
                "need": "Block a lost card",
                "sentiment": "neutral",
                "follow_up": None,
            },
            "instructions": "…",
            "pushed": True,
        }
    )
    profile: dict[str, Any]
    instructions: str
    """The agent's instructions with the profile in them."""
    pushed: bool
    """The live session has them already; otherwise they are the client's to send (`session.update`)."""


A_SESSION = {
    "id": A_SESSION_ID,
    "persona": "jsbank",
    "kind": "api",
    "control": "controlled",
    "openedAt": "2026-11-21T09:30:00Z",
    "closedAt": "2026-11-21T09:34:10Z",
    "reason": "stopped",
    "model": "gpt-realtime-2.1-mini",
    "voice": "verse",
    "language": "ur",
    "costUsd": "0.0072056",
    "topic": "A lost card",
    "summary": "The caller lost a card. The agent blocked it.",
}
AN_ITEM = {
    "itemId": "item_1",
    "role": "assistant",
    "kind": "message",
    "source": "provider",
    "text": "I block the card •••• •••• •••• 1111 now.",
    "heard": 16,
    "startedAtMs": 0,
    "endedAtMs": 2400,
    "interrupted": True,
    "finished": True,
}
A_USAGE = {
    "source": "response",
    "reference": "resp_1",
    "model": "gpt-realtime-2.1-mini",
    "usage": {"input_tokens": 320, "output_tokens": 120},
    "costUsd": "0.0072056",
    "at": "2026-11-21T09:30:04Z",
}
A_TOOL_CALL = {
    "callId": "call_1",
    "name": "block_card",
    "status": "done",
    "startedAt": "2026-11-21T09:32:00Z",
    "tookMs": 14,
    "arguments": '{"reason": "lost"}',
    "output": '{"blocked": true}',
}


class SessionState(Shape):
    """One conversation as it is recorded."""

    model_config = examples(A_SESSION)
    id: str
    persona: str
    kind: str
    control: str
    opened_at: datetime
    closed_at: datetime | None
    reason: str | None
    """Why it ended."""
    model: str | None
    voice: str | None
    language: str | None
    cost_usd: str
    topic: str | None
    summary: str | None

    @classmethod
    def of(cls, record: SessionRecord) -> "SessionState":
        """Return the shape of a record."""
        return cls(**_fields(cls, record))


class Sessions(Shape):
    """Some sessions, the newest first."""

    model_config = examples({"sessions": [A_SESSION], "next": A_SESSION_ID})
    sessions: list[SessionState]
    next: str | None
    """Give it as `before` to see those opened earlier; None: there are none."""


class TranscriptItem(Shape):
    """One item of a conversation; card numbers and the like are masked."""

    model_config = examples(AN_ITEM)
    item_id: str
    role: str
    kind: str
    source: str
    """Who told of it: `provider`, `browser` or `client`."""
    text: str
    heard: int | None
    """Characters that were played before the caller cut in."""
    started_at_ms: int | None
    ended_at_ms: int | None
    interrupted: bool
    finished: bool


class Usage(Shape):
    """What the provider bills for one response, transcription, extraction or summary."""

    model_config = examples(A_USAGE)
    source: str
    reference: str
    model: str
    usage: dict[str, Any]
    cost_usd: str
    at: datetime


class ReportedToolCall(Shape):
    """A tool the agent called."""

    model_config = examples(A_TOOL_CALL)
    call_id: str
    name: str
    status: str
    started_at: datetime
    took_ms: int | None
    arguments: str | None
    output: str | None


class SessionInFull(SessionState):
    """One conversation, and all that belongs to it."""

    model_config = examples(
        {
            **A_SESSION,
            "items": [AN_ITEM],
            "toolCalls": [A_TOOL_CALL],
            "usage": [A_USAGE],
            "profile": {"city": "Lahore"},
        }
    )
    items: list[TranscriptItem]
    tool_calls: list[ReportedToolCall]
    usage: list[Usage]
    profile: dict[str, Any] | None

    @classmethod
    def with_parts(
        cls,
        record: SessionRecord,
        items: list[ItemRecord],
        tool_calls: list[ToolCallRecord],
        usage: list[UsageRecord],
        profile: dict[str, Any] | None,
    ) -> "SessionInFull":
        """Return the record with all that belongs to it."""
        return cls(
            **_fields(SessionState, record),
            items=[TranscriptItem(**_fields(TranscriptItem, each)) for each in items],
            tool_calls=[ReportedToolCall(**_fields(ReportedToolCall, each)) for each in tool_calls],
            usage=[Usage(**_fields(Usage, each)) for each in usage],
            profile=well_formed(profile),
        )


def _fields(shape: type[Shape], record: object) -> dict[str, Any]:
    values = {name: getattr(record, name) for name in shape.model_fields}
    if "cost_usd" in values:
        values["cost_usd"] = f"{values['cost_usd']:f}"
    if "usage" in values:  # A record of an earlier version holds whatever was reported.
        values["usage"] = known_usage(values["usage"])
    return values
