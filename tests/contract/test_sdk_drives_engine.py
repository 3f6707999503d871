"""The official SDK as the engine's client."""

import json
from typing import Any

import openai as sdk
import pytest
from openai import AsyncOpenAI
from openai.types.realtime import RealtimeSessionCreateRequest

from tests.contract.sideband import in_call
from tests.fakes.engine_server import EngineServer

GUIDE = "Be kind.\n# Opening hours\nWe open at nine. We close at five."
TEXT: Any = {"instructions": GUIDE, "output_modalities": ["text"]}
IBAN_TOOL: Any = {
    "type": "function",
    "name": "validate_iban",
    "description": "Checks an IBAN.",
    "parameters": {"type": "object", "properties": {"iban": {"type": "string"}}, "required": ["iban"]},
}


async def test_a_client_secret_carries_the_effective_session(openai: AsyncOpenAI) -> None:
    secret = await openai.realtime.client_secrets.create(
        expires_after={"anchor": "created_at", "seconds": 60},
        session={"type": "realtime", "instructions": GUIDE, "audio": {"output": {"voice": "verse"}}},
    )
    assert secret.value.startswith("ek_")
    session: Any = secret.session
    assert (session.type, session.instructions, session.audio.output.voice) == ("realtime", GUIDE, "verse")
    assert session.id.startswith("sess_")


async def test_a_typed_turn_is_answered_in_writing(openai: AsyncOpenAI) -> None:
    async with in_call(openai, **TEXT) as call:
        created = await call.until("session.created")
        RealtimeSessionCreateRequest.model_validate(created["session"])
        await call.type("when do you open?")
        await call.connection.response.create()
        done = await call.until("response.done")
        deltas = [event["delta"] for event in call.events if event["type"] == "response.output_text.delta"]
        assert "".join(deltas) == "We open at nine. We close at five."
        assert done["response"]["usage"]["output_tokens"] > 0


async def test_a_spoken_answer_comes_with_its_transcript_and_is_really_played(openai: AsyncOpenAI) -> None:
    async with in_call(openai, instructions=GUIDE) as call:
        await call.until("session.created")
        await call.type("opening hours")
        await call.connection.response.create()
        await call.until("output_audio_buffer.stopped")
        types = [event["type"] for event in call.events if "delta" not in event["type"]]
        assert types[3:] == [
            "response.created",
            "response.output_item.added",
            "conversation.item.added",
            "response.content_part.added",
            "output_audio_buffer.started",
            "response.output_audio.done",
            "response.output_audio_transcript.done",
            "response.content_part.done",
            "conversation.item.done",
            "response.output_item.done",
            "response.done",
            "output_audio_buffer.stopped",
        ]


async def test_a_tool_turn_calls_and_then_speaks_the_output(openai: AsyncOpenAI) -> None:
    async with in_call(openai, **TEXT, tools=[IBAN_TOOL]) as call:
        await call.type("Is PK36SCBL0000001123456702 valid?")
        await call.connection.response.create()
        item = (await call.until("response.done"))["response"]["output"][0]
        assert (item["type"], item["name"]) == ("function_call", "validate_iban")
        assert json.loads(item["arguments"]) == {"iban": "PK36SCBL0000001123456702"}
        await call.connection.conversation.item.create(
            item={"type": "function_call_output", "call_id": item["call_id"], "output": '{"valid": true}'}
        )
        await call.connection.response.create()
        answer = (await call.until("response.done"))["response"]["output"][0]
        assert answer["content"][0]["text"] == "valid: yes."


async def test_a_forced_tool_is_called(openai: AsyncOpenAI) -> None:
    async with in_call(openai, **TEXT, tools=[IBAN_TOOL]) as call:
        await call.type("hello")
        await call.connection.response.create(
            response={"tool_choice": {"type": "function", "name": "validate_iban"}}
        )
        done = await call.until("response.done")
        assert done["response"]["output"][0]["type"] == "function_call"


async def test_a_response_can_be_cancelled(openai: AsyncOpenAI) -> None:
    async with in_call(openai, instructions=GUIDE) as call:
        await call.type("opening hours")
        await call.connection.response.create()
        await call.until("response.content_part.added")
        await call.connection.response.cancel()
        done = await call.until("response.done")
        assert done["response"]["status_details"] == {"type": "cancelled", "reason": "client_cancelled"}
        await call.connection.output_audio_buffer.clear()
        await call.connection.response.cancel(event_id="mine")
        error = (await call.until("error"))["error"]
        assert (error["code"], error["event_id"]) == ("response_cancel_not_active", "mine")


async def test_a_call_is_named_and_summed_up_out_of_band_from_its_own_words(openai: AsyncOpenAI) -> None:
    async with in_call(openai, **TEXT) as call:
        await call.type("when do you open?")
        await call.connection.response.create()
        await call.until("response.done")
        for asked, told in (
            ("Name the topic of this conversation in at most five words.", "Opening hours"),
            (
                "Sum up this conversation in two sentences.",
                "The caller asked: “when do you open”. The answer was: “We open at nine”.",
            ),
        ):
            await call.connection.response.create(
                response={"conversation": "none", "output_modalities": ["text"], "instructions": asked}
            )
            response = (await call.until("response.done"))["response"]
            assert response["output"][0]["content"][0]["text"] == told


async def test_an_out_of_band_response_stays_out_of_the_conversation(openai: AsyncOpenAI) -> None:
    async with in_call(openai, instructions=GUIDE) as call:
        await call.connection.response.create(
            response={
                "conversation": "none",
                "output_modalities": ["text"],
                "metadata": {"topic": "hours"},
                "input": [
                    {
                        "type": "message",
                        "role": "user",
                        "content": [{"type": "input_text", "text": "opening hours"}],
                    }
                ],
            }
        )
        response = (await call.until("response.done"))["response"]
        assert response["metadata"] == {"topic": "hours"}
        assert "nine" in response["output"][0]["content"][0]["text"]
        assert not [event for event in call.events if event["type"].startswith("conversation.")]


async def test_the_session_can_be_updated_and_items_handled(openai: AsyncOpenAI) -> None:
    async with in_call(openai, instructions=GUIDE) as call:
        await call.connection.session.update(
            session={"type": "realtime", "audio": {"input": {"turn_detection": None}}}
        )
        assert (await call.until("session.updated"))["session"]["audio"]["input"]["turn_detection"] is None
        await call.type("hello")
        item_id = (await call.until("conversation.item.done"))["item"]["id"]
        await call.connection.conversation.item.retrieve(item_id=item_id)
        await call.until("conversation.item.retrieved")
        await call.connection.conversation.item.delete(item_id=item_id)
        await call.until("conversation.item.deleted")
        await call.connection.input_audio_buffer.clear()
        await call.until("input_audio_buffer.cleared")


async def test_hanging_up_ends_the_sideband_and_works_once(openai: AsyncOpenAI, engine: EngineServer) -> None:
    async with in_call(openai, instructions=GUIDE) as call:
        await call.until("session.created")
        await openai.realtime.calls.hangup(call.call_id)
        assert len(engine.calls) == 0
        with pytest.raises(Exception, match="1000"):
            await call.until("never")
        with pytest.raises(sdk.NotFoundError) as caught:
            await openai.realtime.calls.hangup(call.call_id)
        assert caught.value.code == "call_id_not_found"


async def test_wrong_keys_and_bad_sessions_raise_the_sdks_own_errors(
    openai: AsyncOpenAI, engine: EngineServer
) -> None:
    stranger = openai.with_options(api_key="sk-wrong")
    with pytest.raises(sdk.AuthenticationError):
        await stranger.realtime.client_secrets.create()
    flat: Any = {"type": "realtime", "voice": "verse"}
    with pytest.raises(sdk.BadRequestError) as caught:
        await openai.realtime.client_secrets.create(session=flat)
    assert (caught.value.code, caught.value.param) == ("unknown_parameter", "session.voice")
    with pytest.raises(sdk.BadRequestError) as caught:
        await openai.realtime.calls.create(sdp="v=0", session={"type": "realtime"})
    assert caught.value.code == "invalid_offer"


@pytest.mark.parametrize("key", [None, "sk-wrong"])
async def test_nobody_attaches_to_a_call_without_its_id_and_the_key(
    openai: AsyncOpenAI, key: str | None
) -> None:
    client = openai.with_options(api_key=key) if key else openai
    with pytest.raises(Exception, match="HTTP 404" if key is None else "HTTP 401"):
        async with client.realtime.connect(call_id="rtc_nobody"):
            pass
