import asyncio

from tests.fakes.engine_session import LOUD, FakeConnection, Stage


async def playing(stage: Stage, packets: int) -> str:
    """Let the agent speak and play so much of it; the item's id."""
    stage.send("response.create")
    await stage.settled()
    stage.audio_output.play_on(packets)
    return str(stage.client.last("response.output_item.done")["item"]["id"])


async def test_everyone_connected_hears_everything_from_then_on() -> None:
    stage = Stage()
    stage.type("before")
    late = FakeConnection()
    stage.session.attach(late)
    stage.type("after")
    assert late.types() == ["session.created", "conversation.item.added", "conversation.item.done"]
    assert late.events[1:] == stage.client.events[-2:]
    stage.session.detach(late)
    stage.type("later")
    assert len(late.events) == 3


async def test_the_effective_session_is_told_first() -> None:
    stage = Stage(instructions="Be kind.")
    session = stage.client.events[0]["session"]
    assert session["id"].startswith("sess_")
    assert (session["object"], session["instructions"]) == ("realtime.session", "Be kind.")
    assert session["expires_at"] == 3600


async def test_a_barge_in_cuts_the_voice_where_it_is() -> None:
    stage = Stage()
    item_id = await playing(stage, packets=30)
    stage.hear(LOUD, 2)
    assert stage.client.types()[-3:] == [
        "input_audio_buffer.speech_started",
        "output_audio_buffer.cleared",
        "conversation.item.truncated",
    ]
    truncated = stage.client.last("conversation.item.truncated")
    assert (truncated["item_id"], truncated["audio_end_ms"]) == (item_id, 600)
    assert stage.audio_output.queue == []


async def test_a_barge_in_while_words_still_come_cancels_the_response() -> None:
    stage = Stage()
    stage.text_to_speech.free.clear()
    stage.send("response.create")
    await asyncio.sleep(0.01)
    stage.audio_output.play_on(5)
    stage.hear(LOUD, 2)
    done = stage.client.last("response.done")["response"]
    assert done["status_details"] == {"type": "cancelled", "reason": "turn_detected"}
    assert stage.client.last("conversation.item.truncated")["audio_end_ms"] == 100
    await stage.settled()


async def test_the_words_of_a_cut_item_are_no_longer_known() -> None:
    stage = Stage()
    item_id = await playing(stage, packets=30)
    stage.hear(LOUD, 2)
    stage.send("conversation.item.retrieve", item_id=item_id)
    assert stage.client.last("conversation.item.retrieved")["item"]["content"] == [{"type": "output_audio"}]


async def test_a_session_may_forbid_interrupting() -> None:
    stage = Stage(audio={"input": {"turn_detection": {"type": "server_vad", "interrupt_response": False}}})
    await playing(stage, packets=30)
    stage.hear(LOUD, 2)
    assert stage.client.types()[-1] == "input_audio_buffer.speech_started"


async def test_a_reply_heard_to_its_end_is_not_cut_any_more() -> None:
    stage = Stage()
    await playing(stage, packets=100)
    stage.session.silence()
    assert stage.client.types()[-1] == "output_audio_buffer.stopped"


async def test_silencing_silence_says_nothing() -> None:
    stage = Stage()
    stage.session.silence()
    assert stage.client.types() == ["session.created"]


async def test_other_turn_detection_holds_from_the_next_frame() -> None:
    stage = Stage()
    stage.send("session.update", session={"type": "realtime", "audio": {"input": {"turn_detection": None}}})
    stage.hear(LOUD, 10)
    assert stage.client.types() == ["session.created", "session.updated"]


async def test_two_sessions_never_meet() -> None:
    one, other = Stage(), Stage()
    one.type("mine")
    one.speak()
    await one.settled()
    assert other.client.types() == ["session.created"]
    assert list(other.session.items) == []
    assert other.session.input_audio.audio.heard_ms == 0
