import asyncio
import base64
import json
import signal
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from websockets.asyncio.server import ServerConnection, serve

from commands.ask import Refused, SpokenAnswer, receive_answer
from commands.exit_codes import ExitCode
from realtime.socket import RealtimeSocket, SocketLost
from tests.fakes.command import ended, start
from tests.fakes.engine_server import SERVER_KEY, running_engine
from tests.fakes.engine_session import ScriptedSpeechToText
from tests.fakes.speech import write_microphone

SECOND = bytes(48_000)
QUESTION = "اے ٹی ایم سے رقم نہ نکلے تو کیا کروں؟"


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """Provide a folder with a question."""
    write_microphone(tmp_path / "question.wav", 0.3, "بینک کب کھلتا ہے؟", 0.3)
    return tmp_path


def delta(item_id: str, pcm: bytes) -> dict[str, Any]:
    return {
        "type": "response.output_audio.delta",
        "item_id": item_id,
        "delta": base64.b64encode(pcm).decode(),
    }


def words(text: str) -> dict[str, Any]:
    return {"type": "response.output_audio_transcript.delta", "delta": text}


async def test_a_spoken_question_is_answered_in_sound_and_text(here: Path) -> None:
    async with running_engine(speech_to_text=ScriptedSpeechToText(QUESTION)) as engine:
        process = await start(
            here, "ask", "question.wav", OPENAI_BASE_URL=engine.url, OPENAI_API_KEY=SERVER_KEY
        )
        done = await ended(process)
        assert done.code == ExitCode.OK, done.complained
        assert len(engine.calls) == 0
    text = (here / "question.answer.txt").read_text().strip()
    assert done.said.splitlines() == [f"? {QUESTION}", text]
    assert text.startswith("اگر رقم نہ نکلے")
    with wave.open(str(here / "question.answer.wav")) as file:
        assert (file.getnchannels(), file.getframerate()) == (1, 24_000)
        assert file.getnframes() > 24_000


async def test_without_a_key_and_a_recogniser_it_says_what_is_missing(here: Path) -> None:
    done = await ended(await start(here, "ask", "question.wav", "--out", "answers"))
    assert done.code == ExitCode.PROVIDER
    assert "OPENAI_API_KEY" in done.complained
    assert list((here / "answers").iterdir()) == []


async def test_an_answer_is_printed_whatever_the_terminal_can_show(here: Path) -> None:
    async with running_engine(speech_to_text=ScriptedSpeechToText(QUESTION)) as engine:
        env = {"OPENAI_BASE_URL": engine.url, "OPENAI_API_KEY": SERVER_KEY, "PYTHONIOENCODING": "ascii"}
        done = await ended(await start(here, "ask", "question.wav", **env))
    assert done.code == ExitCode.OK, done.complained
    assert r"\u0627" in done.said
    assert (here / "question.answer.txt").read_text().startswith("اگر رقم نہ نکلے")


async def test_a_folder_that_cannot_be_written_is_told_before_the_question_is_asked(here: Path) -> None:
    (here / "taken").write_text("a file")
    async with silent() as (asked, url):
        env = {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": "sk-x"}
        done = await ended(await start(here, "ask", "question.wav", "--out", "taken", **env))
        assert done.code == ExitCode.USAGE
        assert "taken" in done.complained
        assert not asked.is_set()


async def test_no_audio_and_a_wrong_key_have_their_exit_codes(here: Path) -> None:
    (here / "text.wav").write_text("no sound")
    assert (await ended(await start(here, "ask", "text.wav"))).code == ExitCode.USAGE
    async with running_engine() as engine:
        key = "sk-wrong-0123456789"
        process = await start(here, "ask", "question.wav", OPENAI_BASE_URL=engine.url, OPENAI_API_KEY=key)
        done = await ended(process)
    assert done.code == ExitCode.PROVIDER
    assert "provider_unauthorized" in done.complained
    assert key not in done.complained + done.said


class Endless:
    """A provider whose answer is long and never done."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.told = asyncio.Event()

    async def serve(self, socket: ServerConnection) -> None:
        async for text in socket:
            event = json.loads(text)
            self.events.append(event)
            match event["type"]:
                case "session.update":
                    await socket.send(json.dumps({"type": "session.updated"}))
                case "response.create":
                    for answer in (words("A long answer that goes on"), delta("item_1", SECOND * 60)):
                        await socket.send(json.dumps(answer))
                    await (await socket.ping())
                    self.told.set()
                case "conversation.item.truncate":
                    await socket.send(json.dumps(event | {"type": "conversation.item.truncated"}))

    def sent(self, event_type: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == event_type]


@asynccontextmanager
async def endless() -> AsyncIterator[tuple[Endless, str]]:
    provider = Endless()
    async with serve(provider.serve, "127.0.0.1", 0) as server:
        yield provider, f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/v1"


async def test_ctrl_c_cuts_the_answer_where_it_was_heard_and_tells_the_provider(here: Path) -> None:
    async with endless() as (provider, url):
        process = await start(here, "ask", "question.wav", OPENAI_BASE_URL=url, OPENAI_API_KEY="sk-x")
        async with asyncio.timeout(30):
            await provider.told.wait()
        process.send_signal(signal.SIGINT)
        done = await ended(process)
        assert done.code == ExitCode.INTERRUPTED, done.complained
        order = [event["type"] for event in provider.events if not event["type"].endswith("append")]
        assert order == [
            "session.update",
            "input_audio_buffer.commit",
            "response.create",
            "response.cancel",
            "conversation.item.truncate",
        ]
        cut = provider.sent("conversation.item.truncate")[0]
    assert (cut["item_id"], cut["content_index"]) == ("item_1", 0)
    assert 0 <= cut["audio_end_ms"] < 30_000
    with wave.open(str(here / "question.answer.wav")) as file:
        assert file.getnframes() == cut["audio_end_ms"] * 24
    session = provider.sent("session.update")[0]["session"]
    assert session["audio"]["input"]["turn_detection"] is None


async def test_ctrl_c_before_any_sound_leaves_no_empty_answer(here: Path) -> None:
    async with silent() as (asked, url):
        process = await start(here, "ask", "question.wav", OPENAI_BASE_URL=url, OPENAI_API_KEY="sk-x")
        async with asyncio.timeout(30):
            await asked.wait()
        process.send_signal(signal.SIGINT)
        done = await ended(process)
    assert done.code == ExitCode.INTERRUPTED, done.complained
    assert "Traceback" not in done.complained
    assert not (here / "question.answer.wav").exists()


async def test_an_interruption_that_cancels_the_listening_leaves_nobody_reading_the_socket() -> None:
    reading, over = asyncio.Event(), asyncio.Event()

    class Silent(RealtimeSocket):
        def __init__(self) -> None:
            """Do without a connection."""

        async def receive(self) -> dict[str, Any]:
            reading.set()
            try:
                await asyncio.Event().wait()
                raise SocketLost("closed")
            finally:
                over.set()

    listening = asyncio.create_task(receive_answer(Silent(), asyncio.Event(), 60.0))
    await reading.wait()
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening
    assert over.is_set()


async def test_ctrl_c_while_the_session_is_opened_ends_it(here: Path) -> None:
    async with silent("session.update") as (asked, url):
        process = await start(here, "ask", "question.wav", OPENAI_BASE_URL=url, OPENAI_API_KEY="sk-x")
        async with asyncio.timeout(30):
            await asked.wait()
        process.send_signal(signal.SIGINT)
        done = await ended(process)
    assert done.code == ExitCode.INTERRUPTED, done.complained
    assert "Traceback" not in done.complained


@asynccontextmanager
async def silent(at: str = "response.create") -> AsyncIterator[tuple[asyncio.Event, str]]:
    """Run a provider that is silent from this event on, and tell when that has come."""
    asked = asyncio.Event()

    async def serve_one(socket: ServerConnection) -> None:
        async for text in socket:
            kind = json.loads(text)["type"]
            if kind == at:
                asked.set()
            elif kind == "session.update":
                await socket.send(json.dumps({"type": "session.updated"}))

    async with serve(serve_one, "127.0.0.1", 0) as server:
        yield asked, f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/v1"


class FakeSocket:
    """Says what it is given, then nothing."""

    def __init__(self, *events: dict[str, Any]) -> None:
        self._events = list(events)

    async def receive(self) -> dict[str, Any]:
        if self._events:
            return self._events.pop(0)
        await asyncio.Event().wait()
        raise AssertionError


async def answer_of(*events: dict[str, Any]) -> SpokenAnswer:
    socket = cast(RealtimeSocket, FakeSocket(*events))
    async with asyncio.timeout(10):
        return await receive_answer(socket, asyncio.Event(), silent_s=0.01)


DONE = {"type": "response.done", "response": {"status": "completed"}}


async def test_a_question_that_is_understood_after_the_answer_is_heard_too() -> None:
    late = {"type": "conversation.item.input_audio_transcription.completed", "transcript": QUESTION}
    assert (await answer_of(words("Yes."), DONE, late)).question == QUESTION


async def test_an_answer_is_whole_without_the_recogniser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commands.ask.QUESTION_WITHIN_S", 0)
    answer = await answer_of(words("Yes."), DONE)
    assert (answer.text, answer.status, answer.question) == ("Yes.", "completed", None)


async def test_a_provider_that_falls_silent_is_not_waited_for_for_ever() -> None:
    with pytest.raises(SocketLost, match="silent"):
        await answer_of(words("Yes"))


def test_an_answer_is_cut_through_the_item_being_heard_and_before_those_behind_it() -> None:
    answer = SpokenAnswer()
    for event in (words("one two "), delta("a", SECOND), words("three four"), delta("b", SECOND * 2)):
        answer.apply(event, now=10.0)
    answer.apply(delta("c", SECOND), now=10.2)
    assert answer.cut(now=12.0) == {"b": 1000, "c": 0}
    assert len(answer.pcm) == 2 * len(SECOND)
    assert answer.text == "one two"


def test_what_was_wholly_heard_is_not_cut() -> None:
    answer = SpokenAnswer()
    answer.apply(delta("a", SECOND), now=0)
    assert answer.cut(now=60) == {}


def test_a_failed_response_and_an_error_are_refusals() -> None:
    failed = {"status": "failed", "status_details": {"error": {"code": "rate_limit_exceeded"}}}
    with pytest.raises(Refused, match="rate_limit_exceeded"):
        SpokenAnswer().apply({"type": "response.done", "response": failed}, now=0)
    with pytest.raises(Refused, match="commit_empty"):
        SpokenAnswer().apply({"type": "error", "error": {"code": "commit_empty"}}, now=0)
