"""What the caller says by voice: turns, the items they become, their words, and long silence."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

from engine.session.idle import CallLater, IdleTimer
from engine.session.input_audio_buffer import BYTES_PER_MS, InputAudioBuffer
from engine.session.items import Item, new_id
from engine.session.response_params import ResponseParams
from engine.session.session_config import InputTranscription, ServerVad
from engine.session.transcription_config import TranscriptionConfig
from engine.session.turn_detection import SpeechStarted, SpeechStopped
from engine.stt.speech_to_text import Hints, RecognitionFailed, SpeechToText

if TYPE_CHECKING:
    from engine.session.session import EngineSession

log = logging.getLogger("guftagu.engine")

MAX_WAITING_MS = 600_000
"""Speech that waits for the recogniser; what is committed beyond it fails at once."""
TRANSCRIPTION = "conversation.item.input_audio_transcription"


class InputAudioTurns:
    """The speaking side of one session."""

    def __init__(
        self,
        session: "EngineSession",
        speech_to_text: SpeechToText,
        detect: Callable[[bytes], float],
        call_later: CallLater,
    ) -> None:
        self._session = session
        self._speech_to_text = speech_to_text
        self._recognitions: dict[asyncio.Task[None], int] = {}
        """Those in progress or waiting, with the length of their speech in ms."""
        self._idle = IdleTimer(call_later, self._ask_idle_caller)
        self._coming_item_id = new_id("item")
        self.committed_ms = 0
        """How much of the caller's speech is in the conversation."""
        self.audio = InputAudioBuffer(session.config.turn_detection, detect, self._turn)

    def commit(self) -> None:
        """Make an item of what was said since the last commit.

        :raises ApiError: when that is too little
        """
        audio = self.audio.take()
        length_ms = len(audio) // BYTES_PER_MS
        self.committed_ms += length_ms
        item = self._add_item()
        if sum(self._recognitions.values()) + length_ms > MAX_WAITING_MS:
            self._fail(item["id"], "rate_limit_exceeded", "Too much speech waits to be recognised.")
            return
        task = asyncio.create_task(self._recognise(item, audio))
        self._recognitions[task] = length_ms
        task.add_done_callback(lambda done: self._recognition_ended(item["id"], done))

    def wait(self) -> None:
        """Count silence from now on: a reply was played."""
        settings = self._session.config.turn_detection
        self._idle.arm(settings.idle_timeout_ms if isinstance(settings, ServerVad) else None)

    def not_idle(self) -> None:
        """Stop counting silence: something happened."""
        self._idle.disarm()

    async def recognised(self) -> None:
        """Wait until everything committed so far is words, or known to stay none."""
        if self._recognitions:
            await asyncio.wait(self._recognitions)

    async def close(self) -> None:
        """Stop listening."""
        self._idle.disarm()
        for task in self._recognitions:
            task.cancel()
        await asyncio.gather(*self._recognitions, return_exceptions=True)

    @property
    def _only_writing(self) -> bool:
        return isinstance(self._session.config, TranscriptionConfig)

    def _turn(self, turn: SpeechStarted | SpeechStopped) -> None:
        settings = self._session.config.turn_detection
        assert settings is not None
        if isinstance(turn, SpeechStarted):
            self._idle.disarm()
            self._buffer_event("speech_started", audio_start_ms=turn.audio_start_ms)
            if settings.interrupt_response and not self._only_writing:
                self._session.interrupt()
        else:
            self._buffer_event("speech_stopped", audio_end_ms=turn.audio_end_ms)
            self.commit()
            if settings.create_response and not self._only_writing:
                self._session.responses.answer_turn()

    def _add_item(self) -> Item:
        content = [{"type": "input_audio", "transcript": None}]
        item: Item = {
            "id": self._coming_item_id,
            "object": "realtime.item",
            "type": "message",
            "role": "user",
            "status": "completed",
            "content": content,
        }
        self._buffer_event("committed", previous_item_id=self._session.items.last_id)
        if self._only_writing:
            self._session.items.add(item)
        else:
            self._session.add(item)
        self._coming_item_id = new_id("item")
        return item

    async def _recognise(self, item: Item, audio: bytes) -> None:
        wanted = self._session.config.transcription
        place = {"item_id": item["id"], "content_index": 0}
        words = ""
        try:
            async for piece in self._speech_to_text.transcribe(_blocks(audio), _hints(wanted)):
                words += piece
                if wanted:
                    self._session.emit(f"{TRANSCRIPTION}.delta", **place, delta=piece)
        except RecognitionFailed as failure:
            self._fail(item["id"], failure.code, failure.message)
            return
        item["content"][0]["transcript"] = words
        if wanted:
            length = {"type": "duration", "seconds": len(audio) / BYTES_PER_MS / 1000}
            self._session.emit(f"{TRANSCRIPTION}.completed", **place, transcript=words, usage=length)

    def _recognition_ended(self, item_id: str, task: asyncio.Task[None]) -> None:
        del self._recognitions[task]
        if not task.cancelled() and (error := task.exception()):
            log.error("recognition of %s failed: %s", item_id, type(error).__name__)
            self._fail(item_id, "recognizer_failed", "The speech recogniser is out of order.")

    def _fail(self, item_id: str, code: str, message: str) -> None:
        if self._session.config.transcription is None:
            return
        error = {"type": "transcription_error", "code": code, "message": message, "param": None}
        self._session.emit(f"{TRANSCRIPTION}.failed", item_id=item_id, content_index=0, error=error)

    def _ask_idle_caller(self) -> None:
        if self._session.responses.active:
            return
        now_ms = self.audio.heard_ms
        self._buffer_event("timeout_triggered", audio_start_ms=now_ms, audio_end_ms=now_ms)
        self._add_item()
        self._session.responses.create(ResponseParams(), idle=True)

    def _buffer_event(self, name: str, **fields: int | str | None) -> None:
        self._session.emit(f"input_audio_buffer.{name}", item_id=self._coming_item_id, **fields)


async def _blocks(audio: bytes) -> AsyncIterator[bytes]:
    """Yield the sound of an utterance that is whole."""
    yield audio


def _hints(wanted: InputTranscription | None) -> Hints:
    if wanted is None:
        return Hints()
    languages = wanted.languages or [wanted.language or ""]
    # Several languages leave it open which one is spoken.
    language = languages[0] if len(languages) == 1 else None
    return Hints(language or None, tuple(wanted.keywords or ()), wanted.prompt)
