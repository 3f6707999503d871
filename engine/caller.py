"""What the caller says by voice: turns, the items they become, their words, and long silence."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from engine.idle import CallLater, IdleTimer
from engine.input_audio import BYTES_PER_MS, InputAudio
from engine.items import Item, new_id
from engine.recognizer import RecognitionFailed, Recognizer
from engine.response_params import ResponseParams
from engine.session_config import ServerVad
from engine.turns import SpeechStarted, SpeechStopped

if TYPE_CHECKING:
    from engine.session import Session

TRANSCRIPTION = "conversation.item.input_audio_transcription"


class Caller:
    """The speaking side of one session."""

    def __init__(
        self,
        session: "Session",
        recognizer: Recognizer,
        detect: Callable[[bytes], float],
        call_later: CallLater,
    ) -> None:
        self._session = session
        self._recognizer = recognizer
        self._recognitions: set[asyncio.Task[None]] = set()
        self._idle = IdleTimer(call_later, self._ask_idle_caller)
        self._coming_item_id = new_id("item")
        self.committed_ms = 0
        """How much of the caller's speech is in the conversation."""
        self.audio = InputAudio(session.config.turn_detection, detect, self._turn)

    def commit(self) -> None:
        """Make an item of what was said since the last commit.

        :raises ApiError: when that is too little
        """
        audio = self.audio.take()
        self.committed_ms += len(audio) // BYTES_PER_MS
        item = self._add_item()
        task = asyncio.create_task(self._recognise(item, audio))
        self._recognitions.add(task)
        task.add_done_callback(self._recognitions.discard)

    def wait(self) -> None:
        """A reply was played; from now on silence counts."""
        settings = self._session.config.turn_detection
        self._idle.arm(settings.idle_timeout_ms if isinstance(settings, ServerVad) else None)

    def not_idle(self) -> None:
        """Something happened."""
        self._idle.disarm()

    async def recognised(self) -> None:
        """Returns when everything committed so far is words, or known to stay none."""
        if self._recognitions:
            await asyncio.wait(self._recognitions)

    async def close(self) -> None:
        """Stop listening."""
        self._idle.disarm()
        for task in self._recognitions:
            task.cancel()
        await asyncio.gather(*self._recognitions, return_exceptions=True)

    def _turn(self, turn: SpeechStarted | SpeechStopped) -> None:
        settings = self._session.config.turn_detection
        assert settings is not None
        if isinstance(turn, SpeechStarted):
            self._idle.disarm()
            self._buffer_event("speech_started", audio_start_ms=turn.audio_start_ms)
            if settings.interrupt_response:
                self._session.interrupt()
        else:
            self._buffer_event("speech_stopped", audio_end_ms=turn.audio_end_ms)
            self.commit()
            if settings.create_response:
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
        self._session.add(item)
        self._coming_item_id = new_id("item")
        return item

    async def _recognise(self, item: Item, audio: bytes) -> None:
        wanted = self._session.config.audio.input.transcription
        place = {"item_id": item["id"], "content_index": 0}
        try:
            words = await self._recognizer.transcribe(audio, (wanted and wanted.languages) or [])
        except RecognitionFailed as failure:
            if wanted:
                error = {"type": "transcription_error", "code": failure.code, "message": failure.message}
                self._session.emit(f"{TRANSCRIPTION}.failed", **place, error=error | {"param": None})
            return
        item["content"][0]["transcript"] = words
        if wanted:
            length = {"type": "duration", "seconds": len(audio) / BYTES_PER_MS / 1000}
            self._session.emit(f"{TRANSCRIPTION}.completed", **place, transcript=words, usage=length)

    def _ask_idle_caller(self) -> None:
        if self._session.responses.active:
            return
        now_ms = self.audio.heard_ms
        self._buffer_event("timeout_triggered", audio_start_ms=now_ms, audio_end_ms=now_ms)
        self._add_item()
        self._session.responses.create(ResponseParams(), idle=True)

    def _buffer_event(self, name: str, **fields: int | str | None) -> None:
        self._session.emit(f"input_audio_buffer.{name}", item_id=self._coming_item_id, **fields)
