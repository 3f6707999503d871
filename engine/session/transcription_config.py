"""The session object of a transcription session: only how to listen, for nothing answers."""

from typing import Any, ClassVar, Literal

from engine.http.api_error import EngineError
from engine.http.validation import StrictObject, validated
from engine.session.session_config import (
    AudioInput,
    InputTranscription,
    SemanticVad,
    ServerVad,
    SessionConfig,
    merged_session,
    new_session,
    updated_session,
)

LIVE_MODELS = ("gpt-live-transcribe", "gpt-realtime-whisper")
"""They write while the caller speaks, and take no turn detection."""


class TranscriptionAudio(StrictObject):
    """`audio`; there is no output."""

    input: AudioInput = AudioInput()


class TranscriptionConfig(StrictObject):
    """The whole effective session."""

    object_name: ClassVar[str] = "realtime.transcription_session"
    type: Literal["transcription"]
    audio: TranscriptionAudio = TranscriptionAudio()
    include: list[Literal["item.input_audio_transcription.logprobs"]] | None = None

    @property
    def turn_detection(self) -> ServerVad | SemanticVad | None:
        """None is manual."""
        return self.audio.input.turn_detection

    @property
    def transcription(self) -> InputTranscription:
        """What the recogniser is told; words are wanted even where it is told nothing."""
        return self.audio.input.transcription or InputTranscription()


AnyConfig = SessionConfig | TranscriptionConfig


def new_session_of_any_type(data: Any) -> AnyConfig:
    """Return the effective session of a session object of either type.

    :raises ApiError: naming the field
    """
    if isinstance(data, dict) and data.get("type") == "transcription":
        return _fit_for_model(validated(TranscriptionConfig, data, "session"), data)
    return new_session(data)


def updated_session_of_any_type(current: AnyConfig, patch: Any, *, has_spoken: bool) -> AnyConfig:
    """Return `current` with a `session.update` laid over it; what that leaves out stays.

    :raises ApiError: naming the field
    """
    if isinstance(current, SessionConfig):
        return updated_session(current, patch, has_spoken=has_spoken)
    merged = merged_session(current.model_dump(), patch)
    return _fit_for_model(validated(TranscriptionConfig, merged, "session"), patch)


def _fit_for_model(config: TranscriptionConfig, said: dict[str, Any]) -> TranscriptionConfig:
    """Manual commits where the model takes no others.

    :raises ApiError: when the client itself asked for turns of such a model
    """
    if config.transcription.model not in LIVE_MODELS or config.turn_detection is None:
        return config
    if "turn_detection" in ((said.get("audio") or {}).get("input") or {}):
        raise EngineError(
            "Turn detection is not supported for this transcription model.",
            code="invalid_value",
            param="session.audio.input.turn_detection",
        )
    listening = config.audio.input.model_copy(update={"turn_detection": None})
    return config.model_copy(update={"audio": TranscriptionAudio(input=listening)})
