"""Sessions that a provider refuses, asked for again without what it names."""

from typing import Any

import pytest

from agents.persona import ModelSettings, Persona
from calls.provider_gateway import ProviderGateway
from realtime.client import RealtimeClient
from realtime.failures import ProviderFailure
from tests.fakes.house import OFFER, PERSONA
from tests.fakes.rest_provider import RestProvider
from tests.fakes.settings import given

CHOOSY = PERSONA.model_copy(
    update={
        "model": ModelSettings(truncation="disabled", reasoning_effort="low"),
        "noise_reduction": "near_field",
    }
)


@pytest.fixture
def provider() -> RestProvider:
    return RestProvider()


@pytest.fixture
def gateway(provider: RestProvider) -> ProviderGateway:
    client = RealtimeClient("http://provider/v1", "sk", provider)
    return ProviderGateway(client, given(openai_api_key="sk-test", storage_secret="salt" * 8))


async def placed(gateway: ProviderGateway, persona: Persona = CHOOSY) -> None:
    await gateway.place(persona, "visitor", OFFER)


def refused(param: str | None, **error: Any) -> dict[str, Any]:
    return {"error": {"param": param, "message": "No.", **error}}


def transcription(provider: RestProvider) -> list[str]:
    """Return the transcription model of every session that was asked for."""
    count = len(provider.requests)
    return [provider.session(n)["audio"]["input"]["transcription"]["model"] for n in range(count)]


async def test_a_call_is_placed_without_the_optional_fields_that_are_refused_with_one_warning_each(
    gateway: ProviderGateway, provider: RestProvider, caplog: pytest.LogCaptureFixture
) -> None:
    provider.refuse(400, refused("session.truncation"))
    provider.refuse(400, refused(None, message="Unknown parameter: 'session.reasoning.effort'."))
    await placed(gateway)
    await placed(gateway.choosing(voice="coral"))
    assert len(provider.requests) == 4
    for number in (2, 3):
        assert not {"truncation", "reasoning"} & set(provider.session(number))
        assert provider.session(number)["audio"]["input"]["noise_reduction"] == {"type": "near_field"}
    assert len([record for record in caplog.records if "is left out" in record.message]) == 2


async def test_secrets_and_phone_calls_do_without_refused_fields_too(
    gateway: ProviderGateway, provider: RestProvider
) -> None:
    provider.refuse(400, refused("session.truncation"))
    await gateway.secret(CHOOSY, "visitor")
    await gateway.accept(CHOOSY, "visitor", "rtc_ring")
    assert "truncation" not in provider.session(1)
    assert "truncation" not in provider.requests[2].content.decode()


@pytest.mark.parametrize(
    "param", ["session.instructions", "session.tools", "session.audio.output.voice", None]
)
async def test_another_refusal_is_not_repeated(
    gateway: ProviderGateway, provider: RestProvider, param: str | None
) -> None:
    provider.refuse(400, refused(param))
    with pytest.raises(ProviderFailure):
        await placed(gateway)
    assert len(provider.requests) == 1


@pytest.mark.parametrize("status", [429, 500])
async def test_a_provider_that_is_busy_or_broken_is_not_asked_again(
    gateway: ProviderGateway, provider: RestProvider, status: int
) -> None:
    provider.refuse(status, refused(None))
    with pytest.raises(ProviderFailure):
        await placed(gateway)
    assert len(provider.requests) == 1


async def test_a_transcription_model_that_is_refused_gives_way_to_the_next_ones(
    gateway: ProviderGateway, provider: RestProvider
) -> None:
    param = "session.audio.input.transcription.model"
    provider.refuse(400, refused(param, code="model_not_found"))
    provider.refuse(400, refused("session.audio.input.turn_detection"))
    await placed(gateway)
    await placed(gateway)
    later = "gpt-4o-mini-transcribe"
    assert transcription(provider) == ["gpt-transcribe", "gpt-realtime-whisper", later, later]


async def test_a_model_that_is_not_there_is_told_by_name(
    gateway: ProviderGateway, provider: RestProvider
) -> None:
    missing: list[str] = []
    gateway.knowledge.on_missing_model = missing.append
    provider.refuse(400, refused("session.model", code="model_not_found"))
    with pytest.raises(ProviderFailure) as caught:
        await placed(gateway)
    assert caught.value.code == "provider_model_missing"
    assert missing == [PERSONA.model.name]
    provider.refuse(404)
    with pytest.raises(ProviderFailure):
        await gateway.accept(PERSONA, "visitor", "rtc_gone")
    assert missing == [PERSONA.model.name]


async def test_a_phone_call_is_accepted_with_the_callers_pseudonym(
    gateway: ProviderGateway, provider: RestProvider
) -> None:
    await gateway.accept(PERSONA, "visitor", "rtc_ring")
    name = provider.requests[0].headers["openai-safety-identifier"]
    assert name == gateway.safety_identifier("visitor")
