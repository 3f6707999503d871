import asyncio

import pytest

from agents.persona import Persona
from calls.admission.rate_limit import ADDRESS_WORTH
from calls.admission.reservation import MAX_PER_ADDRESS, MAX_PER_VISITOR
from calls.call import Call, CallEnded
from calls.events import CallChange, Closed, Connected, Finished
from calls.registry import CallRefused
from calls.tickets import TICKET_SECONDS, ProviderTicket, RelayTicket
from realtime.failures import ProviderFailure
from settings import Settings
from tests.fakes.house import OFFER, PERSONA, House, Page
from tests.fakes.settings import given


def settings(**values: object) -> Settings:
    return given(openai_api_key="sk-test", **values)


async def placed(house: House, visitor_id: str = "visitor", host: str | None = None) -> Call:
    call = house.registry.open(PERSONA, visitor_id, host=host)
    await call.connect(OFFER)
    return call


async def test_pages_that_only_say_they_begin_take_no_place_and_a_visitor_has_two_of_them() -> None:
    house = House(settings(max_calls=2))
    begun = [house.open("stranger") for _ in range(5)]
    assert [call.closed is None for call in begun] == [False, False, False, True, True]
    assert house.registry.live == 0
    await placed(house, "honest")


async def test_a_visitor_has_two_calls_and_others_have_theirs() -> None:
    house = House(settings())
    first = await placed(house)
    await placed(house)
    with pytest.raises(CallRefused, match="visitor_calls_full"):
        house.open()
    await placed(house, "another")
    await first.close("stopped")
    house.open()


async def test_an_address_has_half_of_the_places_whatever_its_cookies() -> None:
    house = House(settings(max_calls=4))
    for number in range(2):
        await placed(house, f"cookie {number}", f"2606:4700::{number}")
    with pytest.raises(CallRefused, match="address_calls_full"):
        house.registry.open(PERSONA, "cookie 3", host="2606:4700::3")
    house.registry.open(PERSONA, "another", host="2606:4700:0:1::1")


async def test_behind_a_proxy_that_is_not_trusted_limits_by_address_do_not_apply_and_one_line_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    house = House(settings(max_calls=4))
    for number in range(4):
        await placed(house, f"cookie {number}", "172.17.0.1")
    assert caplog.text.count("the limits by address do not apply") == 1


async def test_an_address_that_throws_its_cookies_away_does_not_stop_the_starts_of_others() -> None:
    house = House(settings(starts_per_minute=1))
    for number in range(ADDRESS_WORTH):
        house.registry.open(PERSONA, f"cookie {number}", host="9.9.9.9")
    with pytest.raises(CallRefused, match="starts_exceeded"):
        house.registry.open(PERSONA, "one more", host="9.9.9.9")
    house.registry.open(PERSONA, "honest", host="8.8.8.8")


async def test_a_visitor_holds_few_reservations_and_an_address_bounded_ones() -> None:
    house = House()
    of_one = [house.registry.reserve("visitor", "9.9.9.9") for _ in range(MAX_PER_VISITOR + 1)]
    assert [each is not None for each in of_one] == [True] * MAX_PER_VISITOR + [False]
    rest = [house.registry.reserve(f"cookie {n}", "9.9.9.9") for n in range(MAX_PER_ADDRESS)]
    assert sum(each is not None for each in rest) == MAX_PER_ADDRESS - MAX_PER_VISITOR
    assert house.registry.reserve("honest", "8.8.8.8")


async def test_an_ephemeral_call_holds_its_place_from_the_minted_key_on() -> None:
    house = House(settings(signaling="ephemeral", max_calls=1))
    page = Page(house.open("a"))
    await house.registry.ticket(page.call)
    assert page.changes == [Connected(None)]
    with pytest.raises(CallRefused, match="calls_full"):
        house.open("b")


async def test_turn_credentials_are_made_for_each_page_with_a_pseudonym() -> None:
    turn = [{"urls": "turn:turn.example.org"}]
    house = House(settings(ice_servers=turn, turn_secret="a shared secret of coturn"))
    server = house.registry.ice_servers("visitor")[0]
    assert server["credential"] and "visitor" not in server["username"]


async def test_no_more_calls_than_the_limit_and_nothing_is_spent_on_one_too_many() -> None:
    house = House(settings(max_calls=2))
    first = await placed(house, "a")
    waiting = house.open("c")
    await placed(house, "b")
    with pytest.raises(CallRefused) as caught:
        house.open("d")
    assert caught.value.code == "calls_full"
    assert caught.value.retry_after_s and caught.value.retry_after_s > 0
    with pytest.raises(CallEnded):
        await waiting.connect(OFFER)
    assert waiting.closed and waiting.closed.reason == "calls_full"
    assert house.provider.paths == ["/calls", "/calls"]
    await first.close("stopped")
    house.open("c")


async def test_a_visitor_who_starts_too_often_waits_and_others_do_not() -> None:
    house = House(settings(starts_per_minute=2))
    for _ in range(2):
        await house.open("a").close("stopped")
    with pytest.raises(CallRefused) as caught:
        house.open("a")
    assert caught.value.code == "starts_exceeded"
    assert caught.value.retry_after_s and 0 < caught.value.retry_after_s <= 60
    house.open("b")


async def test_a_full_house_does_not_use_up_a_visitors_starts() -> None:
    house = House(settings(max_calls=1, starts_per_minute=1))
    first = await placed(house, "a")
    with pytest.raises(CallRefused):
        house.open("b")
    await first.close("stopped")
    house.open("b")


async def test_a_relay_ticket_is_our_own_route_and_costs_the_provider_nothing() -> None:
    house = House()
    call = house.open()
    ticket = await house.registry.ticket(call)
    assert isinstance(ticket, RelayTicket)
    assert house.provider.requests == []
    assert await house.registry.redeem(ticket.token) is call
    assert await house.registry.redeem(ticket.token) is None


async def test_an_ephemeral_ticket_is_the_provider_and_a_secret_with_the_session_inside() -> None:
    house = House(settings(signaling="ephemeral"))
    ticket = await house.registry.ticket(house.open())
    assert ticket == ProviderTicket("https://api.openai.com/v1/realtime/calls", "ek_1")
    assert house.provider.session()["instructions"] == "Be kind."
    assert "ek_1" not in repr(ticket)


@pytest.mark.parametrize(
    ("deployment", "persona"),
    [
        ({"control": "sideband"}, PERSONA),
        ({}, PERSONA.model_copy(update={"control": "sideband"})),
    ],
)
async def test_a_controlled_call_is_relayed_whatever_signalling_is_set(
    deployment: dict[str, str], persona: Persona
) -> None:
    house = House(settings(signaling="ephemeral", **deployment))
    ticket = await house.registry.ticket(house.registry.open(persona, "visitor"))
    assert isinstance(ticket, RelayTicket)
    assert house.provider.requests == []


async def test_a_refused_secret_closes_the_call() -> None:
    house = House(settings(signaling="ephemeral"))
    house.provider.refuse(401)
    call = house.open()
    with pytest.raises(ProviderFailure):
        await house.registry.ticket(call)
    assert call.closed
    assert house.registry.live == 0


async def test_the_token_of_an_ended_call_opens_nothing() -> None:
    house = House()
    call = house.open()
    ticket = house.registry.relay_ticket(call)
    await call.close("stopped")
    assert await house.registry.redeem(ticket.token) is None


async def test_only_the_calls_own_end_token_finds_it() -> None:
    house = House()
    call = house.open()
    assert house.registry.by_end_token(call.end_token) is call
    assert house.registry.by_end_token(call.id) is None
    assert house.registry.by_end_token("") is None


async def test_closing_the_registry_hangs_up_every_call() -> None:
    house = House()
    for visitor in ("a", "b"):
        await house.open(visitor).connect(OFFER)
    await house.registry.close()
    assert sorted(house.provider.paths[2:]) == ["/calls/rtc_1/hangup", "/calls/rtc_2/hangup"]
    assert house.registry.live == 0


async def test_a_ticket_given_in_advance_leads_to_the_call_its_page_opens() -> None:
    house = House()
    reservation = house.registry.reserve("visitor")
    assert reservation
    redeeming = asyncio.create_task(house.registry.redeem(reservation.ticket.token))
    call = house.open()
    reservation.use(call)
    assert await redeeming is call
    assert await house.registry.redeem(reservation.ticket.token) is None


async def test_a_reservation_takes_no_place_and_dies_after_a_minute() -> None:
    house = House()
    reservation = house.registry.reserve("visitor")
    assert reservation
    assert house.registry.live == 0
    await house.registry.tasks.finish()
    assert [request.url.path for request in house.provider.requests] == ["/v1/models"]  # to be warm, no more
    house.timer.advance(TICKET_SECONDS)
    assert await house.registry.redeem(reservation.ticket.token) is None


async def test_without_relayed_offers_nothing_is_reserved() -> None:
    house = House(given(openai_api_key="sk-test", signaling="ephemeral"))
    assert house.registry.reserve("visitor") is None


async def test_at_the_end_of_the_server_every_call_is_hung_up_at_once_and_no_other_may_start() -> None:
    house = House()
    for visitor in ("a", "b", "c"):
        await house.open(visitor).connect(OFFER)
    house.provider.gate.clear()
    asked = len(house.provider.requests) + 3
    closing = asyncio.create_task(house.registry.close())
    while len(house.provider.requests) < asked:
        house.provider.asked.clear()
        await house.provider.asked.wait()
    with pytest.raises(CallRefused, match="not_ready"):
        house.open("d")
    house.provider.gate.set()
    await closing


async def test_a_call_that_is_not_hung_up_in_time_is_finished_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("calls.registry.STOP_HANG_UP_SECONDS", 0.01)
    house = House()
    call = house.open()
    await call.connect(OFFER)
    house.provider.gate.clear()
    told: list[CallChange] = []
    call.watch(told.extend)
    await house.registry.close()
    assert call.is_finished
    assert told[-1] == Finished(Closed("server_stopping"))
