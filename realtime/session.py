"""Builders of the provider's session object (`type: "realtime"` or `"transcription"`), GA shape.

Optional fields are sent only when set: compatible servers and older models refuse what they do not know.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from realtime.model_name import undated

CUSTOM_VOICE = re.compile(r"voice_[A-Za-z0-9_-]{1,100}")
"""Id of a voice that the provider made for one customer."""
ABOUT_ANSWERS = frozenset({"create_response", "interrupt_response"})
"""Fields of `turn_detection` that make no sense where nothing answers."""


@dataclass(frozen=True, slots=True)
class SessionSpec:
    """Configuration of a call's session, from which the session object is built."""

    model: str
    """Name of the model, such as `gpt-realtime-2.1-mini`."""
    voice: str
    """Name of the voice, such as `verse`, or the id of a custom one."""
    instructions: str
    """System prompt of the agent, guide included."""
    transcription: dict[str, Any] | None = None
    """`audio.input.transcription`: model, languages, keywords; None leaves it off."""
    turn_detection: dict[str, Any] | None = None
    """`audio.input.turn_detection`; None is manual."""
    noise_reduction: dict[str, Any] | None = None
    """`audio.input.noise_reduction`, such as `{"type": "near_field"}`."""
    speed: float | None = None
    """`audio.output.speed`, 0.25 to 1.5."""
    tools: list[dict[str, Any]] = field(default_factory=list)
    """Function tools as the API takes them."""
    prompt_id: str | None = None
    """Id of a stored prompt; the provider ends these on 2026-11-30."""
    extra: dict[str, Any] = field(default_factory=dict)
    """Further top-level fields (`reasoning`, `truncation`, …), sent as they are."""


def build_session(spec: SessionSpec) -> dict[str, Any]:
    """Build the session object for `client_secrets`, the multipart form and `accept`."""
    audio_output: dict[str, Any] = {"voice": voice_field(spec.voice)}
    if spec.speed is not None:
        audio_output["speed"] = spec.speed
    session: dict[str, Any] = {
        "type": "realtime",
        "model": spec.model,
        "output_modalities": ["audio"],
        "instructions": spec.instructions,
        "audio": {"input": _audio_input(spec), "output": audio_output},
        **spec.extra,
    }
    if spec.tools:
        session["tools"] = spec.tools
    if spec.prompt_id:
        session["prompt"] = {"id": spec.prompt_id}
    return session


def voice_field(voice: str) -> str | dict[str, str]:
    """Return `audio.output.voice`: a name as it is, a custom voice by its id."""
    return {"id": voice} if CUSTOM_VOICE.fullmatch(voice) else voice


def build_transcription_session(spec: SessionSpec) -> dict[str, Any]:
    """Build the session object of a transcription session, which listens and does not answer."""
    audio_input = _audio_input(spec)
    if spec.turn_detection:
        audio_input["turn_detection"] = {
            name: value for name, value in spec.turn_detection.items() if name not in ABOUT_ANSWERS
        }
    return {"type": "transcription", "audio": {"input": audio_input}}


def _audio_input(spec: SessionSpec) -> dict[str, Any]:
    audio_input: dict[str, Any] = {"turn_detection": spec.turn_detection}
    if spec.transcription:
        audio_input["transcription"] = spec.transcription
    if spec.noise_reduction:
        audio_input["noise_reduction"] = spec.noise_reduction
    return audio_input


def transcription_for(model: str, languages: list[str], keywords: list[str]) -> dict[str, Any]:
    """Build `audio.input.transcription` with the hints that `model` takes.

    `gpt-transcribe` and `gpt-live-transcribe` take `languages` and `keywords`; others `language`, `prompt`.
    """
    if undated(model) in ("gpt-transcribe", "gpt-live-transcribe"):
        hints: dict[str, Any] = {"languages": languages, "keywords": keywords}
    else:
        prompt = ", ".join(keywords) if undated(model) != "gpt-realtime-whisper" else ""
        hints = {"language": languages[0] if languages else None, "prompt": prompt}
    return {"model": model, **{name: value for name, value in hints.items() if value}}
