"""Greeting: the agent speaks first in a new call, by one `response.create` when the call goes live."""

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
    """Build the `response.create` of the greeting; the agent chooses the words if the persona sets none."""
    if not persona.greeting:
        return response_create()
    # The instructions of a response replace the session's: they hold only the words to say.
    return response_create(instructions=SAY_FIRST.format(greeting=persona.greeting))


def greet(call: Call) -> None:
    """Let the agent speak first once the call is live, if its persona has a greeting."""
    if not call.persona.greeting:
        return

    def follow(changes: Iterable[CallChange]) -> None:
        if any(isinstance(change, PhaseChanged) and change.phase == "live" for change in changes):
            unwatch()
            if call.conversation.is_empty:
                call.send(opening(call.persona))

    unwatch = call.watch(follow)
