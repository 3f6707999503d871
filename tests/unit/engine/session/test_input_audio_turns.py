import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

import pytest

from engine.llm.language_model import TextPiece
from engine.session import input_audio_turns as caller
from engine.stt.speech_to_text import Hints
from tests.fakes.engine_session import LOUD, QUIET, ScriptedModel, ScriptedSpeechToText, Stage

TRANSCRIBED = {"input": {"transcription": {"model": "gpt-transcribe", "languages": ["ur"]}}}
FAILED = "conversation.item.input_audio_transcription.failed"
COMPLETED = "conversation.item.input_audio_transcription.completed"


async def test_a_spoken_turn_says_its_events_in_the_apis_order() -> None:
    stage = Stage(audio=TRANSCRIBED)
    stage.speak()
    await stage.settled()
    types = [name for name in stage.client.types() if name != FAILED]
    assert types[:10] == [
        "session.created",
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
        "response.created",
        "response.output_item.added",
        "conversation.item.added",
        "response.content_part.added",
    ]
    turn = stage.client.events[1:4]
    assert len({event["item_id"] for event in turn}) == 1
    assert stage.client.last("conversation.item.done")["previous_item_id"] == turn[0]["item_id"]


async def test_the_length_of_the_speech_can_be_told_from_its_events() -> None:
    stage = Stage()
    stage.hear(QUIET, 100)
    stage.speak(frames=75)
    started = stage.client.last("input_audio_buffer.speech_started")["audio_start_ms"]
    stopped = stage.client.last("input_audio_buffer.speech_stopped")["audio_end_ms"]
    padding, silence = 300, 16 * 32
    assert started == 100 * 32 - padding
    assert stopped - started - padding - silence == 75 * 32
    await stage.settled()


async def test_without_a_recogniser_no_words_are_invented() -> None:
    stage = Stage(audio=TRANSCRIBED)
    stage.speak()
    await stage.settled()
    item = stage.client.of("conversation.item.done")[0]["item"]
    assert item["content"] == [{"type": "input_audio", "transcript": None}]
    failure = stage.client.last(FAILED)
    assert (failure["item_id"], failure["error"]["code"]) == (item["id"], "no_recognizer")
    assert COMPLETED not in stage.client.types()


async def test_recognised_words_come_and_the_model_waits_for_them() -> None:
    language_model = ScriptedModel()
    stage = Stage(
        language_model=language_model, speech_to_text=ScriptedSpeechToText("سلام"), audio=TRANSCRIBED
    )
    stage.speak()
    await stage.settled()
    assert stage.client.last(COMPLETED)["transcript"] == "سلام"
    assert language_model.prompts[0].items[0]["content"][0]["transcript"] == "سلام"


async def test_without_a_transcription_model_nobody_is_told_of_words() -> None:
    stage = Stage(speech_to_text=ScriptedSpeechToText("سلام"))
    stage.speak()
    await stage.settled()
    assert not {FAILED, COMPLETED} & set(stage.client.types())


async def test_the_missing_recogniser_is_explained_once_even_when_the_first_explanation_was_cut() -> None:
    language_model = ScriptedModel(
        TextPiece("Long. Explanation.", explains=True), TextPiece("Again.", explains=True)
    )
    stage = Stage(language_model=language_model)
    stage.text_to_speech.free.clear()
    stage.speak()
    await asyncio.sleep(0.01)
    stage.hear(LOUD, 2)
    stage.text_to_speech.free.set()
    stage.hear(QUIET, 16)
    await stage.settled()
    stage.speak()
    await stage.settled()
    assert [prompt.explained for prompt in language_model.prompts] == [False, False, True]


async def test_a_session_may_hear_turns_without_answering() -> None:
    stage = Stage(audio={"input": {"turn_detection": {"type": "server_vad", "create_response": False}}})
    stage.speak()
    assert "input_audio_buffer.committed" in stage.client.types()
    assert "response.created" not in stage.client.types()


async def test_push_to_talk_commits_by_hand() -> None:
    stage = Stage(audio={"input": {"turn_detection": None}})
    stage.hear(LOUD, 50)
    assert stage.client.types() == ["session.created"]
    stage.send("input_audio_buffer.commit")
    assert stage.client.types()[1:] == [
        "input_audio_buffer.committed",
        "conversation.item.added",
        "conversation.item.done",
    ]
    await stage.settled()


async def test_a_silent_caller_is_asked_after_the_reply_was_played() -> None:
    turn_detection = {"type": "server_vad", "idle_timeout_ms": 6000}
    language_model = ScriptedModel()
    stage = Stage(language_model=language_model, audio={"input": {"turn_detection": turn_detection}})
    stage.send("response.create")
    await stage.settled()
    stage.timer.advance(20)
    assert "input_audio_buffer.timeout_triggered" not in stage.client.types()
    stage.audio_output.play_out()
    stage.timer.advance(6)
    triggered = stage.client.last("input_audio_buffer.timeout_triggered")
    assert stage.client.last("input_audio_buffer.committed")["item_id"] == triggered["item_id"]
    await stage.settled()
    assert language_model.prompts[-1].idle


async def test_a_caller_who_types_is_not_idle() -> None:
    turn_detection = {"type": "server_vad", "idle_timeout_ms": 6000}
    stage = Stage(audio={"input": {"turn_detection": turn_detection}})
    stage.send("response.create")
    await stage.settled()
    stage.audio_output.play_out()
    stage.type("hello")
    stage.timer.advance(60)
    assert "input_audio_buffer.timeout_triggered" not in stage.client.types()


class BrokenSpeechToText:
    """Breaks down in a way nobody thought of."""

    async def transcribe(self, audio: AsyncIterator[bytes], hints: Hints) -> AsyncGenerator[str, None]:
        raise KeyError("unforeseen")
        yield ""


async def test_words_come_piece_by_piece_before_the_whole() -> None:
    stage = Stage(speech_to_text=ScriptedSpeechToText("one two"), audio=TRANSCRIBED)
    stage.speak()
    await stage.settled()
    deltas = [event["delta"] for event in stage.client.of(COMPLETED.replace("completed", "delta"))]
    assert deltas == ["one", " two"]


async def test_a_recogniser_that_breaks_down_fails_the_item_and_the_call_goes_on() -> None:
    stage = Stage(speech_to_text=BrokenSpeechToText(), audio=TRANSCRIBED)
    stage.speak()
    await stage.settled()
    error = stage.client.last(FAILED)["error"]
    assert (error["code"], "unforeseen" in error["message"]) == ("recognizer_failed", False)
    assert stage.client.last("response.done")["response"]["status"] == "completed"


async def test_speech_beyond_what_may_wait_fails_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caller, "MAX_WAITING_MS", 5000)
    manual = {"input": {"turn_detection": None, **TRANSCRIBED["input"]}}
    stage = Stage(speech_to_text=ScriptedSpeechToText("words"), audio=manual)
    for _ in range(3):
        stage.hear(LOUD, 60)
        stage.send("input_audio_buffer.commit")
    assert stage.client.last(FAILED)["error"]["code"] == "rate_limit_exceeded"
    await stage.settled()
    assert len(stage.client.of(COMPLETED)) == 2


async def test_a_transcription_session_writes_turns_down_and_answers_none() -> None:
    stage = Stage(type="transcription", speech_to_text=ScriptedSpeechToText("words"))
    stage.speak()
    await stage.settled()
    assert stage.client.types() == [
        "session.created",
        "input_audio_buffer.speech_started",
        "input_audio_buffer.speech_stopped",
        "input_audio_buffer.committed",
        COMPLETED.replace("completed", "delta"),
        COMPLETED,
    ]
