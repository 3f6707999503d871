import httpx
import pytest
from fastapi import FastAPI

from calls.events import Closed
from paths import END_PATH, OFFER_PATH, TICKET_HEADER
from realtime.sdp_policy import MAX_OFFER_BYTES
from server.routes.calls import call_routes
from tests.fakes.house import OFFER, House
from tests.fakes.rest_provider import ANSWER


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture
def http(house: House) -> httpx.AsyncClient:
    app = FastAPI()
    app.include_router(call_routes(house.registry))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://guftagu")


async def headers(house: House) -> dict[str, str]:
    return {TICKET_HEADER: house.registry.relay_ticket(house.open()).token}


async def test_an_offer_with_a_ticket_is_answered_with_sdp(house: House, http: httpx.AsyncClient) -> None:
    answer = await http.post(OFFER_PATH, content=OFFER, headers=await headers(house))
    assert (answer.status_code, answer.text) == (201, ANSWER)
    assert answer.headers["content-type"].startswith("application/sdp")


async def test_an_offer_without_a_ticket_reaches_no_provider(house: House, http: httpx.AsyncClient) -> None:
    answer = await http.post(OFFER_PATH, content=OFFER)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "ticket_expired")
    assert house.provider.requests == []


async def test_a_ticket_is_good_for_one_offer(house: House, http: httpx.AsyncClient) -> None:
    ticket = await headers(house)
    await http.post(OFFER_PATH, content=OFFER, headers=ticket)
    assert (await http.post(OFFER_PATH, content=OFFER, headers=ticket)).status_code == 403


@pytest.mark.parametrize("body", [b"hello", b"v=0\r\nm=video 9 x\r\n", b"v" * (MAX_OFFER_BYTES + 5)])
async def test_an_offer_we_do_not_relay_ends_the_call_and_reaches_no_provider(
    house: House, http: httpx.AsyncClient, body: bytes
) -> None:
    answer = await http.post(OFFER_PATH, content=body, headers=await headers(house))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "offer_refused")
    assert house.provider.requests == []
    assert house.registry.live == 0


async def test_a_providers_refusal_is_told_by_code_and_time_and_without_its_body(
    house: House, http: httpx.AsyncClient
) -> None:
    house.provider.refuse(429, {"error": {"message": "sk-test is over quota"}}, {"retry-after": "12"})
    answer = await http.post(OFFER_PATH, content=OFFER, headers=await headers(house))
    assert (answer.status_code, answer.headers["retry-after"]) == (502, "12")
    assert answer.json()["error"]["code"] == "provider_busy"
    assert "sk-test" not in answer.text


async def test_the_beacon_of_a_leaving_page_ends_its_call(house: House, http: httpx.AsyncClient) -> None:
    call = house.open()
    await call.connect(OFFER)
    assert (await http.post(END_PATH, content=call.end_token)).status_code == 204
    assert call.closed == Closed("page_left")
    assert house.provider.paths[-1] == "/calls/rtc_1/hangup"


@pytest.mark.parametrize(
    ("said", "reason"), [("stopped", "stopped"), ("page_left", "page_left"), ("limit_money", "page_left")]
)
async def test_the_beacon_says_whether_the_caller_stopped_or_left(
    house: House, http: httpx.AsyncClient, said: str, reason: str
) -> None:
    call = house.open()
    await http.post(END_PATH, content=f"{call.end_token} {said}")
    assert call.closed == Closed(reason)


@pytest.mark.parametrize("token", [b"", b"guess", b"x" * 1000, b"\xff\xfe"])
async def test_a_made_up_beacon_ends_nothing(house: House, http: httpx.AsyncClient, token: bytes) -> None:
    call = house.open()
    assert (await http.post(END_PATH, content=token)).status_code == 204
    assert call.closed is None
