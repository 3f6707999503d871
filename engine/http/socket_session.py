"""What a plain WebSocket asks for by its address: a conversation, or a transcription."""

from starlette.datastructures import QueryParams

from engine.http.api_error import EngineError
from engine.http.keys import Keys
from engine.session.session_config import new_session
from engine.session.transcription_config import AnyConfig, TranscriptionConfig

KEY_PROTOCOL = "openai-insecure-api-key."


def key_in(protocols: list[str]) -> str:
    """Return the key a browser offers as a subprotocol; empty without one."""
    named = (name for name in protocols if name.startswith(KEY_PROTOCOL))
    return next(named, "").removeprefix(KEY_PROTOCOL)


def session_of_socket(query: QueryParams, key: str, keys: Keys) -> AnyConfig:
    """Return the session to begin with.

    :raises ApiError: a wrong key, or an address that names no session or two
    """
    if not keys.is_server_key(key):
        return keys.session_of(key)
    intent, model = query.get("intent", "realtime"), query.get("model")
    if intent == "transcription":
        if model is not None:
            raise _wrong("model", "You must not provide a model parameter for transcription sessions.")
        return TranscriptionConfig(type="transcription")
    if intent != "realtime":
        raise _wrong("intent", f"Invalid value: {intent!r}.")
    if not model:
        raise EngineError("You must provide a model parameter.", code="missing_model", param="model")
    return new_session({"type": "realtime", "model": model})


def _wrong(param: str, message: str) -> EngineError:
    return EngineError(message, code="invalid_value", param=param)
