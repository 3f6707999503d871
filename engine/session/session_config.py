"""The session object: what a client may set, the effective defaults, and how `session.update` merges."""

from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field

from engine.http.api_error import EngineError
from engine.http.validation import Sparse, StrictObject, validated

DEFAULT_MODEL = "guftagu-engine"
DEFAULT_INSTRUCTIONS = "You are a helpful, courteous assistant. Answer briefly."

Modalities = Annotated[list[Literal["audio", "text"]], Field(min_length=1, max_length=1)]
Instructions = Annotated[str, Field(max_length=100_000)]
"""Persona and guide together; the rules read them whole."""
Name = Annotated[str, Field(max_length=256)]
Metadata = Annotated[
    dict[Annotated[str, Field(max_length=64)], Annotated[str, Field(max_length=512)]], Field(max_length=16)
]
MaxTokens = Annotated[int, Field(ge=1)] | Literal["inf"]


PCM_RATE: Final = 24_000
"""Samples a second of sound that is sent over a WebSocket, either way."""


class AudioFormat(Sparse):
    """Accepted and shown, though WebRTC negotiates its own."""

    type: Literal["audio/pcm", "audio/pcmu", "audio/pcma"] = "audio/pcm"
    rate: Literal[24000] | None = None


class NoiseReduction(Sparse):
    """Accepted and shown; browsers reduce noise themselves."""

    type: Literal["near_field", "far_field"]
    strength: float | None = None


class InputTranscription(Sparse):
    """The recogniser of the caller's words, with its hints."""

    model: Name | None = None
    language: Name | None = None
    languages: Annotated[list[Name], Field(max_length=100)] | None = None
    keywords: Annotated[list[Name], Field(max_length=1000)] | None = None
    prompt: Annotated[str, Field(max_length=16_384)] | None = None
    delay: Literal["minimal", "low", "medium", "high", "xhigh"] | None = None


class ServerVad(StrictObject):
    """Turns end after a stretch of silence."""

    type: Literal["server_vad"] = "server_vad"
    threshold: Annotated[float, Field(ge=0, le=1)] = 0.5
    prefix_padding_ms: Annotated[int, Field(ge=0)] = 300
    silence_duration_ms: Annotated[int, Field(ge=0)] = 500
    idle_timeout_ms: Annotated[int, Field(ge=5000, le=30000)] | None = None
    create_response: bool = True
    interrupt_response: bool = True


class SemanticVad(StrictObject):
    """Accepted; the engine understands no meaning and waits longer the less eager it shall be."""

    type: Literal["semantic_vad"]
    eagerness: Literal["low", "medium", "high", "auto"] = "auto"
    create_response: bool = True
    interrupt_response: bool = True


TurnDetection = Annotated[ServerVad | SemanticVad, Field(discriminator="type")] | None


class AudioInput(StrictObject):
    """`audio.input`."""

    format: AudioFormat = AudioFormat(rate=PCM_RATE)
    noise_reduction: NoiseReduction | None = None
    transcription: InputTranscription | None = None
    turn_detection: TurnDetection = ServerVad()


class CustomVoice(StrictObject):
    """A voice made by a customer."""

    id: str


class OutputAudioConfig(StrictObject):
    """`audio.output`."""

    format: AudioFormat = AudioFormat(rate=PCM_RATE)
    voice: str | CustomVoice = "marin"
    speed: Annotated[float, Field(ge=0.25, le=1.5)] = 1.0


class Audio(StrictObject):
    """`audio`."""

    input: AudioInput = AudioInput()
    output: OutputAudioConfig = OutputAudioConfig()


class FunctionTool(Sparse):
    """A function that the model may call; `parameters` is JSON Schema."""

    type: Literal["function"]
    name: str = Field(min_length=1, max_length=64)
    description: Annotated[str, Field(max_length=4096)] | None = None
    parameters: dict[str, Any] | None = None


class NamedFunction(StrictObject):
    """`tool_choice` that forces one function."""

    type: Literal["function"]
    name: str


Tools = Annotated[list[FunctionTool], Field(max_length=128)]
"""As many as the API takes."""
ToolChoice = Literal["auto", "none", "required"] | NamedFunction


def _audio() -> list[Literal["audio", "text"]]:
    return ["audio"]


class SessionConfig(StrictObject):
    """The whole effective session."""

    object_name: ClassVar[str] = "realtime.session"
    type: Literal["realtime"]
    model: Name = DEFAULT_MODEL
    output_modalities: Modalities = Field(default_factory=_audio)
    instructions: Instructions = DEFAULT_INSTRUCTIONS
    audio: Audio = Audio()
    tools: Tools = Field(default_factory=list)
    tool_choice: ToolChoice = "auto"
    max_output_tokens: MaxTokens = "inf"
    truncation: Literal["auto", "disabled"] | dict[str, Any] = "auto"
    tracing: Literal["auto"] | dict[str, Any] | None = None
    include: list[Literal["item.input_audio_transcription.logprobs"]] | None = None
    reasoning: dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    prompt: None = None
    """The engine stores no prompts."""

    @property
    def turn_detection(self) -> ServerVad | SemanticVad | None:
        """None is manual."""
        return self.audio.input.turn_detection

    @property
    def transcription(self) -> InputTranscription | None:
        """What the recogniser is told; None: nobody wants to know the caller's words."""
        return self.audio.input.transcription


def new_session(data: Any, param: str = "session") -> SessionConfig:
    """Return the effective session of a conversation, from a session object as a client creates it.

    :param param: what the client calls it; empty for a whole body
    :raises ApiError: naming the field
    """
    return validated(SessionConfig, data, param)


def updated_session(current: SessionConfig, patch: Any, *, has_spoken: bool) -> SessionConfig:
    """Return `current` with a `session.update` laid over it; what that leaves out stays.

    :raises ApiError: naming the field
    """
    updated = validated(SessionConfig, merged_session(current.model_dump(), patch), "session")
    if updated.model != current.model:
        raise EngineError(
            "The model of a session cannot be changed.", code="invalid_value", param="session.model"
        )
    if has_spoken and updated.audio.output.voice != current.audio.output.voice:
        raise EngineError(
            "The voice cannot be changed after the assistant has spoken.",
            code="cannot_update_voice",
            param="session.audio.output.voice",
        )
    return updated


def merged_session(current: dict[str, Any], patch: Any) -> Any:
    """Return a session object with a client's patch laid over it, down to the sides of `audio`."""
    if not isinstance(patch, dict):
        return patch
    merged = {**current, **patch}
    if "type" not in patch:
        del merged["type"]
    if isinstance(patch.get("audio"), dict):
        merged["audio"] = {**current["audio"], **patch["audio"]}
        for side in ("input", "output"):
            if isinstance(patch["audio"].get(side), dict) and side in current["audio"]:
                merged["audio"][side] = {**current["audio"][side], **patch["audio"][side]}
    return merged
