import json
import logging
import time
from datetime import date
from email.utils import formatdate

import httpx
import pytest

from realtime.client import COOLING_SECONDS, HANG_UP_DELAYS_S, RealtimeClient
from realtime.failures import ProviderFailure
from realtime.models import ListedModel
from tests.fakes.rest_provider import ANSWER, RestProvider

SESSION = {"type": "realtime", "model": "m"}


@pytest.fixture
def provider() -> RestProvider:
    return RestProvider()


@pytest.fixture
def waited() -> list[float]:
    """How long the client waited before each try, without waiting."""
    return []


@pytest.fixture
def client(provider: RestProvider, waited: list[float]) -> RealtimeClient:
    async def wait(seconds: float) -> None:
        waited.append(seconds)

    return RealtimeClient("http://provider/v1", "sk-secret-key", provider, sleep=wait)


async def test_a_call_is_one_multipart_request_with_sdp_and_session(
    client: RealtimeClient, provider: RestProvider
) -> None:
    created = await client.create_call("v=0 offer", SESSION, safety_identifier="hash")
    assert created.answer_sdp == ANSWER
    assert created.call_id == "rtc_1"
    request = provider.requests[0]
    assert request.headers["authorization"] == "Bearer sk-secret-key"
    assert request.headers["content-type"].startswith("multipart/form-data")
    assert request.headers["openai-safety-identifier"] == "hash"
    assert b"Content-Type: application/sdp\r\n\r\nv=0 offer" in request.content
    assert provider.session() == SESSION


async def test_a_secret_is_minted_with_the_whole_session_and_the_asked_expiry(
    client: RealtimeClient, provider: RestProvider
) -> None:
    secret = await client.create_client_secret(SESSION, expires_after_s=30)
    assert (secret.value, secret.expires_at) == ("ek_1", 1790000000)
    assert b'"seconds":30' in provider.requests[0].content.replace(b" ", b"")
    assert "ek_1" not in repr(secret)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "offer_refused"),
        (401, "provider_unauthorized"),
        (403, "provider_forbidden"),
        (404, "provider_model_missing"),
        (429, "provider_busy"),
        (500, "provider_error"),
        (503, "provider_error"),
    ],
)
async def test_every_refusal_has_its_own_code_and_is_asked_only_once(
    client: RealtimeClient, provider: RestProvider, status: int, code: str
) -> None:
    provider.refuse(status, headers={"retry-after": "7", "x-request-id": "req_1"})
    with pytest.raises(ProviderFailure) as caught:
        await client.create_call("v=0", SESSION)
    failure = caught.value
    assert (failure.code, failure.status, failure.retry_after_s, failure.request_id) == (
        code,
        status,
        7,
        "req_1",
    )
    assert len(provider.requests) == 1


@pytest.mark.parametrize(
    ("error", "code"), [(httpx.ReadTimeout, "provider_timeout"), (httpx.ConnectError, "provider_error")]
)
async def test_a_broken_way_is_told_from_a_slow_one(
    client: RealtimeClient, provider: RestProvider, error: type[httpx.HTTPError], code: str
) -> None:
    provider.raise_next(error)
    with pytest.raises(ProviderFailure) as caught:
        await client.create_call("v=0", SESSION)
    assert caught.value.code == code
    assert len(provider.requests) == 1


@pytest.mark.parametrize(
    "body", ["no json", "[]", "{}", '{"value": "ek_x"}', '{"value": "ek", "expires_at": "soon"}']
)
async def test_an_answer_without_a_secret_is_a_bad_answer(
    client: RealtimeClient, provider: RestProvider, body: str
) -> None:
    provider.next.append(lambda _: httpx.Response(200, text=body))
    with pytest.raises(ProviderFailure) as caught:
        await client.create_client_secret(SESSION, expires_after_s=30)
    assert caught.value.code == "provider_bad_answer"


async def test_an_answer_that_is_no_sdp_is_refused_and_its_call_hung_up(
    client: RealtimeClient, provider: RestProvider
) -> None:
    location = {"Location": "/v1/realtime/calls/rtc_9"}
    provider.next.append(lambda _: httpx.Response(201, headers=location, text="<html>"))
    with pytest.raises(ProviderFailure) as caught:
        await client.create_call("v=0", SESSION)
    assert caught.value.code == "provider_bad_answer"
    assert provider.paths == ["/calls", "/calls/rtc_9/hangup"]


@pytest.mark.parametrize(
    ("location", "call_id"),
    [
        ("/v1/realtime/calls/rtc_a1", "rtc_a1"),
        ("https://provider/v1/realtime/calls/rtc_a1?x=1", "rtc_a1"),
        ("/v1/realtime/calls/", None),
        ("/v1/realtime/calls/other", None),
        ("/v1/realtime/calls/rtc_a%2F..", None),
    ],
)
async def test_only_a_call_id_of_the_known_form_is_taken_from_the_location(
    client: RealtimeClient, provider: RestProvider, location: str, call_id: str | None
) -> None:
    provider.next.append(lambda _: httpx.Response(201, headers={"Location": location}, text=ANSWER))
    assert (await client.create_call("v=0", SESSION)).call_id == call_id


async def test_hanging_up_an_ended_call_is_no_failure(client: RealtimeClient, provider: RestProvider) -> None:
    provider.refuse(404)
    assert await client.hang_up("rtc_1")


async def test_a_hang_up_that_fails_is_said_and_tried_again(
    client: RealtimeClient, provider: RestProvider, caplog: pytest.LogCaptureFixture
) -> None:
    provider.refuse(500)
    provider.raise_next(httpx.ConnectError)
    assert await client.hang_up("rtc_1")
    assert provider.paths == ["/calls/rtc_1/hangup"] * 3
    assert caplog.text.count("hang-up of rtc_1 failed") == 2


async def test_a_hang_up_that_always_fails_is_given_up_and_raises_nothing(
    client: RealtimeClient, provider: RestProvider, waited: list[float]
) -> None:
    for _ in HANG_UP_DELAYS_S:
        provider.refuse(500)
    assert not await client.hang_up("rtc_1")
    assert len(provider.requests) == len(HANG_UP_DELAYS_S)
    assert waited == list(HANG_UP_DELAYS_S)


async def test_a_refusal_is_logged_with_status_and_request_id_and_no_body_or_key(
    client: RealtimeClient, provider: RestProvider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    provider.refuse(
        401, {"error": {"message": "Incorrect API key: sk-secret-key"}}, {"x-request-id": "req_7"}
    )
    with pytest.raises(ProviderFailure) as caught:
        await client.create_call("v=0", SESSION)
    assert "status 401" in caplog.text and "req_7" in caplog.text
    assert "sk-secret-key" not in caplog.text + str(caught.value)


async def refused_with(client: RealtimeClient, provider: RestProvider, retry_after: str) -> ProviderFailure:
    provider.refuse(429, headers={"retry-after": retry_after})
    with pytest.raises(ProviderFailure) as caught:
        await client.create_call("v=0", SESSION)
    return caught.value


@pytest.mark.parametrize("said", ["inf", "nan", "-3", "0", "1e308", "soon", "Thu, 01 Jan 1970 00:00:00 GMT"])
async def test_a_wait_that_makes_no_sense_is_none(
    client: RealtimeClient, provider: RestProvider, said: str
) -> None:
    assert (await refused_with(client, provider, said)).retry_after_s is None


async def test_a_wait_may_be_told_as_a_date(client: RealtimeClient, provider: RestProvider) -> None:
    in_an_hour = formatdate(time.time() + 3600, usegmt=True)
    wait = (await refused_with(client, provider, in_an_hour)).retry_after_s
    assert wait and 3000 < wait <= 3600


async def test_warming_a_provider_that_is_away_is_no_failure(
    client: RealtimeClient, provider: RestProvider
) -> None:
    provider.raise_next(httpx.ConnectError)
    await client.warm()
    assert provider.requests[0].url.path == "/v1/models"


async def test_a_connection_that_was_used_lately_is_warm_and_is_not_used_for_that(
    provider: RestProvider,
) -> None:
    now = 1000.0
    client = RealtimeClient("https://provider.example/v1", "sk-test", provider, lambda: now)
    await client.create_call("v=0", SESSION)
    await client.warm()
    assert len(provider.requests) == 1
    now += COOLING_SECONDS
    await client.warm()
    assert provider.requests[1].url.path == "/v1/models"


async def test_a_structured_answer_is_the_json_the_model_wrote(
    client: RealtimeClient, provider: RestProvider
) -> None:
    parts = [{"type": "output_text", "text": '{"name": "Ali"}'}]
    body = {
        "output": [{"type": "reasoning"}, {"type": "message", "content": parts}],
        "usage": {"input_tokens": 3},
    }
    provider.next.append(lambda _: httpx.Response(200, json=body))
    answer = await client.create_response("m", "the transcript", {"type": "object"})
    assert (answer.data, answer.usage) == ({"name": "Ali"}, {"input_tokens": 3})
    sent = json.loads(provider.requests[0].content)
    assert sent["text"]["format"]["schema"] == {"type": "object"}
    assert sent["store"] is False


def written(provider: RestProvider) -> None:
    """Let the provider answer the next request with an object."""
    part = {"type": "output_text", "text": "{}"}
    provider.next.append(lambda _: httpx.Response(200, json={"output": [{"content": [part]}]}))


async def test_openai_is_told_not_to_reason_and_no_other_server_is(provider: RestProvider) -> None:
    urls = ["https://api.openai.com/v1", "https://eu.api.openai.com/v1", "http://localhost:8000/v1"]
    for url in (*urls, "https://api.openai.com.example.org/v1"):
        written(provider)
        await RealtimeClient(url, "sk", provider).create_response("m", "p", {}, safety_identifier="hash")
    sent = [json.loads(request.content).get("reasoning") for request in provider.requests]
    assert sent == [{"effort": "none"}, {"effort": "none"}, None, None]
    assert {request.headers["openai-safety-identifier"] for request in provider.requests} == {"hash"}


async def test_a_model_that_cannot_be_told_not_to_reason_is_asked_without_it_from_then_on(
    provider: RestProvider,
) -> None:
    client = RealtimeClient("https://api.openai.com/v1", "sk", provider)
    provider.refuse(400, {"error": {"param": "reasoning.effort", "message": "Unsupported parameter"}})
    for _ in range(2):
        written(provider)
        await client.create_response("m", "p", {})
    sent = ["reasoning" in json.loads(request.content) for request in provider.requests]
    assert sent == [True, False, False]


async def test_the_models_are_those_that_the_provider_lists(
    client: RealtimeClient, provider: RestProvider
) -> None:
    data = [{"id": "gpt-realtime", "shutdown_date": "2027-01-20"}, {"id": "other"}]
    provider.next.append(lambda _: httpx.Response(200, json={"data": data}))
    assert await client.models() == [ListedModel("gpt-realtime", date(2027, 1, 20)), ListedModel("other")]
    provider.next.append(lambda _: httpx.Response(200, text="no json"))
    with pytest.raises(ProviderFailure):
        await client.models()


@pytest.mark.parametrize("text", ["no json", "[1]", ""])
async def test_a_structured_answer_that_is_no_object_is_a_bad_answer(
    client: RealtimeClient, provider: RestProvider, text: str
) -> None:
    parts = [{"type": "output_text", "text": text}]
    provider.next.append(lambda _: httpx.Response(200, json={"output": [{"content": parts}]}))
    with pytest.raises(ProviderFailure) as caught:
        await client.create_response("m", "p", {"type": "object"})
    assert caught.value.code == "provider_bad_answer"


async def test_a_phone_call_is_accepted_rejected_and_referred_by_its_id(
    client: RealtimeClient, provider: RestProvider
) -> None:
    for _ in range(3):
        provider.next.append(lambda _: httpx.Response(200))
    await client.accept("rtc_1", SESSION)
    await client.reject("rtc_1", 486)
    await client.refer("rtc_1", "tel:+922111")
    assert provider.paths == ["/calls/rtc_1/accept", "/calls/rtc_1/reject", "/calls/rtc_1/refer"]
    assert [json.loads(r.content) for r in provider.requests] == [
        SESSION,
        {"status_code": 486},
        {"target_uri": "tel:+922111"},
    ]


async def test_a_raw_offer_is_posted_with_the_secret_alone(
    client: RealtimeClient, provider: RestProvider
) -> None:
    secret = await client.create_client_secret({"type": "transcription"}, expires_after_s=30)
    created = await client.create_call_with(secret, "v=0 offer")
    assert (created.answer_sdp, created.call_id) == (ANSWER, "rtc_2")
    request = provider.requests[-1]
    assert request.headers.get_list("authorization") == ["Bearer ek_1"]
    assert request.headers["content-type"] == "application/sdp"
    assert request.content == b"v=0 offer"


async def test_a_raw_offer_whose_answer_is_no_sdp_is_hung_up(
    client: RealtimeClient, provider: RestProvider
) -> None:
    secret = await client.create_client_secret({"type": "transcription"}, expires_after_s=30)
    provider.answer_sdp = "<html>"
    with pytest.raises(ProviderFailure, match="provider_bad_answer"):
        await client.create_call_with(secret, "v=0 offer")
    assert provider.paths[-1] == "/calls/rtc_2/hangup"
