"""`POST /extract-profile`: what a conversation tells of the customer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter

from agents.known_caller import with_profile
from agents.persona import Persona
from calls.call import Call
from calls.channels.api_session import ApiSession
from calls.channels.api_session_registry import ApiSessionRegistry
from calls.registry import Registry
from calls.services.metering import Meter
from calls.services.profile_extraction import Extraction, SaidMessage, said_in
from calls.services.profile_schema import CUSTOMER, is_profile_schema
from server.api.authentication import CurrentReader, Reader
from server.api.schemas import Profile, ProfileWanted
from server.errors import ApiError, session_unknown
from store.records import Records

MAX_SCHEMA_CHARS = 16_000


@dataclass(frozen=True, slots=True)
class Subject:
    """What is live of the session that a profile is of, and what was said in it."""

    said: list[SaidMessage]
    persona: Persona | None
    session: ApiSession | None = None
    call: Call | None = None
    meter: Meter | None = None

    def told(self, profile: dict[str, Any]) -> Profile:
        """Tell the live session of the profile."""
        if self.session:
            pushed = self.session.know(profile)
            return Profile(profile=profile, instructions=self.session.instructions, pushed=pushed)
        persona = self.persona and with_profile(self.persona, profile)
        instructions = persona.session().instructions if persona else ""
        pushed = self.call is not None and self.call.know(profile)
        return Profile(profile=profile, instructions=instructions, pushed=pushed)


def profile_routes(
    extraction: Extraction,
    records: Records,
    sessions: ApiSessionRegistry,
    registry: Registry,
    personas: Mapping[str, Persona],
) -> APIRouter:
    """Return a key has profiles written of what it opened, the admin of every call."""
    router = APIRouter(tags=["profiles"])

    async def subject_of(session_id: str, reader: Reader) -> Subject:
        if session := sessions.get(session_id, reader.owner):
            items = session.call.conversation.items
            return Subject(said_in(items), session.call.persona, session=session, meter=session.meter)
        record = await records.get_session(session_id)
        if record is None or not reader.may_see(record.owner):
            raise session_unknown()
        if call := registry.live_call(session_id):
            running_services = registry.services.of(call.id)
            meter = running_services.meter if running_services else None
            return Subject(said_in(call.conversation.items), call.persona, call=call, meter=meter)
        return Subject(said_in(await records.items(session_id)), personas.get(record.persona))

    @router.post("/extract-profile")
    async def extract_profile(wanted: ProfileWanted, reader: CurrentReader) -> Profile:
        """Write a profile of the customer from the transcript, and tell the agent of it where it is live.

        Of an ended call only the stored transcript is left, in which numbers are masked.
        """
        schema = wanted.wanted or CUSTOMER
        if not is_profile_schema(schema) or len(json.dumps(schema)) > MAX_SCHEMA_CHARS:
            sentence = f"schema: takes an object with properties, of at most {MAX_SCHEMA_CHARS} characters."
            raise ApiError(400, "bad_schema", sentence)
        subject = await subject_of(wanted.session_id, reader)
        if not subject.said:
            raise ApiError(409, "nothing_said", "Nothing was said yet, or no words are kept of it.")
        registry.check_money()
        profile = await extraction.profile(
            wanted.session_id,
            subject.said,
            schema,
            registry.services,
            subject.meter,
            registry.safety_identifier(reader.owner or wanted.session_id),
        )
        return subject.told(profile)

    return router
