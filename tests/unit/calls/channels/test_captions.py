"""A captions session: what is asked of the provider, and what holds for it as for every call."""

import json

import pytest

from calls.call import Call
from calls.channels.captions import Captions, CaptionsChoice, captions_choice
from calls.events import CallerActed
from calls.registry import CallRefused
from calls.tickets import RelayTicket
from realtime.client import RealtimeClient
from realtime.failures import ProviderFailure
from tests.fakes.house import OFFER, PERSONA, House, Page
from tests.fakes.settings import given
from tests.fakes.turns import transcribed

CHOICE = CaptionsChoice("ur")


def captions_in(house: House) -> Captions:
    client = RealtimeClient(house.settings.provider_url, "sk-test", house.provider)
    like = PERSONA.model_copy(update={"key_terms": ["آئی بی اے این"]})
    return Captions(house.registry, client, house.settings, like)


def house_with(**settings: object) -> House:
    return House(settings=given(openai_api_key="sk-test", **settings))


def opened(house: House, choice: CaptionsChoice = CHOICE) -> Call:
    return captions_in(house).open("visitor", choice)


async def test_the_secret_holds_the_session_and_this_server_posts_the_offer_with_it() -> None:
    house = House()
    await opened(house).connect(OFFER)
    mint, post = house.provider.requests
    session = json.loads(mint.content)["session"]
    assert session["type"] == "transcription"
    assert mint.headers["authorization"] == "Bearer sk-test"
    assert post.headers["authorization"] == "Bearer ek_1"
    assert post.headers["content-type"] == "application/sdp"
    assert post.content.decode() == OFFER


async def test_language_key_terms_and_noise_reduction_are_asked_for() -> None:
    house = House()
    await opened(house).connect(OFFER)
    listening = house.provider.session(0)["audio"]["input"]
    assert listening["transcription"] == {
        "model": "gpt-transcribe",
        "languages": ["ur"],
        "keywords": ["آئی بی اے این"],
    }
    assert listening["noise_reduction"] == {"type": "near_field"}
    assert listening["turn_detection"] == {"type": "server_vad", "silence_duration_ms": 500}


async def test_the_sound_of_a_tab_needs_no_noise_reduction() -> None:
    house = House()
    await opened(house, CaptionsChoice("en", "tab")).connect(OFFER)
    assert "noise_reduction" not in house.provider.session(0)["audio"]["input"]


async def test_a_live_recogniser_gets_no_turn_detection_but_commits() -> None:
    house = house_with(captions_model="gpt-live-transcribe")
    await opened(house).connect(OFFER)
    assert house.provider.session(0)["audio"]["input"]["turn_detection"] is None
    assert captions_in(house).needs_commits
    assert not captions_in(House()).needs_commits


async def test_a_dated_live_recogniser_is_one_too() -> None:
    house = house_with(captions_model="gpt-live-transcribe-2026-10-01")
    await opened(house).connect(OFFER)
    listening = house.provider.session(0)["audio"]["input"]
    assert listening["turn_detection"] is None
    assert listening["transcription"]["languages"] == ["ur"]


async def test_the_offer_comes_here_whatever_the_signalling_of_calls() -> None:
    house = house_with(signaling="ephemeral")
    captions = captions_in(house)
    ticket = await captions.ticket(captions.open("visitor", CHOICE))
    assert isinstance(ticket, RelayTicket)


async def test_a_deployment_that_controls_its_calls_can_caption_all_the_same() -> None:
    call = opened(house_with(control="sideband"))
    await call.connect(OFFER)
    assert not call.controlled


async def test_a_refused_secret_ends_the_session_with_its_reason() -> None:
    house = House()
    house.provider.refuse(401)
    call = opened(house)
    with pytest.raises(ProviderFailure):
        await call.connect(OFFER)
    assert call.closed and call.closed.reason == "provider_unauthorized"


async def test_captions_take_one_of_the_places_of_calls() -> None:
    house = house_with(max_calls=1)
    await opened(house).connect(OFFER)
    with pytest.raises(CallRefused, match="calls_full"):
        opened(house)


async def test_words_keep_a_session_from_being_idle() -> None:
    call = opened(House())
    page = Page(call)
    call.receive(
        {"type": "conversation.item.input_audio_transcription.delta", "item_id": "a", "delta": "Hello"}, 1.0
    )
    assert CallerActed() in page.changes


async def test_a_session_that_is_dialled_again_is_not_told_what_was_said() -> None:
    call = opened(House())
    page = Page(call)
    await call.connect(OFFER)
    for event in transcribed("a", "Hello."):
        call.receive(event, 1.0)
    call.redial()
    await call.connect(OFFER)
    call.report("live")
    assert page.sent == []


@pytest.mark.parametrize(
    "told",
    [None, "ur", {}, {"language": "tlh", "source": "tab"}, {"language": "ur", "source": "camera"},
     {"language": ["ur"], "source": "tab"}, {"language": "ur", "source": ["tab"]}],
)  # fmt: skip
def test_what_was_not_offered_cannot_be_chosen(told: object) -> None:
    assert captions_choice(told, ("ur", "en")) is None


def test_what_was_offered_can() -> None:
    assert captions_choice({"language": "en", "source": "tab"}, ("ur", "en")) == CaptionsChoice("en", "tab")


async def test_captions_send_no_stored_prompt_and_ask_once(caplog: pytest.LogCaptureFixture) -> None:
    house = house_with(openai_prompt_id="pmpt_1")
    house.provider.refuse(403)
    with pytest.raises(ProviderFailure):
        await opened(house).connect(OFFER)
    assert len(house.provider.requests) == 1
    assert "OPENAI_PROMPT_ID" not in caplog.text
