"""What we send to a provider is what the official SDK's types call a session."""

from pathlib import Path
from typing import Any

import pytest
from openai.types.realtime import RealtimeSessionCreateRequest, RealtimeTranscriptionSessionCreateRequest

from agents.persona import load_persona
from calls.channels.captions import Captions, CaptionsChoice, CaptionsGateway, Source
from commands import ask, transcribe
from engine.session.session_config import new_session
from engine.session.transcription_config import new_session_of_any_type
from realtime.client import RealtimeClient
from realtime.session import build_session
from tests.fakes.house import House
from tests.fakes.settings import given

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


@pytest.mark.parametrize("source", ["microphone", "tab"])
@pytest.mark.parametrize("model", ["gpt-transcribe", "gpt-live-transcribe", "whisper-1"])
def test_the_session_of_captions_is_whole_and_has_nothing_unknown(model: str, source: Source) -> None:
    settings = given(openai_api_key="sk-test", captions_model=model)
    house = House(settings)
    client = RealtimeClient(settings.provider_url, "sk-test", house.provider)
    listener = Captions(house.registry, client, settings, load_persona(JSBANK)).listener(
        CaptionsChoice("ur", source)
    )
    check_transcription(CaptionsGateway(client, settings).session(listener))


def test_the_session_of_transcribe_is_whole_and_has_nothing_unknown() -> None:
    check_transcription(transcribe._session(given(), "ur"))


def test_the_session_of_ask_is_whole_and_has_nothing_unknown() -> None:
    session = ask._session(load_persona(JSBANK), given())
    understood = RealtimeSessionCreateRequest.model_validate(session)
    assert understood.model_dump(exclude_unset=True) == session
    assert understood.model_extra == {}


def check_transcription(session: dict[str, Any]) -> None:
    """Check that the SDK finds nothing missing and nothing unknown."""
    understood = RealtimeTranscriptionSessionCreateRequest.model_validate(session)
    assert understood.model_dump(exclude_unset=True) == session
    assert understood.audio is not None and understood.audio.input is not None
    assert understood.audio.input.transcription is not None
    for part in (understood, understood.audio, understood.audio.input, understood.audio.input.transcription):
        assert part.model_extra == {}
    new_session_of_any_type(session)
