"""What clients may ask of a session, event by event."""

from collections.abc import Callable
from typing import Any

from pydantic import Field

from engine.http.api_error import EngineError
from engine.http.validation import StrictObject, validated
from engine.media.appended_audio import AppendedAudio, require_pcm
from engine.session.event import Event, decoded, encoded
from engine.session.event_rate import EventRate
from engine.session.items import client_item
from engine.session.response_params import ResponseParams
from engine.session.session import Connection, EngineSession
from engine.session.transcription_config import TranscriptionConfig, updated_session_of_any_type


class Truncate(StrictObject):
    """`conversation.item.truncate`."""

    item_id: str
    content_index: int = Field(ge=0, le=0)
    audio_end_ms: int = Field(ge=0)


class ClientEvents:
    """Carries client events out; what is wrong with one is said to its sender alone."""

    def __init__(self, session: EngineSession, appended: AppendedAudio | None = None) -> None:
        """Create the client events.

        :param appended: takes the sound where it travels in events; None where a media track brings it
        """
        self._session = session
        self._appended = appended
        self._rate = EventRate()
        self._handlers: dict[str, Callable[[Event], None]] = {
            "session.update": self._update_session,
            "input_audio_buffer.append": self._append_audio,
            "input_audio_buffer.clear": self._clear_audio,
            "input_audio_buffer.commit": self._commit_audio,
        }
        if not isinstance(session.config, TranscriptionConfig):
            self._handlers |= self._handlers_of_conversation()

    def _handlers_of_conversation(self) -> dict[str, Callable[[Event], None]]:
        session = self._session
        return {
            "conversation.item.create": self._create_item,
            "conversation.item.delete": self._delete_item,
            "conversation.item.retrieve": self._retrieve_item,
            "conversation.item.truncate": self._truncate_item,
            "output_audio_buffer.clear": lambda _: session.silence(),
            "response.create": self._create_response,
            "response.cancel": lambda event: session.responses.cancel(event.get("response_id")),
        }

    def receive(self, text: str | bytes, sender: Connection) -> None:
        """One client event."""
        event: Event = {}
        try:
            if not self._rate.takes(len(text)):
                raise EngineError(
                    "Rate limit reached: too many events. Send them more slowly.",
                    code="rate_limit_exceeded",
                    kind="rate_limit_error",
                )
            event = decoded(text)
            self._handler(event)(event)
        except EngineError as error:
            told = error.fields() | {"event_id": _text_or_none(event.get("event_id"))}
            sender.send(encoded("error", error=told))

    def _handler(self, event: Event) -> Callable[[Event], None]:
        event_type = event.get("type")
        if event_type is None:
            raise EngineError(
                "Missing required parameter: 'type'.", code="missing_required_parameter", param="type"
            )
        handler = self._handlers.get(event_type) if isinstance(event_type, str) else None
        if handler is None:
            known = ", ".join(f"'{name}'" for name in self._handlers)
            raise EngineError(
                f"Invalid value: {event_type!r}. Supported values are: {known}.",
                code="invalid_value",
                param="type",
            )
        return handler

    def _update_session(self, event: Event) -> None:
        session = self._session
        wanted = _required(event, "session")
        updated = updated_session_of_any_type(session.config, wanted, has_spoken=bool(session.spoken))
        if self._appended:
            require_pcm(updated)
        session.configure(updated)

    def _create_item(self, event: Event) -> None:
        self._session.add(client_item(_required(event, "item")), event.get("previous_item_id"))

    def _delete_item(self, event: Event) -> None:
        self._session.items.remove(_required(event, "item_id"))
        self._session.emit("conversation.item.deleted", item_id=event["item_id"])

    def _retrieve_item(self, event: Event) -> None:
        item = self._session.items.get(_required(event, "item_id"), "retrieve")
        self._session.emit("conversation.item.retrieved", item=item)

    def _truncate_item(self, event: Event) -> None:
        fields = {name: value for name, value in event.items() if name not in ("type", "event_id")}
        wanted = validated(Truncate, fields, "")
        self._session.items.get(wanted.item_id, "truncate")
        utterance = self._session.spoken.get(wanted.item_id)
        if utterance is None or wanted.audio_end_ms > utterance.length_ms:
            length_ms = utterance.length_ms if utterance else 0
            raise EngineError(
                f"Audio content of {length_ms}ms is already shorter than {wanted.audio_end_ms}ms.",
                code="invalid_value",
                param="audio_end_ms",
            )
        self._session.truncate(wanted.item_id, wanted.audio_end_ms)

    def _append_audio(self, event: Event) -> None:
        if self._appended is None:
            raise EngineError(
                "Audio of a WebRTC call arrives on its media track and cannot be appended.",
                code="input_audio_buffer_append_unsupported",
                param="type",
            )
        self._appended.append(_required(event, "audio"))

    def _clear_audio(self, event: Event) -> None:
        if self._appended:
            self._appended.clear()
        self._session.input_audio.audio.clear()
        self._session.emit("input_audio_buffer.cleared")

    def _commit_audio(self, event: Event) -> None:
        if self._appended:
            self._appended.flush()
        self._session.input_audio.commit()

    def _create_response(self, event: Event) -> None:
        params = validated(ResponseParams, event.get("response") or {}, "response")
        self._session.responses.create(params)


def _required(event: Event, name: str) -> Any:
    if event.get(name) is None:
        raise EngineError(
            f"Missing required parameter: '{name}'.", code="missing_required_parameter", param=name
        )
    return event[name]


def _text_or_none(value: Any) -> str | None:
    return value if isinstance(value, str) else None
