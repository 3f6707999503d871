"""`main.py ask FILE`: one spoken question over a WebSocket, and its spoken answer.

A small example of that protocol: append, commit, `response.create`, deltas, truncation on Ctrl-C.
"""

import argparse
import asyncio
import base64
import io
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agents.persona import Persona
from commands.audio.reading import BYTES_PER_SAMPLE, RATE, Flaws, UnreadableAudio, duration_s, read_audio
from commands.audio.wav import write_wav
from commands.exit_codes import ExitCode
from commands.provider import NothingListens, provider_of
from commands.targets import file_name, require_writable, write_or_rescue
from realtime.client_events import (
    input_audio_buffer_commit,
    item_truncate,
    response_cancel,
    response_create,
)
from realtime.events import ServerEvent, server_event
from realtime.failures import ProviderFailure
from realtime.session import build_session
from realtime.socket import RealtimeSocket, SessionRefused, SocketLost
from settings import Settings
from text_units import word_floor

APPEND_BYTES = RATE * BYTES_PER_SAMPLE // 10
"""Bytes of audio in one event: 100 ms."""
TRUNCATED_WITHIN_S = 5.0
QUESTION_WITHIN_S = 3.0
"""Seconds to wait for the transcript of the question when the answer is complete."""


class Refused(Exception):
    """Refusal of the provider to answer; the text is its code."""


@dataclass
class SpokenAnswer:
    """The part of the answer that has arrived."""

    question: str | None = None
    """Transcript of the question; None until it comes, empty where the recogniser has none."""
    text: str = ""
    sound: dict[str, bytearray] = field(default_factory=dict)
    """24 kHz mono PCM16 by item, in the order of speaking."""
    began_at: float | None = None
    """When a player would have begun: at the first audio."""
    status: str = "in_progress"

    @property
    def pcm(self) -> bytes:
        """Audio of all items: 24 kHz mono PCM16."""
        return b"".join(self.sound.values())

    def apply(self, event: dict[str, Any], now: float) -> None:
        """Apply an event of the session.

        :param now: seconds
        :raises Refused: it is an error
        """
        match server_event(event.get("type")):
            case ServerEvent.OUTPUT_AUDIO_DELTA:
                self.began_at = self.began_at if self.began_at is not None else now
                sound = self.sound.setdefault(str(event.get("item_id")), bytearray())
                sound += base64.b64decode(event.get("delta") or "")
            case ServerEvent.OUTPUT_TRANSCRIPT_DELTA | ServerEvent.OUTPUT_TEXT_DELTA:
                self.text += str(event.get("delta") or "")
            case ServerEvent.TRANSCRIPTION_COMPLETED:
                self.question = str(event.get("transcript") or "")
            case ServerEvent.TRANSCRIPTION_FAILED:
                self.question = ""
            case ServerEvent.RESPONSE_DONE:
                self._finish(event.get("response") or {})
            case ServerEvent.ERROR:
                raise Refused((event.get("error") or {}).get("code") or "error")

    def cut(self, now: float) -> dict[str, int]:
        """Drop what could not have been played by now; return the ms heard of each item that was cut."""
        whole_ms = _ms(self.pcm)
        left_ms = min(whole_ms, round((now - self.began_at) * 1000)) if self.began_at is not None else 0
        self.text = self.text[: word_floor(self.text, len(self.text) * left_ms // max(whole_ms, 1))]
        heard: dict[str, int] = {}
        for item_id, sound in self.sound.items():
            length_ms, kept_ms = _ms(sound), min(_ms(sound), left_ms)
            left_ms -= kept_ms
            del sound[kept_ms * RATE // 1000 * BYTES_PER_SAMPLE :]
            if kept_ms < length_ms:
                heard[item_id] = kept_ms
        return heard

    def _finish(self, response: dict[str, Any]) -> None:
        self.status = str(response.get("status"))
        if self.status == "failed":
            error = (response.get("status_details") or {}).get("error") or {}
            raise Refused(error.get("code") or "failed")


def run(arguments: Sequence[str], persona: Persona, settings: Settings) -> int:
    """Run the command.

    :param persona: persona that answers
    :return: an `ExitCode`
    """
    parser = argparse.ArgumentParser("main.py ask", description="One spoken question, one spoken answer.")
    parser.add_argument("file", type=Path, metavar="FILE", help="the question: anything with sound in it")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where to write; beside the file by default")
    options = parser.parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # A terminal may not be able to show the answer.
    try:
        return asyncio.run(_ask(options.file, options.out or options.file.parent, persona, settings))
    except (UnreadableAudio, OSError) as error:
        return _stopped(f"{options.file}: {error}", ExitCode.USAGE)
    except NothingListens as nothing:
        return _stopped(str(nothing), ExitCode.PROVIDER)
    except ProviderFailure as failure:
        return _stopped(f"the provider could not be used: {failure.code}", ExitCode.PROVIDER)
    except (SessionRefused, SocketLost, Refused) as refused:
        return _stopped(f"the provider did not answer: {refused}", ExitCode.PROVIDER)
    except KeyboardInterrupt:
        return _stopped("interrupted", ExitCode.INTERRUPTED)


def _stopped(why: str, code: ExitCode) -> ExitCode:
    print(f"ask: {why}", file=sys.stderr)
    return code


async def _ask(file: Path, out: Path, persona: Persona, settings: Settings) -> ExitCode:
    sound, text = (out / file_name(file.stem, f".answer.{ending}") for ending in ("wav", "txt"))
    await asyncio.to_thread(duration_s, file)
    for target in (sound, text):
        require_writable(target)
    session, flaws = _session(persona, settings), Flaws()
    async with provider_of(settings, listens=True) as provider:
        socket = await provider.open(session, model=session["model"])
        try:
            await send_question(socket, file, flaws)
            interrupted = asyncio.Event()
            with _first_ctrl_c(interrupted):
                answer = await receive_answer(socket, interrupted, provider.silent_s)
        finally:
            await socket.close()
    if told := str(flaws):
        _stopped(f"{file}: {told}", ExitCode.SOME_FAILED)
    _write(answer, sound, text)
    if answer.status == "in_progress":
        return ExitCode.INTERRUPTED
    return ExitCode.OK if answer.status == "completed" and not told else ExitCode.SOME_FAILED


@contextmanager
def _first_ctrl_c(sets: asyncio.Event) -> Iterator[None]:
    """Set an event at the first Ctrl-C; a second one ends the command as usual."""
    loop = asyncio.get_running_loop()
    before = signal.getsignal(signal.SIGINT)

    def set_event(*_: object) -> None:
        signal.signal(signal.SIGINT, before)
        loop.call_soon_threadsafe(sets.set)

    signal.signal(signal.SIGINT, set_event)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _session(persona: Persona, settings: Settings) -> dict[str, Any]:
    """Build the persona's session with manual turns and without tools, which this command does not run."""
    spec = persona.session(
        model=settings.openai_model,
        voice=settings.openai_voice,
        transcription_model=settings.openai_transcription_model,
    )
    session = build_session(spec)
    session["audio"]["input"]["turn_detection"] = None
    session.pop("tools", None)
    return session


async def send_question(socket: RealtimeSocket, file: Path, flaws: Flaws) -> None:
    """Append the whole file, commit it and ask for an answer.

    :param flaws: is told what is wrong with the file
    :raises UnreadableAudio: the file holds no audio
    :raises SocketLost: the connection is closed
    """
    async for chunk in _chunks(file, flaws):
        await socket.append(chunk)
    await socket.send(input_audio_buffer_commit())
    await socket.send(response_create())


async def _chunks(file: Path, flaws: Flaws) -> AsyncIterator[bytes]:
    blocks, waiting = read_audio(file, flaws), bytearray()
    while (block := await asyncio.to_thread(next, blocks, None)) is not None:
        waiting += block
        while len(waiting) >= APPEND_BYTES:
            yield bytes(waiting[:APPEND_BYTES])
            del waiting[:APPEND_BYTES]
    if waiting:
        yield bytes(waiting)


async def receive_answer(
    socket: RealtimeSocket,
    interrupted: asyncio.Event,
    silent_s: float,
    now: Callable[[], float] = time.monotonic,
) -> SpokenAnswer:
    """Receive the answer to its end, or to the interruption, which truncates it at the provider.

    :param silent_s: seconds that the provider may be silent
    :raises Refused: the provider answers with an error
    :raises SocketLost: the connection is closed or silent
    """
    answer = SpokenAnswer()
    stopping = asyncio.create_task(interrupted.wait())
    try:
        while answer.status == "in_progress" and not stopping.done():
            receiving = asyncio.create_task(socket.receive())
            try:
                done, _ = await asyncio.wait(
                    {receiving, stopping}, timeout=silent_s, return_when=asyncio.FIRST_COMPLETED
                )
                if receiving in done:
                    answer.apply(receiving.result(), now())
                elif not done:
                    raise SocketLost("silent")
            finally:
                receiving.cancel()
                await asyncio.gather(receiving, return_exceptions=True)
    finally:
        stopping.cancel()
    if answer.status == "in_progress":
        await _truncate(socket, answer.cut(now()))
    else:
        await _receive_question(socket, answer)
    return answer


async def _receive_question(socket: RealtimeSocket, answer: SpokenAnswer) -> None:
    """Wait for the transcript of the question, which may come after the answer or not at all."""
    with suppress(TimeoutError, SocketLost, Refused):
        async with asyncio.timeout(QUESTION_WITHIN_S):
            while answer.question is None:
                answer.apply(await socket.receive(), 0.0)


async def _truncate(socket: RealtimeSocket, heard: dict[str, int]) -> None:
    """Stop the answer and truncate it in the conversation to what was heard."""
    await socket.send(response_cancel())
    for item_id, end_ms in heard.items():
        await socket.send(item_truncate(item_id, end_ms))
    left = set(heard)
    try:
        async with asyncio.timeout(TRUNCATED_WITHIN_S):
            while left:
                event = await socket.receive()
                if server_event(event.get("type")) == ServerEvent.ITEM_TRUNCATED:
                    left.discard(str(event.get("item_id")))
    except TimeoutError:
        print("ask: the provider did not confirm the cut", file=sys.stderr)


def _write(answer: SpokenAnswer, sound: Path, text: Path) -> None:
    """Print the answer, and write it into these files."""
    if not answer.pcm and not answer.text:
        return
    if answer.question:
        print(f"? {answer.question}")
    print(answer.text, flush=True)
    write_or_rescue(text, lambda path: path.write_text(answer.text + "\n", "utf-8", "replace"))
    write_or_rescue(sound, lambda path: write_wav(path, answer.pcm))


def _ms(pcm: bytes | bytearray) -> int:
    return len(pcm) * 1000 // (RATE * BYTES_PER_SAMPLE)
