"""What a caller may do to a running call beside talking and typing: hold a button, stop an answer, adjust.

Everything goes through `call.send`, so a controlled call is steered over its sideband like any other. Only
the sound of a turn is the browser's own where it has a channel (`static/talk.js`): it clears what was heard
as the button goes down and commits as it comes up. A word said during a round trip to here would be lost.
"""

from typing import Any, Literal, get_args

from agents.persona import Persona
from calls.call import Call
from calls.choice import Choice
from calls.events import CallChange, PhaseChanged
from realtime.client_events import (
    input_audio_buffer_clear,
    input_audio_buffer_commit,
    response_create,
    session_update,
)
from realtime.conversation.changes import ActivityChanged, ErrorReported
from realtime.session import voice_field

COMMIT_EMPTY = "input_audio_buffer_commit_empty"
EXPECTED_ERRORS = frozenset({COMMIT_EMPTY, "response_cancel_not_active"})
"""Of a button pressed for nothing, or a moment too late: nothing a caller needs to be told."""
VOICE_LATER = "voice_later"
Action = Literal["press", "release", "drop", "answer", "stop_answer"]
ACTIONS: tuple[Action, ...] = get_args(Action)


class CallControls:
    """The controls of one call."""

    def __init__(self, call: Call, persona: Persona) -> None:
        """Create the call controls.

        :param persona: the call's, before its caller chose anything
        """
        self._call = call
        self._persona = persona
        self._session = call.persona
        """As the provider's session has it."""
        call.watch(self._follow)

    def act(self, action: Action) -> None:
        """Do what a button of the page stands for; while no session listens, nothing."""
        if self._call.phase != "live":
            return
        match action:
            case "press":
                self.press()
            case "release":
                self.release()
            case "drop":
                self.drop()
            case "answer":
                self.answer()
            case "stop_answer":
                self.stop_answer()

    # -- talking by a button -----------------------------------------------------------------------

    def press(self) -> None:
        """Begin the caller's turn: silence the agent and forget what was heard before."""
        self._call.acted()
        self._call.interrupt()
        self._send_if_controlled(input_audio_buffer_clear())

    def release(self) -> None:
        """End the caller's turn and ask for an answer."""
        self._call.acted()
        self._send_if_controlled(input_audio_buffer_commit())
        if self._call.persona.turn_detection.create_response:
            self.answer()

    def drop(self) -> None:
        """Drop what was heard: it was no turn."""
        self._send_if_controlled(input_audio_buffer_clear())

    def _send_if_controlled(self, event: dict[str, Any]) -> None:
        """Send an event that the browser of a bridged call sends by itself."""
        if self._call.controlled:
            self._call.send(event)

    # -- the answer --------------------------------------------------------------------------------

    def answer(self) -> None:
        """Ask for an answer now."""
        self._call.send(response_create())

    def stop_answer(self) -> None:
        """Let the agent fall silent."""
        self._call.acted()
        self._call.interrupt()

    # -- settings ----------------------------------------------------------------------------------

    def adjust(self, choice: Choice) -> None:
        """Go on as the caller chose: now, or as soon as the session takes it."""
        persona = choice.applied_to(self._persona)
        voice_changed = persona.voice != self._call.persona.voice
        self._call.persona = persona
        if voice_changed and self._has_spoken and persona.voice != self._session.voice:
            self._call.notice(VOICE_LATER)
        self._catch_up()

    def redialled(self) -> None:
        """Another session is about to be created, with all that was chosen so far."""
        self._session = self._call.persona

    def _follow(self, changes: list[CallChange]) -> None:
        if any(isinstance(change, ErrorReported) and change.code == COMMIT_EMPTY for change in changes):
            self._call.interrupt()  # There is nothing to be answered.
        if any(isinstance(change, PhaseChanged | ActivityChanged) for change in changes):
            self._catch_up()

    def _catch_up(self) -> None:
        if self._call.phase != "live" or self._session is self._call.persona:
            return
        reachable = self._reachable()
        audio = _difference(self._session, reachable)
        self._session = reachable
        if audio:
            self._call.send(session_update({"audio": audio}))

    def _reachable(self) -> Persona:
        """Return what is wanted, less what the session would refuse now."""
        later: dict[str, Any] = {}
        if self._has_spoken:
            later["voice"] = self._session.voice
        if self._call.conversation.activity in ("thinking", "agent_speaking"):
            later["speed"] = self._session.speed  # It changes between turns only.
        return self._call.persona.model_copy(update=later) if later else self._call.persona

    @property
    def _has_spoken(self) -> bool:
        return self._call.conversation.agent_has_spoken


def _difference(before: Persona, after: Persona) -> dict[str, Any]:
    """Return the `audio` of a `session.update` that leads from one to the other; empty when nothing does."""
    old, new = _audio(before), _audio(after)
    changed = {
        side: {name: value for name, value in fields.items() if value != old[side][name]}
        for side, fields in new.items()
    }
    return {side: fields for side, fields in changed.items() if fields}


def _audio(persona: Persona) -> dict[str, dict[str, Any]]:
    spec = persona.session()
    return {
        "input": {"turn_detection": spec.turn_detection, "noise_reduction": spec.noise_reduction},
        "output": {"voice": voice_field(spec.voice), "speed": spec.speed or 1.0},
    }
