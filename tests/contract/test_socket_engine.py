"""The official SDK as the engine's client over plain WebSockets, and with transcription sessions."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest
from openai import AsyncOpenAI
from websockets.exceptions import ConnectionClosed

from engine.session.call import EngineLimits
from tests.contract.socket import Socket, conversation, transcription
from tests.fakes.engine_server import SERVER_KEY, EngineServer, running_engine
from tests.fakes.engine_session import ScriptedSpeechToText
from tests.fakes.webrtc_caller import calling

GUIDE = "Be kind.\n# Opening hours\nWe open at nine. We close at five."
SECOND = bytes(2 * 24_000)
WORDS = "when do you open"
TRANSCRIBED = "conversation.item.input_audio_transcription"
MANUAL: Any = {"input": {"turn_detection": None, "transcription": {"model": "gpt-transcribe"}}}


@asynccontextmanager
async def listening(words: str = WORDS, **options: Any) -> AsyncIterator[tuple[EngineServer, AsyncOpenAI]]:
    """Run an engine with a recogniser, and its client."""
    async with (
        running_engine(speech_to_text=ScriptedSpeechToText(words), **options) as engine,
        AsyncOpenAI(api_key=SERVER_KEY, base_url=engine.url, max_retries=0, timeout=10) as client,
    ):
        yield engine, client


def types_of(socket: Socket) -> list[str]:
    return [event["type"] for event in socket.events]


async def error_after(socket: Socket, **event: Any) -> dict[str, Any]:
    await socket.connection.send(event)  # type: ignore[arg-type]
    error: dict[str, Any] = (await socket.until("error"))["error"]
    return error


async def test_a_spoken_question_is_answered_aloud_over_the_socket_alone() -> None:
    async with listening() as (_, client), conversation(client, instructions=GUIDE, audio=MANUAL) as socket:
        for _ in range(10):
            await socket.append(SECOND[: len(SECOND) // 10])
        await socket.connection.input_audio_buffer.commit()
        await socket.connection.response.create()
        await socket.until("response.done")
        completed = next(each for each in socket.events if each["type"] == f"{TRANSCRIBED}.completed")
        assert completed["transcript"] == WORDS
        said = [each["transcript"] for each in socket.events if "transcript.done" in each["type"]]
        assert said == ["We open at nine. We close at five."]
        sound = [each["delta"] for each in socket.events if each["type"] == "response.output_audio.delta"]
        pcm = np.frombuffer(b"".join(map(base64.b64decode, sound)), np.int16)
        assert pcm.size > 24_000 and np.abs(pcm).max() > 1000
        # The words of the caller come beside the answer, in any order.
        types = [each for each in types_of(socket) if not each.startswith(TRANSCRIBED)]
        assert types[2:6] == [
            "input_audio_buffer.committed",
            "conversation.item.added",
            "conversation.item.done",
            "response.created",
        ]
        last_sound = len(types) - types[::-1].index("response.output_audio.delta")
        assert "response.output_audio.done" in types[last_sound:]
        assert not [name for name in types if name.startswith("output_audio_buffer.")]


async def test_a_reply_is_truncated_within_its_length_and_no_further() -> None:
    async with listening() as (_, client), conversation(client, instructions=GUIDE) as socket:
        await socket.connection.response.create()
        await socket.until("response.done")
        item_id = (next(e for e in socket.events if e["type"] == "response.output_item.done"))["item"]["id"]
        cut: Any = {"item_id": item_id, "content_index": 0}
        await socket.connection.conversation.item.truncate(**cut, audio_end_ms=500)
        assert (await socket.until("conversation.item.truncated"))["audio_end_ms"] == 500
        await socket.connection.conversation.item.truncate(**cut, audio_end_ms=900_000)
        assert (await socket.until("error"))["error"]["param"] == "audio_end_ms"


async def test_a_transcription_session_says_just_the_events_of_each_piece_in_order() -> None:
    async with listening() as (_, client), transcription(client, turn_detection=None) as socket:
        session = socket.events[0]["session"]
        assert (session["type"], session["object"]) == ("transcription", "realtime.transcription_session")
        for _ in range(2):
            await socket.append(SECOND)
            await socket.connection.input_audio_buffer.commit()
            await socket.until(f"{TRANSCRIBED}.completed")
        piece = ["input_audio_buffer.committed", *[f"{TRANSCRIBED}.delta"] * 4, f"{TRANSCRIBED}.completed"]
        assert types_of(socket) == ["session.created", "session.updated", *piece, *piece]
        first, second = (e for e in socket.events if e["type"] == "input_audio_buffer.committed")
        assert (first["previous_item_id"], second["previous_item_id"]) == (None, first["item_id"])
        deltas = [e["delta"] for e in socket.events if e.get("item_id") == first["item_id"] and "delta" in e]
        assert "".join(deltas) == WORDS
        assert socket.events[-1]["usage"] == {"type": "duration", "seconds": pytest.approx(1, abs=0.04)}


async def test_without_a_recogniser_every_piece_fails_and_says_what_is_missing(openai: AsyncOpenAI) -> None:
    async with transcription(openai, turn_detection=None) as socket:
        await socket.append(SECOND)
        await socket.connection.input_audio_buffer.commit()
        error = (await socket.until(f"{TRANSCRIBED}.failed"))["error"]
        assert error["code"] == "no_recognizer"
        assert "--extra whisper" in error["message"]


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ({"type": "input_audio_buffer.append", "audio": "no base64!"}, "invalid_base64_audio"),
        ({"type": "input_audio_buffer.append", "audio": 7}, "invalid_type"),
        ({"type": "input_audio_buffer.append"}, "missing_required_parameter"),
        ({"type": "input_audio_buffer.append", "audio": "A" * (15 * 1024 * 1024 + 4)}, "audio_too_large"),
        ({"type": "input_audio_buffer.commit"}, "input_audio_buffer_commit_empty"),
        ({"type": "response.create"}, "invalid_value"),
        ({"type": "conversation.item.create"}, "invalid_value"),
        ({"type": "session.update", "session": {"type": "realtime"}}, "invalid_value"),
        (
            {"type": "session.update", "session": {"type": "transcription", "instructions": "x"}},
            "unknown_parameter",
        ),
        (
            {
                "type": "session.update",
                "session": {"type": "transcription", "audio": {"input": {"format": {"type": "audio/pcmu"}}}},
            },
            "invalid_value",
        ),
    ],
)
async def test_what_is_wrong_is_said_and_the_session_goes_on(
    openai: AsyncOpenAI, event: dict[str, Any], code: str
) -> None:
    async with transcription(openai, turn_detection=None) as socket:
        error = await error_after(socket, event_id="mine", **event)
        assert (error["code"], error["event_id"]) == (code, "mine")
        await socket.append(SECOND)
        await socket.connection.input_audio_buffer.commit()
        await socket.until("input_audio_buffer.committed")


async def test_cleared_sound_is_not_committed(openai: AsyncOpenAI) -> None:
    async with transcription(openai, turn_detection=None) as socket:
        await socket.append(SECOND)
        await socket.connection.input_audio_buffer.clear()
        await socket.until("input_audio_buffer.cleared")
        await socket.connection.input_audio_buffer.commit()
        assert (await socket.until("error"))["error"]["code"] == "input_audio_buffer_commit_empty"


async def test_closed_sockets_leave_nothing_behind(openai: AsyncOpenAI, engine: EngineServer) -> None:
    async with conversation(openai, instructions=GUIDE) as socket:
        await socket.connection.response.create()
        await socket.until("response.output_audio.delta")
        call = next(iter(engine.calls))
    async with asyncio.timeout(5):
        while len(engine.calls) or call.session.responses.tasks:  # noqa: ASYNC110 (the engine tells nobody)
            await asyncio.sleep(0.005)
    assert not call.session.connections


async def test_an_ephemeral_key_opens_the_session_it_carries(openai: AsyncOpenAI) -> None:
    secret = await openai.realtime.client_secrets.create(
        session={"type": "transcription", "audio": {"input": {"transcription": {"model": "gpt-transcribe"}}}}
    )
    session: Any = secret.session
    assert (session.type, session.object) == ("transcription", "realtime.transcription_session")
    async with openai.with_options(api_key=secret.value).realtime.connect(extra_query={}) as connection:
        created = await Socket(connection).until("session.created")
    assert created["session"]["audio"]["input"]["turn_detection"]["type"] == "server_vad"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"intent": "transcription", "model": "gpt-transcribe"}, 400),
        ({"intent": "translation"}, 400),
        ({}, 400),
    ],
)
async def test_an_address_that_names_no_session_is_refused(
    openai: AsyncOpenAI, query: dict[str, str], status: int
) -> None:
    with pytest.raises(Exception, match=f"HTTP {status}"):
        async with openai.realtime.connect(extra_query=dict(query)):
            pass


async def test_captions_come_over_webrtc_with_turns_and_their_words() -> None:
    async with listening() as (engine, client), calling() as caller:
        secret = await client.realtime.client_secrets.create(session={"type": "transcription"})
        offer = await caller.offer()
        headers = {"Authorization": f"Bearer {secret.value}", "Content-Type": "application/sdp"}
        answer = await engine.http.post("/realtime/calls", content=offer, headers=headers)
        assert answer.status_code == 201
        await caller.accept(answer.text)
        created = await caller.event("session.created")
        assert created["session"]["type"] == "transcription"
        call = next(iter(engine.calls))
        hear_turn(call.session.input_audio.audio)
        await caller.event("input_audio_buffer.speech_stopped")
        item_id = (await caller.event("input_audio_buffer.committed"))["item_id"]
        completed = await caller.event(f"{TRANSCRIBED}.completed")
        assert (completed["item_id"], completed["transcript"]) == (item_id, WORDS)


def hear_turn(audio: Any) -> None:
    audio._detect = lambda frame: float(frame != bytes(1024))
    for frame in [*[b"\1" * 1024] * 30, *[bytes(1024)] * 30]:
        audio.hear(frame)


async def test_push_to_talk_works_over_the_data_channel() -> None:
    async with listening() as (engine, client), calling() as caller:
        session: Any = {"type": "realtime", "instructions": GUIDE, "audio": MANUAL}
        answer = await client.realtime.calls.create(sdp=await caller.offer(), session=session)
        await caller.accept(answer.text)
        await caller.event("session.created")
        audio = next(iter(engine.calls)).session.input_audio.audio
        for _ in range(100):
            audio.hear(b"\1" * 1024)
        caller.send("input_audio_buffer.clear")
        await caller.event("input_audio_buffer.cleared")
        for _ in range(30):
            audio.hear(b"\1" * 1024)
        caller.send("input_audio_buffer.commit")
        caller.send("response.create")
        completed = await caller.event(f"{TRANSCRIBED}.completed")
        assert completed["usage"]["seconds"] < 3
        done = await caller.event("response.done")
        assert done["response"]["output"][0]["content"][0]["transcript"].startswith("We open at nine")


async def test_the_session_limit_ends_the_socket_with_its_error() -> None:
    async with (
        running_engine(limits=EngineLimits(session_s=0.2)) as engine,
        AsyncOpenAI(api_key=SERVER_KEY, base_url=engine.url, max_retries=0, timeout=10) as client,
        client.realtime.connect(model="x") as connection,
    ):
        socket = Socket(connection)
        assert (await socket.until("error"))["error"]["code"] == "session_expired"
        with pytest.raises(ConnectionClosed):
            await socket.until("never")
