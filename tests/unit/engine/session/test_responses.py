import asyncio
from collections.abc import AsyncGenerator

from engine.llm.language_model import Piece, Prompt, TextPiece, ToolCall
from engine.session.responses import MAX_OUT_OF_BAND, MAX_REPLY_CHARS
from tests.fakes.engine_session import ScriptedModel, Stage


class BrokenModel:
    async def reply(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        raise LookupError("secret words of the caller")
        yield TextPiece("")


async def test_words_run_ahead_of_a_voice_that_really_began() -> None:
    stage = Stage()
    stage.send("response.create")
    await stage.settled()
    types = stage.client.types()
    started = types.index("output_audio_buffer.started")
    assert types.index("response.content_part.added") < started
    assert started < types.index("response.output_audio_transcript.delta")
    assert "output_audio_buffer.stopped" not in types
    stage.audio_output.play_out()
    assert stage.client.types()[-1] == "output_audio_buffer.stopped"


async def test_the_deltas_are_the_transcript_word_by_word() -> None:
    stage = Stage(language_model=ScriptedModel(TextPiece("# Title\nOne **two**. Three four.")))
    stage.send("response.create")
    await stage.settled()
    deltas = [event["delta"] for event in stage.client.of("response.output_audio_transcript.delta")]
    assert deltas == ["One", " two.", " Three", " four."]
    done = stage.client.last("response.output_audio_transcript.done")
    assert done["transcript"] == "One two. Three four."


async def test_each_sentence_is_spoken_in_its_own_language_with_the_sessions_voice() -> None:
    stage = Stage(
        language_model=ScriptedModel(TextPiece("سلام۔ Hello.")),
        audio={"output": {"voice": "ash", "speed": 1.2}},
    )
    stage.send("response.create")
    await stage.settled()
    assert [(voice.language, voice.name, voice.speed) for _, voice in stage.text_to_speech.said] == [
        ("ur", "ash", 1.2),
        ("en", "ash", 1.2),
    ]


async def test_only_one_response_at_a_time_in_the_conversation() -> None:
    stage = Stage()
    stage.send("response.create")
    stage.send("response.create", event_id="mine")
    error = stage.client.last("error")["error"]
    assert error["code"] == "conversation_already_has_active_response"
    assert error["event_id"] == "mine"
    await stage.settled()
    stage.send("response.create")
    await stage.settled()
    assert len(stage.client.of("response.done")) == 2


async def test_out_of_band_responses_run_beside_it_and_leave_no_items() -> None:
    stage = Stage()
    stage.send("response.create")
    aside = {"conversation": "none", "output_modalities": ["text"], "metadata": {"topic": "mood"}}
    stage.send("response.create", response=aside)
    await stage.settled()
    done = [event["response"] for event in stage.client.of("response.done")]
    assert {response["status"] for response in done} == {"completed"}
    beside = next(response for response in done if response["metadata"])
    assert beside["conversation_id"] is None
    assert beside["output"][0]["content"] == [{"type": "output_text", "text": "One. Two."}]
    assert len(list(stage.session.items)) == 1


async def test_a_response_may_go_by_items_of_its_own() -> None:
    language_model = ScriptedModel()
    stage = Stage(language_model=language_model)
    stage.type("in the conversation")
    known = stage.client.last("conversation.item.done")["item"]["id"]
    given = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "aside"}]}
    wanted = [{"type": "item_reference", "id": known}, given]
    stage.send(
        "response.create", response={"conversation": "none", "input": wanted, "instructions": "Sum up."}
    )
    await stage.settled()
    prompt = language_model.prompts[0]
    assert [item["content"][0]["text"] for item in prompt.items] == ["in the conversation", "aside"]
    assert prompt.instructions.startswith("Sum up.")


async def test_a_reference_to_nothing_is_refused_before_anything_begins() -> None:
    stage = Stage()
    stage.send("response.create", response={"input": [{"type": "item_reference", "id": "nobody"}]})
    assert stage.client.last("error")["error"]["code"] == "item_reference_invalid_item_id"
    assert "response.created" not in stage.client.types()


async def test_cancelling_ends_the_response_at_once_and_lets_the_voice_play_out() -> None:
    stage = Stage()
    stage.text_to_speech.free.clear()
    stage.send("response.create")
    await asyncio.sleep(0.01)
    stage.send("response.cancel")
    done = stage.client.last("response.done")["response"]
    assert (done["status"], done["status_details"]["reason"]) == ("cancelled", "client_cancelled")
    await stage.settled()
    assert stage.audio_output.queue[0].complete
    assert "output_audio_buffer.cleared" not in stage.client.types()


async def test_there_is_nothing_to_cancel_when_nothing_is_active() -> None:
    stage = Stage()
    stage.send("response.cancel")
    assert stage.client.last("error")["error"]["code"] == "response_cancel_not_active"


async def test_an_out_of_band_response_is_cancelled_by_its_id() -> None:
    stage = Stage()
    stage.text_to_speech.free.clear()
    stage.send("response.create", response={"conversation": "none"})
    response_id = stage.client.last("response.created")["response"]["id"]
    stage.send("response.cancel")
    assert stage.client.last("error")["error"]["code"] == "response_cancel_not_active"
    stage.send("response.cancel", response_id=response_id)
    assert stage.client.last("response.done")["response"]["id"] == response_id
    await stage.settled()


async def test_a_broken_model_fails_the_response_and_nothing_else(caplog: object) -> None:
    stage = Stage(language_model=BrokenModel())
    stage.send("response.create")
    await stage.settled()
    done = stage.client.last("response.done")["response"]
    assert done["status"] == "failed"
    assert done["status_details"]["error"]["type"] == "server_error"
    assert "secret" not in str(done) + str(getattr(caplog, "text", ""))
    stage.send("response.create")
    assert stage.client.types()[-1] == "response.created"
    await stage.settled()


async def test_a_function_call_is_not_spoken() -> None:
    stage = Stage(language_model=ScriptedModel(ToolCall("f", {"شہر": "لاہور"})))
    stage.send("response.create")
    await stage.settled()
    item = stage.client.last("response.done")["response"]["output"][0]
    assert item["arguments"] == '{"شہر": "لاہور"}'
    assert stage.text_to_speech.said == []


async def test_usage_counts_speech_in_and_out() -> None:
    stage = Stage()
    stage.speak()
    await stage.settled()
    usage = stage.client.last("response.done")["response"]["usage"]
    assert usage["input_token_details"]["audio_tokens"] == 15
    assert usage["output_token_details"]["audio_tokens"] == 40


async def test_a_turn_during_a_reply_that_may_not_be_interrupted_is_answered_afterwards() -> None:
    stage = Stage(audio={"input": {"turn_detection": {"type": "server_vad", "interrupt_response": False}}})
    stage.text_to_speech.free.clear()
    stage.send("response.create")
    await asyncio.sleep(0.01)
    stage.speak()
    assert len(stage.client.of("response.created")) == 1
    stage.text_to_speech.free.set()
    await stage.settled()
    assert len(stage.client.of("response.created")) == 2
    assert "output_audio_buffer.cleared" not in stage.client.types()


async def test_closing_stops_the_work_in_silence() -> None:
    stage = Stage()
    stage.text_to_speech.free.clear()
    stage.send("response.create")
    await asyncio.sleep(0.01)
    said = len(stage.client.events)
    await stage.session.close()
    assert stage.session.responses.tasks == []
    assert len(stage.client.events) == said


async def test_more_out_of_band_responses_at_once_than_the_limit_are_refused_as_the_api_does() -> None:
    language_model = ScriptedModel()
    language_model.free.clear()
    stage = Stage(language_model=language_model)
    for _ in range(MAX_OUT_OF_BAND + 3):
        stage.send("response.create", response={"conversation": "none"})
    assert [event["error"]["code"] for event in stage.client.of("error")] == ["rate_limit_exceeded"] * 3
    language_model.free.set()
    await stage.settled()
    stage.send("response.create", response={"conversation": "none"})
    await stage.settled()
    assert len(stage.client.of("response.done")) == MAX_OUT_OF_BAND + 1


async def test_a_reply_is_said_up_to_the_limit() -> None:
    stage = Stage(language_model=ScriptedModel(TextPiece("word " * 9000)), output_modalities=["text"])
    stage.send("response.create")
    await stage.settled()
    said = stage.client.last("response.output_text.done")["text"]
    assert MAX_REPLY_CHARS - 10 < len(said) <= MAX_REPLY_CHARS


class Streaming:
    """A model that gives its reply in the pieces a test lets through."""

    def __init__(self, *pieces: Piece) -> None:
        self._pieces = pieces
        self.goes_on = asyncio.Semaphore(0)
        self.is_asked, self.is_closed = asyncio.Event(), False

    async def reply(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        self.is_asked.set()
        try:
            for piece in self._pieces:
                await self.goes_on.acquire()
                yield piece
        finally:
            self.is_closed = True


async def test_a_sentence_is_spoken_as_soon_as_it_is_complete_and_the_rest_at_the_end() -> None:
    model = Streaming(*map(TextPiece, ("One tw", "o. Three", " four.", " Five")))
    stage = Stage(language_model=model)
    stage.send("response.create")
    for _ in range(3):
        model.goes_on.release()
    await stage.text_to_speech.has_spoken.wait()
    assert [sentence for sentence, _ in stage.text_to_speech.said] == ["One two."]
    model.goes_on.release()
    await stage.settled()
    assert [sentence for sentence, _ in stage.text_to_speech.said] == ["One two.", "Three four.", "Five"]
    (message,) = stage.client.last("response.done")["response"]["output"]
    assert message["content"][0]["transcript"] == "One two. Three four. Five"


async def test_words_before_a_function_call_are_a_message_of_their_own() -> None:
    model = ScriptedPieces(TextPiece("Let me look."), ToolCall("f", {}))
    stage = Stage(language_model=model)
    stage.send("response.create")
    await stage.settled()
    message, call = stage.client.last("response.done")["response"]["output"]
    assert message["content"][0]["transcript"] == "Let me look."
    assert (call["type"], call["name"]) == ("function_call", "f")


async def test_a_response_that_is_cancelled_closes_its_model() -> None:
    model = Streaming(TextPiece("One."))
    stage = Stage(language_model=model)
    stage.send("response.create")
    await model.is_asked.wait()
    stage.send("response.cancel")
    await stage.settled()
    assert model.is_closed
    assert stage.client.last("response.done")["response"]["status"] == "cancelled"


class ScriptedPieces(Streaming):
    """A model that gives all its pieces at once."""

    def __init__(self, *pieces: Piece) -> None:
        super().__init__(*pieces)
        self.goes_on = asyncio.Semaphore(len(pieces))
