import httpx

from calls.provider_gateway import ProviderGateway
from realtime.client import RealtimeClient
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
