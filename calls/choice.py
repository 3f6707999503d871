"""What a caller chose of the settings the persona leaves to them."""

from typing import Any, Literal

from pydantic import Field, ValidationError

from agents.persona import NoiseReduction, Persona, Strict, TurnDetection
from settings import VOICES as VOICES


class Choice(Strict):
    """None is: as the persona has it."""

    push_to_talk: bool = False
    """The caller says when a turn begins and ends; open to everybody, whatever the persona says."""
    voice: Literal[VOICES] | None = None  # type: ignore[valid-type]
    speed: float | None = Field(default=None, ge=0.5, le=1.5)
    noise_reduction: NoiseReduction | None = None
    turn_detection: TurnDetection | None = None
    """How turns are told apart hands-free."""
    answers: bool | None = None
    """Whether every turn is answered, or only when asked."""

    def applied_to(self, persona: Persona) -> Persona:
        """Return the persona as this caller gets it: only what it leaves to them is changed."""
        given = {str(name): getattr(self, name) for name in persona.adjustable}
        changed = {name: value for name, value in given.items() if value is not None}
        chosen = changed.pop("answers", None)
        detection = changed.get("turn_detection", persona.turn_detection)
        told = {
            "type": "manual" if self.push_to_talk else detection.type,
            "create_response": persona.turn_detection.create_response if chosen is None else chosen,
        }
        if chosen is False:
            told["interrupt_response"] = False  # An agent that only listens is not cut by what it hears.
        changed["turn_detection"] = detection.model_copy(update=told)
        return persona.model_copy(update=changed)


def choice_of(told: Any) -> Choice | None:
    """Return a browser's choice; None when it is none."""
    try:
        return Choice.model_validate(told)
    except ValidationError:
        return None
