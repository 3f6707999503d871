"""The agent speaks first: one `response.create` when a call goes live, none where one goes on."""

from collections.abc import Iterable
from typing import Any

from agents.persona import Persona
from calls.call import Call
from calls.events import CallChange, PhaseChanged
from realtime.client_events import response_create

SAY_FIRST = (
    "The call has just begun and the caller has heard nothing yet. "
    "Say exactly this, then wait for them: «{greeting}»"
)


def opening(persona: Persona) -> dict[str, Any]:
    """The `response.create` that lets the agent begin; its own words where the persona sets none."""
    if not persona.greeting:
        return response_create()
    # The instructions of a response stand in for the session's, so what it is to say is all they hold.
    return response_create(instructions=SAY_FIRST.format(greeting=persona.greeting))


def greet(call: Call) -> None:
    """Let the agent of this call speak first, if its persona has a greeting, once it is live."""
    if not call.persona.greeting:
        return

    def follow(changes: Iterable[CallChange]) -> None:
        if any(isinstance(change, PhaseChanged) and change.phase == "live" for change in changes):
            unwatch()
            if call.conversation.is_empty:
                call.send(opening(call.persona))

    unwatch = call.watch(follow)
