"""The responses of one session: started, thought, spoken, cancelled."""

import asyncio
import json
import logging
import math
import re
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Protocol

from engine.http.api_error import EngineError
from engine.llm.language_model import LanguageModel, Prompt, ToolCall
from engine.llm.sentence_buffer import SentenceBuffer
from engine.media.audio_output import AudioOutput, SpokenItem
from engine.media.speech_encoder import encoded
from engine.session.items import Item, Items
from engine.session.language import language_of_session, language_of_text
from engine.session.response import ResponseEvents, Status
from engine.session.response_params import ResponseParams, input_items
from engine.session.session_config import SessionConfig
from engine.session.usage import usage
from engine.tts.text_to_speech import TextToSpeech, Voice

log = logging.getLogger("guftagu.engine")

FIRST_PACKET_WAIT_S = 0.1
INPUT_MS_PER_TOKEN = 100
MAX_OUT_OF_BAND = 4
"""Out-of-band responses of a session at once."""
MAX_REPLY_CHARS = 4096
"""Of what is said or written in one response: five minutes of speech."""


class ResponseContext(Protocol):
    """What a response needs of its session."""

    id: str
    items: Items
    explained: bool
    """Whether the caller was told that speech is not understood here."""

    @property
    def agent(self) -> SessionConfig:
        """The settings by which responses are made."""

    @property
    def committed_ms(self) -> int:
        """The milliseconds of the caller's speech that are in the conversation."""

    def emit(self, event_type: str, **fields: Any) -> None:
        """Send an event to every connection."""

    async def recognised(self) -> None:
        """Wait until everything committed so far is words, or known to stay none."""


@dataclass(eq=False)
class Run:
    """A response and what it goes by."""

    response: ResponseEvents
    params: ResponseParams
    items: list[Item]
    idle: bool
    utterance: SpokenItem | None = None


class ResponseRunner:
    """Runs responses: at most one at a time in the conversation, any number out of band."""

    def __init__(
        self,
        conversation: ResponseContext,
        language_model: LanguageModel,
        text_to_speech: TextToSpeech,
        audio_output: AudioOutput,
        word_interval_s: float,
    ) -> None:
        """Create the response runner.

        :param word_interval_s: the pace at which words are put out, well ahead of the voice
        """
        self._conversation = conversation
        self._language_model = language_model
        self._text_to_speech = text_to_speech
        self._audio_output = audio_output
        self._word_interval_s = word_interval_s
        self._tasks: dict[Run, asyncio.Task[None]] = {}
        self._answer_owed = False

    @property
    def active(self) -> ResponseEvents | None:
        """The response in progress in the conversation."""
        responses = (run.response for run in self._tasks if not run.params.out_of_band)
        return next((response for response in responses if not response.finished), None)

    @property
    def _out_of_band(self) -> int:
        return sum(run.params.out_of_band for run in self._tasks)

    @property
    def tasks(self) -> list[asyncio.Task[None]]:
        """The work in progress."""
        return list(self._tasks.values())

    def create(self, params: ResponseParams, *, idle: bool = False) -> None:
        """Start a response.

        :param idle: nobody said anything, for long
        :raises ApiError: while another is active in the conversation
        """
        if self.active and not params.out_of_band:
            raise EngineError(
                f"Conversation already has an active response in progress: {self.active.id}. "
                "Wait until the response is finished before creating a new one.",
                code="conversation_already_has_active_response",
            )
        if params.out_of_band and self._out_of_band >= MAX_OUT_OF_BAND:
            raise EngineError(
                f"Rate limit reached: at most {MAX_OUT_OF_BAND} out-of-band responses at once.",
                code="rate_limit_exceeded",
                kind="rate_limit_error",
            )
        items = input_items(params.input, self._conversation.items)
        run = Run(self._new_response(params), params, items, idle)
        run.response.begin()
        self._tasks[run] = asyncio.create_task(self._run(run))
        self._tasks[run].add_done_callback(lambda task: self._ended(run, task))

    def answer_turn(self) -> None:
        """Answer what the caller said, now or when the response in progress is done."""
        if self.active:
            self._answer_owed = True
        else:
            self.create(ResponseParams())

    def cancel(self, response_id: str | None = None, *, reason: str = "client_cancelled") -> None:
        """Stop generating; what is playing plays on.

        :param response_id: None means the one in the conversation
        :raises ApiError: when there is nothing to cancel
        """
        wanted = response_id or (self.active.id if self.active else None)
        for run, task in self._tasks.items():
            if run.response.id == wanted and not run.response.finished:
                self._finish(run, "cancelled", reason=reason)
                task.cancel()
                return
        raise EngineError("Cancellation failed: no active response found.", code="response_cancel_not_active")

    async def close(self) -> None:
        """Stop everything, saying nothing."""
        self._answer_owed = False
        for run, task in self._tasks.items():
            run.response.finished = True
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    def _new_response(self, params: ResponseParams) -> ResponseEvents:
        session, config = self._conversation, self._conversation.agent
        return ResponseEvents(
            session.emit,
            None if params.out_of_band else session.items,
            conversation_id=None if params.out_of_band else session.id.replace("sess_", "conv_"),
            modality=(params.output_modalities or config.output_modalities)[0],
            voice=_name(params, config),
            max_output_tokens=params.max_output_tokens or config.max_output_tokens,
            metadata=params.metadata,
        )

    async def _run(self, run: Run) -> None:
        await self._conversation.recognised()
        text = SentenceBuffer(MAX_REPLY_CHARS)
        has_called = explains = False
        async with aclosing(self._language_model.reply(self._prompt(run))) as pieces:
            async for piece in pieces:
                if isinstance(piece, ToolCall):
                    has_called = True
                    await self._say(run, text.flush())
                    run.response.call_function(piece.name, json.dumps(piece.arguments, ensure_ascii=False))
                else:
                    await self._say(run, text.add(piece.text))
                    explains |= piece.explains
        rest = text.flush()
        if not (rest or run.response.is_open or has_called):
            self._open_message(run)
        await self._say(run, rest)
        self._conversation.explained |= explains
        self._finish(run, "completed")

    def _prompt(self, run: Run) -> Prompt:
        config, params = self._conversation.agent, run.params
        return Prompt(
            instructions="\n\n".join(filter(None, (params.instructions, config.instructions))),
            items=run.items,
            tools=config.tools if params.tools is None else params.tools,
            tool_choice=params.tool_choice or config.tool_choice,
            language=language_of_session(config),
            explained=self._conversation.explained,
            aside=_aside(params, run.response.modality),
            idle=run.idle,
        )

    async def _say(self, run: Run, parts: list[str]) -> None:
        """Speak and write sentences, in the message that is open or a new one."""
        for sentence in parts:
            goes_on = run.response.is_open
            if not goes_on:
                self._open_message(run)
            if run.utterance:
                await self._speak(sentence, run.utterance, run.params)
            await self._write(f" {sentence}" if goes_on else sentence, run.response)

    def _open_message(self, run: Run) -> None:
        item_id = run.response.open_message()
        if run.response.modality == "audio":
            run.utterance = SpokenItem(run.response.id, item_id)
            self._audio_output.play(run.utterance)

    async def _speak(self, sentence: str, utterance: SpokenItem, params: ResponseParams) -> None:
        config = self._conversation.agent
        language = language_of_text(sentence, language_of_session(config))
        voice = Voice(language, _name(params, config), config.audio.output.speed)
        encoder = self._audio_output.new_encoder(self._text_to_speech.sample_rate)
        async with aclosing(self._text_to_speech.speak(sentence, voice)) as pcm:
            async for packets in encoded(pcm, encoder):
                utterance.add(packets)
        await _first_packet_sent(utterance)

    async def _write(self, text: str, response: ResponseEvents) -> None:
        for word in re.findall(r"\s*\S+", text):
            response.append(word)
            await asyncio.sleep(self._word_interval_s)

    def _finish(self, run: Run, status: Status, **details: Any) -> None:
        session = self._conversation
        audio_tokens = math.ceil(session.committed_ms / INPUT_MS_PER_TOKEN)
        audio_ms = run.utterance.length_ms if run.utterance else 0
        counted = usage(session.agent.instructions, run.items, audio_tokens, run.response.text, audio_ms)
        run.response.finish(status, counted, **details)

    def _ended(self, run: Run, task: asyncio.Task[None]) -> None:
        del self._tasks[run]
        if not task.cancelled() and (error := task.exception()):
            log.error("response %s failed: %s", run.response.id, type(error).__name__)
        if not run.response.finished:
            self._finish(run, "failed", error={"type": "server_error", "code": "engine_failure"})
        # Only now, so that `output_audio_buffer.stopped` follows `response.done`.
        if run.utterance:
            run.utterance.finish()
        if self._answer_owed and not self.active:
            self._answer_owed = False
            self.answer_turn()


def _aside(params: ResponseParams, modality: str) -> str:
    return params.instructions or "" if params.out_of_band and modality == "text" else ""


def _name(params: ResponseParams, config: SessionConfig) -> str:
    voice = params.voice or config.audio.output.voice
    return voice if isinstance(voice, str) else voice.id


async def _first_packet_sent(utterance: SpokenItem) -> None:
    """Words follow a sound that begins at once; they do not wait for a caller who is not connected yet."""
    try:
        async with asyncio.timeout(FIRST_PACKET_WAIT_S):
            await utterance.started.wait()
    except TimeoutError:
        return
