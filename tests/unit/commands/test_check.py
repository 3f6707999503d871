"""`main.py check`, against our own engine and against a provider that differs."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from commands.check import differences, shown
from commands.exit_codes import ExitCode
from tests.fakes.command import Ended, ended, start
from tests.fakes.engine_server import SERVER_KEY, running_engine
from tests.fakes.engine_session import ScriptedSpeechToText

KEY = "sk-check-key-0123456789"
USAGE = {"input_tokens": 100, "output_tokens": 50, "output_token_details": {"audio_tokens": 50}}


async def checked(folder: Path, **env: str) -> Ended:
    async with asyncio.timeout(60):
        return await ended(await start(folder, "check", PERSONA="ibx", **env))


async def test_our_own_engine_is_as_it_is_asked_to_be(tmp_path: Path) -> None:
    async with running_engine(speech_to_text=ScriptedSpeechToText("Hello there")) as engine:
        done = await checked(tmp_path, OPENAI_BASE_URL=engine.url, OPENAI_API_KEY=SERVER_KEY)
    assert done.code == ExitCode.OK, done.said + done.complained
    assert '"voice": "alloy"' in done.said
    assert "\nagent: " in done.said
    assert "sound: " in done.said
    assert "caller: Hello there (gpt-transcribe)" in done.said
    assert done.said.splitlines()[-1].startswith("cost: $0.0")
    assert SERVER_KEY not in done.said + done.complained


async def test_without_a_key_the_engine_of_the_command_is_checked(tmp_path: Path) -> None:
    done = await checked(tmp_path)
    assert done.code == ExitCode.OK, done.said + done.complained
    assert "provider: engine" in done.said
    assert "this server has no recogniser" in done.said
    assert done.said.splitlines()[-1] == "cost: $0.000000"


async def test_a_wrong_key_ends_it_with_the_providers_code(tmp_path: Path) -> None:
    async with running_engine() as engine:
        done = await checked(tmp_path, OPENAI_BASE_URL=engine.url, OPENAI_API_KEY=KEY)
    assert done.code == ExitCode.PROVIDER
    assert "provider_unauthorized" in done.complained
    assert KEY not in done.said + done.complained


@asynccontextmanager
async def headstrong(refuses: dict[str, Any] | None = None, while_in: str = "") -> AsyncIterator[str]:
    """Run a provider that speaks with another voice and cannot write down what it hears.

    :param refuses: error with which it refuses the session
    :param while_in: path of the field that it refuses the session for; empty: whatever is in it
    """

    def is_refused(session: dict[str, Any]) -> bool:
        inner: Any = session
        for name in while_in.split(".") if while_in else ():
            inner = inner.get(name) if isinstance(inner, dict) else None
        return refuses is not None and inner is not None

    async def tell(socket: ServerConnection, kind: str, **fields: Any) -> None:
        await socket.send(json.dumps({"type": kind, **fields}))

    async def serve_one(socket: ServerConnection) -> None:
        async for frame in socket:
            event = json.loads(frame)
            match event["type"]:
                case "session.update" if is_refused(event["session"]):
                    await tell(socket, "error", error=refuses)
                case "session.update":
                    session = event["session"] | {"client_secret": {"value": "ek_secret"}}
                    if "output" in session["audio"]:
                        session["audio"]["output"]["voice"] = "cedar"
                    await tell(socket, "session.updated", session=session)
                case "response.create":
                    sound = base64.b64encode(bytes(48_000)).decode()
                    await tell(socket, "response.output_audio_transcript.delta", delta="Hello.")
                    await tell(socket, "response.output_audio.delta", item_id="a1", delta=sound)
                    await tell(socket, "response.done", response={"status": "completed", "usage": USAGE})
                case "input_audio_buffer.commit":
                    kind = "conversation.item.input_audio_transcription.failed"
                    await tell(socket, kind, item_id="u1", error={"code": "model_not_found"})

    async with serve(serve_one, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}/v1"


async def test_every_difference_and_the_cost_are_said(tmp_path: Path) -> None:
    async with headstrong() as url:
        done = await checked(tmp_path, OPENAI_BASE_URL=url, OPENAI_API_KEY=KEY)
    assert done.code == ExitCode.SOME_FAILED, done.complained
    assert [line for line in done.said.splitlines() if line.startswith("! ")] == [
        '! session.audio.output.voice: "alloy" was asked for; it is "cedar"',
        "! caller: gpt-transcribe wrote nothing down: model_not_found",
    ]
    assert "sound: 1.0 s" in done.said
    assert done.said.splitlines()[-1] == "cost: $0.001060"
    assert "ek_secret" not in done.said


async def test_a_refused_session_says_which_field(tmp_path: Path) -> None:
    async with headstrong({"code": "invalid_value", "param": "session.instructions"}) as url:
        done = await checked(tmp_path, OPENAI_BASE_URL=url, OPENAI_API_KEY=KEY)
    assert done.code == ExitCode.PROVIDER
    assert "invalid_value: session.instructions" in done.complained


async def test_an_optional_field_that_is_refused_is_a_difference_like_any_other(tmp_path: Path) -> None:
    field = "audio.input.transcription.languages"
    async with headstrong({"code": "unknown_parameter", "param": f"session.{field}"}, while_in=field) as url:
        done = await checked(tmp_path, OPENAI_BASE_URL=url, OPENAI_API_KEY=KEY)
    assert done.code == ExitCode.SOME_FAILED, done.complained
    assert f'! session.{field}: ["en"] was asked for; the session does not have it' in done.said


@pytest.mark.parametrize(
    ("asked", "got", "told"),
    [
        ({"a": 1}, {"a": 1, "more": 2}, []),
        ({"a": None}, {}, []),
        (
            {"a": {"b": [1, {"c": 2}]}},
            {"a": {"b": [1, {"c": 3}]}},
            ["session.a.b[1].c: 2 was asked for; it is 3"],
        ),
        ({"a": [1, 2]}, {"a": [1]}, ["session.a: [1, 2] was asked for; it is [1]"]),
        ({"a": {"b": 1}}, {"a": None}, ['session.a: {"b": 1} was asked for; it is null']),
        ({"a": 1}, {}, ["session.a: 1 was asked for; the session does not have it"]),
    ],
)
def test_a_difference_names_its_place(asked: Any, got: Any, told: list[str]) -> None:
    assert list(differences(asked, got)) == told


def test_what_is_shown_holds_no_key_and_no_long_text() -> None:
    tools = [{"type": "function", "name": "look_up", "parameters": {"type": "object"}}]
    session = {"client_secret": {"value": "ek_1"}, "instructions": "x" * 5000, "tools": tools}
    assert shown(session) == {"instructions": f"{'x' * 200}… (5000 characters)", "tools": ["look_up"]}
