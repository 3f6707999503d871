"""What we send to a provider is what the official SDK's types call a session."""

from pathlib import Path

from openai.types.realtime import RealtimeSessionCreateRequest

from calls.persona import load_persona
from engine.session_config import new_session
from realtime.session import build_session

JSBANK = Path(__file__).parents[2] / "personas/jsbank"


def test_the_session_of_a_persona_is_whole_and_has_nothing_unknown() -> None:
    session = build_session(load_persona(JSBANK).session())
    understood = RealtimeSessionCreateRequest.model_validate(session)
    assert understood.model_dump(exclude_unset=True) == session
    assert understood.model_extra == {}
    assert understood.audio is not None
    assert understood.audio.model_extra == {}


def test_the_engine_takes_it() -> None:
    session = build_session(load_persona(JSBANK).session())
    assert new_session(session).audio.input.transcription is not None
