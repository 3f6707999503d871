"""Another model for the caller's words, within a call."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from calls.events import CallChange, UsageObserved
from calls.services.transcription_fallback import TranscriptionFallback
from realtime.usage_frames import TranscriptionFailed
from tests.fakes.house import OFFER, House, Page
from tests.fakes.settings import given
from tests.fakes.sideband_provider import SidebandProvider
from tests.fakes.turns import not_transcribed, speech_heard, transcribed

AUDIO_ANSWER = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
WHISPER, MINI = "gpt-realtime-whisper", "gpt-4o-mini-transcribe"


class Spoken:
    """A bridged call with its fallback, whose browser reports what the caller says."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.page = Page(house.open())
        self.models: list[str] = []
        self.call = self.page.call
        self.call.watch(TranscriptionFallback(self.call, self.models.append).apply)
        self._number = 0

    async def begin(self) -> "Spoken":
        await self.call.connect(OFFER)
        return self

    def hear(self, *events: dict[str, Any]) -> None:
        for event in events:
            self.call.receive(event, 0)

    def say(self, words: str | None, code: str = "model_not_found") -> str:
        """Speak a sentence, which is written down as these words, or fails."""
        self._number += 1
        item_id = f"u{self._number}"
        self.hear(*speech_heard(item_id, f"u{self._number - 1}" if self._number > 1 else None))
        self.hear(*(transcribed(item_id, words) if words else not_transcribed(item_id, code)))
        return item_id

    @property
    def asked(self) -> list[str]:
        """Models that the session was asked to go on with."""
        updates = [event["session"] for event in self.page.sent if event["type"] == "session.update"]
        return [update["audio"]["input"]["transcription"]["model"] for update in updates]


@pytest.fixture
async def spoken() -> Spoken:
    return await Spoken(House()).begin()


def session_updated(model: str) -> dict[str, Any]:
    session = {"type": "realtime", "audio": {"input": {"transcription": {"model": model}}}}
    return {"type": "session.updated", "session": session}


async def test_a_model_that_fails_at_once_is_replaced_within_the_call(
    spoken: Spoken, caplog: pytest.LogCaptureFixture
) -> None:
    spoken.say(None)
    spoken.hear(session_updated(WHISPER))
    spoken.say("Salam")
    assert spoken.asked == [WHISPER]
    assert spoken.models == ["gpt-transcribe", WHISPER]
    assert len([record for record in caplog.records if record.levelname == "WARNING"]) == 1


async def test_the_next_one_follows_where_that_fails_too(spoken: Spoken) -> None:
    for _ in range(4):
        spoken.say(None)
    assert spoken.asked == [WHISPER, MINI]


async def test_a_session_that_refuses_the_substitute_gets_the_next_one(spoken: Spoken) -> None:
    spoken.say(None)
    spoken.hear({"type": "error", "error": {"code": "response_cancel_not_active"}})
    assert spoken.asked == [WHISPER]
    spoken.hear({"type": "error", "error": {"code": "invalid_value"}})
    assert spoken.asked == [WHISPER, MINI]
    spoken.hear(session_updated(MINI), {"type": "error", "error": {"code": "invalid_value"}})
    assert spoken.asked == [WHISPER, MINI]


async def test_a_model_that_has_worked_may_fail_once(spoken: Spoken) -> None:
    for words in ("Salam", None, "Shukria", None, None):
        spoken.say(words)
    assert spoken.asked == [WHISPER]
    assert spoken.page.call.conversation.item("u4") is not None


@pytest.mark.parametrize("code", ["audio_unintelligible", "rate_limit_exceeded", "no_recognizer"])
async def test_a_failure_that_is_not_the_models_replaces_nothing(spoken: Spoken, code: str) -> None:
    for _ in range(5):
        spoken.say(None, code)
    assert spoken.asked == []


async def test_an_item_of_the_model_before_says_nothing_of_the_present_one(spoken: Spoken) -> None:
    spoken.hear(*speech_heard("early_1"), *speech_heard("early_2", "early_1"))
    spoken.hear(*not_transcribed("early_1", "failed"), *not_transcribed("early_2", "failed"))
    assert spoken.asked == [WHISPER]


async def test_what_a_browser_reports_changes_no_other_call(spoken: Spoken) -> None:
    spoken.say(None)
    assert spoken.house.gateway.spec(spoken.call.persona).transcription == {
        "model": "gpt-transcribe",
        "languages": ["en"],
    }


@pytest.mark.parametrize("server_first", [True, False])
async def test_what_the_provider_told_this_server_is_remembered_for_the_process(
    spoken: Spoken, server_first: bool
) -> None:
    spoken.hear(*speech_heard("u1"))
    if server_first:
        spoken.call.on_leg_heard(TranscriptionFailed("u1", "failed"))
    spoken.hear(*not_transcribed("u1", "failed"))
    if not server_first:
        spoken.call.on_leg_heard(TranscriptionFailed("u1", "failed"))
    transcription = spoken.house.gateway.spec(spoken.call.persona).transcription
    assert transcription == {"model": WHISPER, "language": "en"}


@pytest.fixture
async def provider() -> AsyncIterator[SidebandProvider]:
    async with SidebandProvider.running() as provider:
        yield provider


async def test_the_usage_line_hears_failed_transcriptions(provider: SidebandProvider) -> None:
    house = House(given(openai_base_url=provider.url))
    page = Page(house.open())
    await page.call.connect(OFFER)
    while UsageObserved(True) not in page.changes:
        async with house.next_change(page.call):
            pass
    session = await provider.connections.get()
    async with house.next_change(page.call):
        await session.send(json.dumps(not_transcribed("u1", "failed")[0]))
    assert page.changes[-1] == TranscriptionFailed("u1", "failed")
    await house.registry.close()


async def test_a_controlled_call_is_replaced_over_the_sideband_and_remembered(
    provider: SidebandProvider,
) -> None:
    house = House(given(openai_base_url=provider.url, control="sideband"))
    house.answer_with(AUDIO_ANSWER)
    call = house.open()
    changes: list[CallChange] = []
    call.watch(changes.extend)
    call.watch(TranscriptionFallback(call, lambda _: None).apply)
    await call.connect(OFFER)
    session = await provider.connections.get()
    for event in [*speech_heard("u1"), *not_transcribed("u1", "failed")]:
        await session.send(json.dumps(event))
    update = await provider.received.get()
    assert update["session"]["audio"]["input"]["transcription"]["model"] == WHISPER
    assert (house.gateway.spec(call.persona).transcription or {})["model"] == WHISPER
    await house.registry.close()
