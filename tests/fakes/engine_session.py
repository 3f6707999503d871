"""A session of the engine without sound: what it says is kept, what it plays a test decides."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

from engine.llm.language_model import LanguageModel, Piece, Prompt, TextPiece
from engine.media.audio_output import Player, SpokenItem
from engine.session.client_events import ClientEvents
from engine.session.session import EngineSession
from engine.session.transcription_config import new_session_of_any_type
from engine.stt.speech_to_text import Hints, NoSpeechToText, SpeechToText
from engine.tts.text_to_speech import Voice
from tests.fakes.timer import FakeTimer

FRAME = bytes(1024)
LOUD, QUIET = b"\1" + FRAME[1:], FRAME
"""Frames that `detect` takes for speech and for silence."""
PACKETS_PER_SENTENCE = 50


def detect(frame: bytes) -> float:
    """Return the probability of speech in a frame."""
    return float(frame[0])


class FakeConnection:
    """Keeps every event."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.closed = False

    def send(self, text: str) -> None:
        self.events.append(json.loads(text))

    def close(self) -> None:
        self.closed = True

    def types(self) -> list[str]:
        return [event["type"] for event in self.events]

    def of(self, event_type: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == event_type]

    def last(self, event_type: str) -> dict[str, Any]:
        return self.of(event_type)[-1]


class FakeEncoder:
    """Cuts the sound of `FakeTextToSpeech` into packets."""

    def encode(self, pcm: bytes) -> list[bytes]:
        return [pcm[at : at + 4] for at in range(0, len(pcm), 4)]

    def flush(self) -> list[bytes]:
        return []


class FakeAudioOutput:
    """Begins to play at once, goes on when told."""

    plays = True

    def __init__(self, player: Player) -> None:
        self._player = player
        self.queue: list[SpokenItem] = []

    def new_encoder(self, sample_rate: int) -> FakeEncoder:
        return FakeEncoder()

    def play(self, utterance: SpokenItem) -> None:
        self.queue.append(utterance)
        utterance.started.set()
        self._player.utterance_started(utterance)

    def clear(self) -> list[SpokenItem]:
        cut, self.queue = self.queue, []
        return cut

    def play_on(self, packets: int) -> None:
        """Play so many packets of 20 ms of the first in the queue."""
        for _ in range(packets):
            self.queue[0].packets.popleft()
        self.queue[0].sent += packets

    def play_out(self) -> None:
        """Play the first in the queue to its end."""
        utterance = self.queue.pop(0)
        utterance.sent += len(utterance.packets)
        utterance.packets.clear()
        self._player.utterance_stopped(utterance)


class FakeTextToSpeech:
    """A second of sound for every sentence; may be held up."""

    sample_rate = 100

    def __init__(self) -> None:
        self.said: list[tuple[str, Voice]] = []
        self.has_spoken = asyncio.Event()
        self.free = asyncio.Event()
        self.free.set()

    async def speak(self, sentence: str, voice: Voice) -> AsyncGenerator[bytes, None]:
        self.said.append((sentence, voice))
        self.has_spoken.set()
        yield b"20ms" * PACKETS_PER_SENTENCE
        await self.free.wait()


class ScriptedModel:
    """Answers as told and keeps what it was asked; may be held up."""

    def __init__(self, *replies: Piece) -> None:
        self._replies = list(replies)
        self.prompts: list[Prompt] = []
        self.free = asyncio.Event()
        self.free.set()

    async def reply(self, prompt: Prompt) -> AsyncGenerator[Piece, None]:
        self.prompts.append(prompt)
        await self.free.wait()
        yield self._replies.pop(0) if self._replies else TextPiece("One. Two.")


class ScriptedSpeechToText:
    """Always understands the same, word by word, and keeps what it was given."""

    def __init__(self, words: str) -> None:
        self._words = words
        self.heard: list[tuple[bytes, Hints]] = []

    async def transcribe(self, audio: AsyncIterator[bytes], hints: Hints) -> AsyncGenerator[str, None]:
        self.heard.append((b"".join([block async for block in audio]), hints))
        for word in re.findall(r"\s*\S+", self._words):
            yield word


class Stage:
    """A session with one connection."""

    def __init__(
        self,
        *,
        language_model: LanguageModel | None = None,
        speech_to_text: SpeechToText | None = None,
        **session: Any,
    ) -> None:
        self.timer = FakeTimer()
        self.text_to_speech = FakeTextToSpeech()
        self.language_model = language_model or ScriptedModel()
        self.session = EngineSession(
            new_session_of_any_type({"type": "realtime", **session}),
            audio_output=self._new_audio_output,
            language_model=self.language_model,
            text_to_speech=self.text_to_speech,
            speech_to_text=speech_to_text or NoSpeechToText(),
            detect=detect,
            call_later=self.timer,
            expires_at=3600,
            word_interval_s=0,
        )
        self.client = FakeConnection()
        self.client_events = ClientEvents(self.session)
        self.session.attach(self.client)

    def _new_audio_output(self, player: Player) -> FakeAudioOutput:
        self.audio_output = FakeAudioOutput(player)
        return self.audio_output

    def send(self, event_type: str, **fields: Any) -> None:
        """Send a client event."""
        self.client_events.receive(json.dumps({"type": event_type, **fields}), self.client)

    def type(self, text: str) -> None:
        """Send typed words."""
        content = [{"type": "input_text", "text": text}]
        self.send("conversation.item.create", item={"type": "message", "role": "user", "content": content})

    def hear(self, frame: bytes, times: int) -> None:
        """Audio of the caller, 32 ms a frame."""
        for _ in range(times):
            self.session.input_audio.audio.hear(frame)

    def speak(self, frames: int = 30) -> None:
        """Let the caller speak, and be silent for the half second that ends a turn."""
        self.hear(LOUD, frames)
        self.hear(QUIET, 16)

    async def settled(self) -> None:
        """Every response and recognition has ended."""
        while tasks := self.session.responses.tasks:
            await asyncio.wait(tasks)
            await asyncio.sleep(0)
        await self.session.recognised()
