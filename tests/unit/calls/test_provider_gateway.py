import httpx
import pytest

from calls.provider_gateway import ProviderGateway
from realtime.client import RealtimeClient
from realtime.failures import ProviderFailure
from tests.fakes.house import OFFER, PERSONA
from tests.fakes.rest_provider import RestProvider
from tests.fakes.settings import given


def gateway(provider: httpx.AsyncBaseTransport, **values: object) -> ProviderGateway:
    settings = given(storage_secret="salt" * 8, **values)
    return ProviderGateway(RealtimeClient("http://provider/v1", "sk", provider), settings)


async def test_settings_override_the_personas_model_voice_and_transcription() -> None:
    provider = RestProvider()
    overridden = gateway(provider, openai_model="m", openai_voice="v", openai_transcription_model="whisper-1")
    await overridden.place(PERSONA, "visitor", OFFER)
    session = provider.session()
    assert (session["model"], session["audio"]["output"]["voice"]) == ("m", "v")
    assert session["audio"]["input"]["transcription"]["model"] == "whisper-1"


async def test_the_provider_gets_a_stable_pseudonym_and_never_the_visitors_id() -> None:
    provider = RestProvider()
    for visitor in ("alice", "alice", "bob"):
        await gateway(provider).place(PERSONA, visitor, OFFER)
    names = [request.headers["openai-safety-identifier"] for request in provider.requests]
    assert names[0] == names[1] != names[2]
    assert "alice" not in names[0]


async def test_a_refused_stored_prompt_is_dropped_with_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    provider = RestProvider()
    with_prompt = gateway(provider, openai_prompt_id="pmpt_1")
    provider.refuse(400, {"error": {"param": "session.prompt", "message": "gone"}})
    await with_prompt.place(PERSONA, "visitor", OFFER)
    await with_prompt.place(PERSONA, "visitor", OFFER)
    assert [provider.session(i).get("prompt") for i in range(3)] == [{"id": "pmpt_1"}, None, None]
    assert caplog.text.count("OPENAI_PROMPT_ID") == 1


async def test_a_stored_prompt_that_one_choice_saw_refused_is_gone_for_all(
    caplog: pytest.LogCaptureFixture,
) -> None:
    provider = RestProvider()
    with_prompt = gateway(provider, openai_prompt_id="pmpt_1")
    provider.refuse(404, {"error": {"param": "prompt", "message": "gone"}})
    await with_prompt.choosing(voice="coral").place(PERSONA, "visitor", OFFER)
    await with_prompt.choosing(voice="sage").place(PERSONA, "visitor", OFFER)
    assert [provider.session(i).get("prompt") for i in range(3)] == [{"id": "pmpt_1"}, None, None]
    assert caplog.text.count("OPENAI_PROMPT_ID") == 1


async def test_a_refusal_for_another_reason_keeps_the_prompt_and_is_not_repeated() -> None:
    provider = RestProvider()
    with_prompt = gateway(provider, openai_prompt_id="pmpt_1")
    provider.refuse(400, {"error": {"param": "model", "message": "unknown"}})
    with pytest.raises(ProviderFailure):
        await with_prompt.secret(PERSONA, "visitor")
    await with_prompt.secret(PERSONA, "visitor")
    assert len(provider.requests) == 2
    assert provider.session()["prompt"] == {"id": "pmpt_1"}
