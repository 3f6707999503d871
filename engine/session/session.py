"""One session: a conversation, and everyone who hears of it.

The order of events holds because everything that says one runs in the event loop without awaiting in between.
"""

from collections.abc import Callable
from typing import Any, Protocol

from engine.llm.language_model import LanguageModel
from engine.media.audio_output import AudioOutput, Player, SpokenItem
from engine.session.event import encoded
from engine.session.idle import CallLater
from engine.session.input_audio_turns import InputAudioTurns
from engine.session.items import Item, Items, new_id
from engine.session.responses import ResponseRunner
from engine.session.session_config import SessionConfig
from engine.session.transcription_config import AnyConfig
from engine.stt.speech_to_text import SpeechToText
from engine.tts.text_to_speech import TextToSpeech


class Connection(Protocol):
    """A data channel or a sideband WebSocket."""

    def send(self, text: str) -> None:
        """One event as JSON; never blocks."""


class EngineSession:
    """Knows nothing of WebRTC or HTTP: audio comes in as frames and goes out through an audio output."""

    def __init__(
        self,
        config: AnyConfig,
        *,
        audio_output: Callable[[Player], AudioOutput],
        language_model: LanguageModel,
        text_to_speech: TextToSpeech,
        speech_to_text: SpeechToText,
        detect: Callable[[bytes], float],
        call_later: CallLater,
        expires_at: int,
        word_interval_s: float = 0.02,
    ) -> None:
        """Create the engine session.

        :param audio_output: makes the output to the caller, which tells the session what really went out
        :param detect: probability of speech in a frame of 512 samples at 16 kHz
        :param call_later: the event loop's, or a test's
        :param expires_at: Unix seconds, only to be told
        :param word_interval_s: pace of the words ahead of the voice
        """
        self.id = new_id("sess")
        self.config = config
        self.items = Items()
        self.explained = False
        self.spoken: dict[str, SpokenItem] = {}
        """What began to be played, by item id."""
        self._expires_at = expires_at
        self.connections: list[Connection] = []
        self._audio_output = audio_output(self)
        self.input_audio = InputAudioTurns(self, speech_to_text, detect, call_later)
        self.responses = ResponseRunner(
            self, language_model, text_to_speech, self._audio_output, word_interval_s
        )

    @property
    def agent(self) -> SessionConfig:
        """The settings by which responses are made; a transcription session has none."""
        assert isinstance(self.config, SessionConfig)
        return self.config

    @property
    def committed_ms(self) -> int:
        """The milliseconds of the caller's speech that are in the conversation."""
        return self.input_audio.committed_ms

    def attach(self, connection: Connection) -> None:
        """Send `connection` every event from now on; first `session.created`."""
        self.connections.append(connection)
        connection.send(encoded("session.created", session=self.shown()))

    def detach(self, connection: Connection) -> None:
        """Send `connection` no more events."""
        if connection in self.connections:
            self.connections.remove(connection)

    def emit(self, event_type: str, **fields: Any) -> None:
        """Say an event to everyone connected."""
        text = encoded(event_type, **fields)
        for connection in list(self.connections):
            connection.send(text)

    def shown(self) -> dict[str, Any]:
        """Return the effective session, as events and answers show it."""
        about = {"id": self.id, "object": self.config.object_name, "expires_at": self._expires_at}
        return about | self.config.model_dump()

    def configure(self, config: AnyConfig) -> None:
        """Go on with other settings."""
        if config.turn_detection != self.config.turn_detection:
            self.input_audio.audio.configure(config.turn_detection)
        self.config = config
        self.emit("session.updated", session=self.shown())

    def add(self, item: Item, previous_item_id: Any = None) -> None:
        """Add a whole item to the conversation.

        :raises ApiError: when it cannot stand there
        """
        previous = self.items.add(item, previous_item_id)
        self.input_audio.not_idle()
        self.emit("conversation.item.added", previous_item_id=previous, item=item)
        self.emit("conversation.item.done", previous_item_id=previous, item=item)

    def interrupt(self) -> None:
        """Stop the response and fall silent, because the caller speaks."""
        if self.responses.active:
            self.responses.cancel(reason="turn_detected")
        self.silence()

    def silence(self) -> None:
        """Cut whatever is being played."""
        for utterance in self._audio_output.clear():
            if utterance.complete and not utterance.packets:
                self.utterance_stopped(utterance)
                continue
            if utterance.sent:
                self.emit("output_audio_buffer.cleared", response_id=utterance.response_id)
            self.truncate(utterance.item_id, utterance.played_ms)

    def truncate(self, item_id: str, audio_end_ms: int) -> None:
        """Truncate an item to what the caller heard; its words are no longer known."""
        for item in self.items:
            if item["id"] == item_id:
                item["content"] = [{"type": "output_audio"}]
                self.emit(
                    "conversation.item.truncated", item_id=item_id, content_index=0, audio_end_ms=audio_end_ms
                )

    async def recognised(self) -> None:
        """Wait until everything committed so far is words, or known to stay none."""
        await self.input_audio.recognised()

    async def close(self) -> None:
        """Stop everything; nothing is said any more."""
        self.connections.clear()
        await self.input_audio.close()
        await self.responses.close()

    def utterance_started(self, utterance: SpokenItem) -> None:
        """Its first packet goes out now."""
        self.input_audio.not_idle()
        self.spoken[utterance.item_id] = utterance
        if self._audio_output.plays:
            self.emit("output_audio_buffer.started", response_id=utterance.response_id)

    def utterance_stopped(self, utterance: SpokenItem) -> None:
        """Its last packet has gone out."""
        if utterance.sent and self._audio_output.plays:
            self.emit("output_audio_buffer.stopped", response_id=utterance.response_id)
        self.input_audio.wait()
