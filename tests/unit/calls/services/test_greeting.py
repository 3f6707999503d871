from collections.abc import AsyncIterator

import pytest

from calls.services.greeting import greet, opening
from tests.fakes.house import OFFER, PERSONA, House, Page
from tests.fakes.settings import given
from tests.fakes.sideband_provider import SidebandProvider

WORDS = "Welcome to the shop. How can I help?"
GREETER = PERSONA.model_copy(update={"greeting": WORDS})
CREATED = {"type": "response.created", "response": {"id": "r1", "status": "in_progress"}}
DONE = {"type": "response.done", "response": {"id": "r1", "status": "completed", "output": []}}
STARTED = {"type": "input_audio_buffer.speech_started", "item_id": "u1", "audio_start_ms": 0}


def greeted_page(house: House, *, greeting: bool = True) -> Page:
    call = house.registry.open(GREETER if greeting else PERSONA, "visitor")
    page = Page(call)
    greet(call)
    return page


def test_a_live_call_is_greeted_with_the_personas_words_once() -> None:
    page = greeted_page(House())
    page.call.report("connecting")
    assert page.sent == []
    page.call.report("live")
    page.call.receive(CREATED, 0)
    page.call.receive(DONE, 0)
    page.call.report("reconnecting")
    page.call.report("live")
    assert page.sent_types == ["response.create"]
    assert WORDS in page.sent[0]["response"]["instructions"]


def test_a_persona_without_a_greeting_waits() -> None:
    page = greeted_page(House(), greeting=False)
    page.call.report("live")
    assert page.sent == []


def test_a_conversation_that_goes_on_is_not_greeted_again() -> None:
    page = greeted_page(House())
    page.call.receive(STARTED, 0)
    page.call.report("live")
    assert "response.create" not in page.sent_types


def test_the_agent_of_a_phone_always_begins() -> None:
    assert opening(PERSONA) == {"type": "response.create"}
    assert WORDS in opening(GREETER)["response"]["instructions"]


@pytest.fixture
async def provider() -> AsyncIterator[SidebandProvider]:
    async with SidebandProvider.running() as provider:
        yield provider


async def test_a_controlled_call_is_greeted_over_the_servers_own_line(provider: SidebandProvider) -> None:
    house = House(given(openai_base_url=provider.url, control="sideband"))
    house.answer_with("v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n")
    page = greeted_page(house)
    await page.call.connect(OFFER)
    page.call.report("live")
    assert WORDS in (await provider.received.get())["response"]["instructions"]
    assert page.sent == []
    await house.registry.close()
