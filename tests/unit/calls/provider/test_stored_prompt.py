from datetime import date

import pytest

from agents.persona import Persona
from calls.provider.stored_prompt import LAST_DAY, StoredPrompt
from calls.provider_gateway import ProviderGateway
from realtime.client import RealtimeClient
from realtime.failures import ProviderFailure
from tests.fakes.house import OFFER, PERSONA
from tests.fakes.rest_provider import RestProvider
from tests.fakes.settings import given

PROMPT = {"id": "pmpt_1"}


@pytest.fixture
def provider() -> RestProvider:
    return RestProvider()


def gateway(provider: RestProvider, **values: object) -> ProviderGateway:
    settings = given(storage_secret="salt" * 8, openai_prompt_id="pmpt_1", **values)
    return ProviderGateway(RealtimeClient("http://provider/v1", "sk", provider), settings)


async def placed(gateway: ProviderGateway, persona: Persona = PERSONA) -> None:
    await gateway.place(persona, "visitor", OFFER)


def prompts(provider: RestProvider) -> list[object]:
    """Return the prompt of every session that was asked for."""
    return [provider.session(number).get("prompt") for number in range(len(provider.requests))]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"error": {"param": "session.prompt", "message": "gone"}}),
        (400, {"error": {}}),
        (400, "no JSON"),
        (403, None),
        (404, None),
        (410, None),
        (422, None),
    ],
)
async def test_a_refused_prompt_gets_one_try_without_it_and_is_dropped_with_one_warning(
    provider: RestProvider, caplog: pytest.LogCaptureFixture, status: int, body: object
) -> None:
    with_prompt = gateway(provider)
    provider.refuse(status, body)
    await placed(with_prompt)
    await placed(with_prompt.choosing(voice="coral"))
    assert prompts(provider) == [PROMPT, None, None]
    assert caplog.text.count("OPENAI_PROMPT_ID") == 1


@pytest.mark.parametrize("status", [401, 429, 500, 503])
async def test_a_refusal_that_is_not_about_the_prompt_is_not_repeated_and_keeps_it(
    provider: RestProvider, status: int
) -> None:
    with_prompt = gateway(provider)
    provider.refuse(status)
    with pytest.raises(ProviderFailure):
        await placed(with_prompt)
    await placed(with_prompt)
    assert prompts(provider) == [PROMPT, PROMPT]


async def test_a_session_that_is_refused_without_the_prompt_too_keeps_it(provider: RestProvider) -> None:
    with_prompt = gateway(provider)
    provider.refuse(400, {"error": {"param": "model"}})
    provider.refuse(403)
    with pytest.raises(ProviderFailure) as caught:
        await placed(with_prompt)
    assert caught.value.status == 403
    await placed(with_prompt)
    assert prompts(provider) == [PROMPT, None, PROMPT]


async def test_client_secrets_and_phone_calls_do_without_a_refused_prompt_too(provider: RestProvider) -> None:
    provider.refuse(410)
    await gateway(provider).secret(PERSONA, "visitor")
    assert prompts(provider) == [PROMPT, None]
    provider.requests.clear()
    provider.refuse(422)
    await gateway(provider).accept(PERSONA, "visitor", "rtc_ring")
    assert ["pmpt_1" in request.content.decode() for request in provider.requests] == [True, False]


@pytest.mark.parametrize(
    ("url", "today", "is_sent"),
    [
        ("https://api.openai.com/v1", LAST_DAY, True),
        ("https://api.openai.com/v1", date(2026, 12, 1), False),
        ("https://eu.example.com/v1", date(2027, 1, 1), True),
    ],
)
async def test_openai_is_sent_no_prompt_once_it_has_shut_them_down(
    url: str, today: date, is_sent: bool
) -> None:
    asked: list[str | None] = []

    async def ask(prompt_id: str | None) -> None:
        asked.append(prompt_id)

    await StoredPrompt("pmpt_1", url, lambda: today).ask(ask)
    assert asked == (["pmpt_1"] if is_sent else [None])
