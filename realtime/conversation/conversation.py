"""The conversation as a pure reducer: events of a session in, changes out.

No input, no output, no clock: time comes with the events (`at_ms`). Feed it the same events shuffled within
what the API allows (the streams of different items interleave; each keeps its own order), and the transcript
is the same. Nothing an event holds can make it raise.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from realtime.bounds import MAX_ITEM_CHARS, MAX_ITEMS, MAX_RESPONSE_ITEMS
from realtime.conversation.activity import Turns, answers_by_itself, detection_margins_ms
from realtime.conversation.changes import (
    Activity,
    ActivityChanged,
    Change,
    ErrorReported,
    ItemCut,
    ItemUpdated,
    ResponseFinished,
    SessionReported,
    ToolReady,
    UsageReported,
    VoiceEnded,
    VoiceMoved,
)
from realtime.conversation.content import output_text
from realtime.conversation.heard import heard_lengths
from realtime.conversation.item import Item
from realtime.conversation.pace import SpeakingPace
from realtime.conversation.response import Response, Responses
from realtime.conversation.transcript import Transcript
from realtime.error_codes import error_code, incomplete_reason
from realtime.error_place import where
from realtime.events import OLDER_NAMES, ServerEvent, server_event
from realtime.fields import (
    Json,
    Malformed,
    an_id,
    index,
    mapping,
    mappings,
    needed_id,
    needed_mapping,
    needed_text,
    number,
    text,
)
from realtime.recent import RecentDict, RecentIds
from realtime.usage import known_usage

log = logging.getLogger("guftagu.conversation")

REMEMBERED_EVENTS = 4096
"""A sideband and a browser both tell of the same event; a browser re-sends after a reconnect."""

RESPONSE_STATUSES = ("completed", "cancelled", "failed", "incomplete")
MAX_METADATA = 16
"""Entries of a response's metadata; the API takes no more."""

_STATUS_OF_ITEMS = {"cancelled": "incomplete"}
"""What a response's end makes of its items, where the words differ."""


class Conversation:
    """One conversation: its items in order, and what changes with each event.

    Out-of-band responses stay out of it: of those, only `UsageReported` and `ResponseFinished` are told.
    """

    def __init__(self) -> None:
        self._changes: list[Change] = []
        self._transcript = Transcript(self._tell)
        self.began_at_ms: float | None = None
        """When its first event arrived."""
        self._turns = Turns()
        self._margins_ms = 0.0
        self._responses = Responses()
        self._audio_ends_ms: RecentDict[float] = RecentDict(MAX_ITEMS)
        self._pace = SpeakingPace()
        self._ready_calls = RecentIds(MAX_ITEMS)
        self._metered_speech = RecentIds(MAX_ITEMS)
        self._seen = RecentIds(REMEMBERED_EVENTS)
        self._reported_malformed: set[str] = set()
        self._settled: dict[str, None] = {}
        """Ids of items from earlier sessions, in order: another session repeats them, and changes none."""
        self._agent_has_spoken = False

    @property
    def items(self) -> list[Item]:
        """All items in conversation order; a new list each time."""
        return self._transcript.items

    @property
    def is_empty(self) -> bool:
        """Whether no item stands in it."""
        return not len(self._transcript)

    def newest_first(self) -> Iterator[Item]:
        """Go through the items from the last one on; a reader of the end alone copies nothing."""
        return reversed(self._transcript)

    @property
    def agent_has_spoken(self) -> bool:
        """Whether an item of the agent was in it, in whatever session."""
        return self._agent_has_spoken

    def item(self, item_id: str) -> Item | None:
        return self._transcript.get(item_id)

    def response_of(self, item_id: str) -> str | None:
        """The id of the response an item belongs to; None where the provider did not say."""
        return self._responses.of(item_id).id or None

    @property
    def activity(self) -> Activity:
        return self._turns.activity

    def apply(self, event: dict[str, Any], at_ms: float | None = None) -> list[Change]:
        """Take in one event of the session; what changed because of it.

        :param at_ms: when the event arrived, in milliseconds on the clock of where it arrived first
        """
        self._changes = []
        activity = self.activity
        if self.began_at_ms is None:
            self.began_at_ms = number(at_ms)
        self._read(event, number(at_ms))
        self._transcript.tidy(number(at_ms))
        if self.activity != activity:
            self._tell(ActivityChanged(self.activity))
        return self._changes

    @property
    def awaits_words(self) -> bool:
        """Whether something the caller said is still being said or written down."""
        return any(item.role == "user" for item in self._transcript.unfinished.values())

    def leave_session(self, at_ms: float | None = None) -> list[Change]:
        """The session is gone and another will carry on: what was under way in it is never finished.

        :param at_ms: until when it could be heard
        """
        self._changes = []
        activity = self.activity
        if self._turns.playing is not None:
            self._stop_playing(self._responses.get(self._turns.playing), at_ms)
        for item in list(self._transcript.unfinished.values()):
            self._transcript.finish(item, "incomplete", at_ms)
        self._settled = dict.fromkeys(item.id for item in self.items)
        self._turns = Turns(answers=self._turns.answers)
        if self.activity != activity:
            self._tell(ActivityChanged(self.activity))
        return self._changes

    def _tell(self, change: Change) -> None:
        self._changes.append(change)

    def _read(self, event: object, at_ms: float | None) -> None:
        if not isinstance(event, dict) or not isinstance(event.get("type"), str):
            self._report_malformed("event")
            return
        kind = server_event(event["type"])
        if kind is None or kind not in _HANDLERS or self._is_repeated(event):
            return
        try:
            _HANDLERS[kind](self, event, at_ms)
        except Malformed:
            self._report_malformed(kind)
        except Exception as error:  # noqa: BLE001 an event must not end the call, whatever it holds
            log.error("an event of type %s could not be read: %s", kind, where(error))
            self._report_malformed(kind)

    def _is_repeated(self, event: Json) -> bool:
        event_id = an_id(event, "event_id")
        return event_id is not None and not self._seen.add(event_id)

    def _report_malformed(self, what: str) -> None:
        if what not in self._reported_malformed:
            self._reported_malformed.add(what)
            self._tell(ErrorReported("malformed_event", what))

    # -- the session ---------------------------------------------------------------------------------------

    def _on_session(self, event: Json, at_ms: float | None) -> None:
        session = needed_mapping(event, "session")
        self._turns.answers = answers_by_itself(session)
        self._margins_ms = detection_margins_ms(session)
        self._tell(SessionReported(session))

    def _on_error(self, event: Json, at_ms: float | None) -> None:
        self._report_error(needed_mapping(event, "error"))
        self._turns.refused()

    def _report_error(self, error: Json) -> None:
        self._tell(ErrorReported(error_code(error), (text(error, "message") or "")[:MAX_ITEM_CHARS]))

    # -- the caller's speech -------------------------------------------------------------------------------

    def _on_speech_started(self, event: Json, at_ms: float | None) -> None:
        item_id = needed_id(event, "item_id")
        self._turns.caller_started(item_id)
        if item := self._transcript.open(item_id, "user", at_ms):
            item.spoken, item.started_at_ms = True, at_ms
            item.speech_began_ms = number(event.get("audio_start_ms"))

    def _on_speech_stopped(self, event: Json, at_ms: float | None) -> None:
        item_id = needed_id(event, "item_id")
        self._turns.caller_stopped(item_id)
        if item := self._transcript.open(item_id, "user", at_ms):
            with self._transcript.updating(item):
                item.spoken, item.ended_at_ms = True, at_ms
                ended_ms = number(event.get("audio_end_ms"))
                if ended_ms is not None and item.speech_began_ms is not None:
                    item.speech_ms = max(0.0, ended_ms - item.speech_began_ms - self._margins_ms)

    def _on_input_committed(self, event: Json, at_ms: float | None) -> None:
        item_id = needed_id(event, "item_id")
        self._turns.caller_stopped(item_id)
        self._place(item_id, event)
        if item := self._transcript.open(item_id, "user", at_ms):
            item.spoken = True

    def _on_input_cleared(self, event: Json, at_ms: float | None) -> None:
        self._turns.caller_withdrew()

    def _on_transcription_delta(self, event: Json, at_ms: float | None) -> None:
        item_id, delta = needed_id(event, "item_id"), needed_text(event, "delta")
        if item := self._transcript.open(item_id, "user", at_ms):
            item.spoken = True
            self._transcript.append(item, index(event, "content_index"), delta)

    def _on_transcription_completed(self, event: Json, at_ms: float | None) -> None:
        item_id, transcript = needed_id(event, "item_id"), needed_text(event, "transcript")
        if item := self._transcript.open(item_id, "user", at_ms):
            item.spoken = True
            self._transcript.settle(item, index(event, "content_index"), transcript)
            self._transcript.finish(item, "completed", at_ms)
        usage = known_usage(mapping(event, "usage"))
        if usage and self._metered_speech.add(item_id):
            self._tell(UsageReported("transcription", usage, item_id))

    def _on_transcription_failed(self, event: Json, at_ms: float | None) -> None:
        item_id, error = needed_id(event, "item_id"), mapping(event, "error")
        if item := self._transcript.open(item_id, "user", at_ms):
            with self._transcript.updating(item):
                item.spoken = True
                item.failure = error_code(error)
            self._transcript.finish(item, "failed", at_ms)

    # -- items ---------------------------------------------------------------------------------------------

    def _on_item_added(self, event: Json, at_ms: float | None) -> None:
        self._take_announced(event, at_ms)

    def _on_item_done(self, event: Json, at_ms: float | None) -> None:
        self._take_announced(event, at_ms, status="completed")

    def _take_announced(self, event: Json, at_ms: float | None, status: str | None = None) -> None:
        raw = needed_mapping(event, "item")
        item_id = needed_id(raw, "id")
        if item_id not in self._settled and not self._responses.leaves_out(item_id):
            self._place(item_id, event)
            self._take(raw, at_ms, status)

    def _take(self, raw: Json, at_ms: float | None, status: str | None = None) -> Item | None:
        item = self._transcript.take(raw, at_ms, status)
        self._agent_has_spoken = self._agent_has_spoken or (item is not None and item.role == "assistant")
        return item

    def _place(self, item_id: str, event: Json) -> None:
        """Everything stands behind what earlier sessions said, of which the present one knows only a part."""
        previous = an_id(event, "previous_item_id")
        is_first = event.get("previous_item_id", "") is None
        if self._settled and (is_first or previous in self._settled):
            event = {**event, "previous_item_id": next(reversed(self._settled))}
        self._transcript.place(item_id, event)

    def _on_item_deleted(self, event: Json, at_ms: float | None) -> None:
        self._transcript.delete(needed_id(event, "item_id"))

    def _on_item_truncated(self, event: Json, at_ms: float | None) -> None:
        item_id, end_ms = needed_id(event, "item_id"), number(event.get("audio_end_ms"))
        if end_ms is None:
            raise Malformed("audio_end_ms")
        self._audio_ends_ms[item_id] = max(0.0, end_ms)
        self._mark_heard(self._responses.of(item_id))

    # -- responses -----------------------------------------------------------------------------------------

    def _on_response_created(self, event: Json, at_ms: float | None) -> None:
        raw = needed_mapping(event, "response")
        response = self._responses.get(needed_id(raw, "id"))
        self._responses.describe(response, raw)
        if not response.out_of_band and not response.done:
            self._turns.response_created(response.id)

    def _on_output_item_added(self, event: Json, at_ms: float | None) -> None:
        raw = needed_mapping(event, "item")
        if self._belongs(needed_id(raw, "id"), event):
            self._take(raw, at_ms)

    def _on_output_item_done(self, event: Json, at_ms: float | None) -> None:
        raw = needed_mapping(event, "item")
        item_id = needed_id(raw, "id")
        if self._belongs(item_id, event):
            item = self._take(raw, at_ms, status="completed")
            self._mark_heard(self._responses.of(item_id))
            if item and item.kind == "function_call" and raw.get("status") == "completed":
                self._make_ready(item)

    def _make_ready(self, item: Item) -> None:
        if item.call_id and item.name and self._ready_calls.add(item.call_id):
            self._responses.of(item.id).called_tool = True
            self._tell(ToolReady(item.id, item.call_id, item.name, item.arguments or ""))

    def _on_arguments_done(self, event: Json, at_ms: float | None) -> None:
        item_id, arguments = needed_id(event, "item_id"), needed_text(event, "arguments")
        item = self.item(item_id)
        if item and item.kind == "function_call":
            with self._transcript.updating(item):
                item.arguments = arguments[:MAX_ITEM_CHARS]

    def _on_output_delta(self, event: Json, at_ms: float | None) -> None:
        item_id, delta = needed_id(event, "item_id"), needed_text(event, "delta")
        if item := self._output_item(item_id, event, at_ms):
            self._transcript.append(item, index(event, "content_index"), delta)
            self._mark_heard(self._responses.of(item_id))
            if _is_spoken(event):
                self._begin_voice(item, at_ms)

    def _on_output_done(self, event: Json, at_ms: float | None) -> None:
        item_id = needed_id(event, "item_id")
        final = needed_text(event, "transcript" if _is_spoken(event) else "text")
        if item := self._output_item(item_id, event, at_ms):
            self._transcript.settle(item, index(event, "content_index"), final)
            self._mark_heard(self._responses.of(item_id))

    def _output_item(self, item_id: str, event: Json, at_ms: float | None) -> Item | None:
        item = self._transcript.open(item_id, "assistant", at_ms) if self._belongs(item_id, event) else None
        if item:
            item.spoken = item.spoken or _is_spoken(event)
            self._agent_has_spoken = True
        return item

    def _belongs(self, item_id: str, event: Json) -> bool:
        """Whether an output item stands in the conversation; if so, its response knows it from now on."""
        response_id, known = an_id(event, "response_id"), self.item(item_id) is not None
        if not response_id:
            return True
        return self._responses.join(response_id, item_id, index(event, "output_index"), known=known)

    def _on_response_done(self, event: Json, at_ms: float | None) -> None:
        raw = needed_mapping(event, "response")
        response = self._responses.get(needed_id(raw, "id"))
        if response.done:
            return
        response.done = True
        if response.out_of_band is None:
            self._responses.describe(response, raw)
        status, details = _status(raw), mapping(raw, "status_details")
        if not response.stays_out:
            self._complete(response, raw, status, at_ms)
        if usage := known_usage(mapping(raw, "usage")):
            self._tell(UsageReported("response", usage, response.id))
        reason, metadata = incomplete_reason(details), _metadata(raw)
        self._tell(ResponseFinished(response.id, status, reason, metadata, output_text(raw)))

    def _complete(self, response: Response, raw: Json, status: str, at_ms: float | None) -> None:
        """The response stands in the conversation and is generated: so are its items."""
        response.cancelled = status == "cancelled"
        item_status = _STATUS_OF_ITEMS.get(status, status)
        for place, output in enumerate(mappings(raw, "output", MAX_RESPONSE_ITEMS)):
            with suppress(Malformed):
                self._responses.join(response.id, needed_id(output, "id"), place, known=True)
                self._take(output, at_ms, item_status)
        for item in filter(None, map(self.item, response.item_ids())):
            self._transcript.finish(item, item_status if item.status == "in_progress" else item.status, at_ms)
        self._mark_heard(response)
        if not response.played:  # Some providers never tell of playback; their words are not held back.
            self._end_voice(response)
        if status == "failed":
            self._report_error(mapping(mapping(raw, "status_details"), "error"))
        audible = any(item.spoken for item in self._messages(response))
        awaits_playback = audible and not response.played and status in ("completed", "incomplete")
        self._turns.response_done(
            response.id, awaits_playback=awaits_playback, called_tool=response.called_tool
        )

    # -- playback, and where a barge-in is marked ----------------------------------------------------------

    def _on_playback_started(self, event: Json, at_ms: float | None) -> None:
        response = self._responses.get(an_id(event, "response_id") or "")
        response.start_playing(at_ms, self._pace.chars_per_ms)
        for item in self._messages(response):
            if item.spoken:
                self._move_voice(response, item, at_ms)
        self._turns.playback_started(response.id)

    def _on_playback_stopped(self, event: Json, at_ms: float | None) -> None:
        response = self._responses.get(an_id(event, "response_id") or self._turns.playing or "")
        response.end_playing(at_ms)
        response.stopped = True
        chars = sum(len(item.text) for item in self._messages(response))
        if not response.cleared and response.take_own_pace(chars) and response.played_ms:
            self._pace.learn(chars, response.played_ms)
        self._end_voice(response)
        self._turns.playback_ended(response.id)

    def _on_playback_cleared(self, event: Json, at_ms: float | None) -> None:
        self._stop_playing(
            self._responses.get(an_id(event, "response_id") or self._turns.playing or ""), at_ms
        )

    def _stop_playing(self, response: Response, at_ms: float | None) -> None:
        response.end_playing(at_ms)
        response.cleared = not response.stopped
        self._mark_heard(response)
        self._end_voice(response)
        self._turns.playback_ended(response.id)

    def _begin_voice(self, item: Item, at_ms: float | None) -> None:
        """Words of a reply whose voice is still to come, or has begun before them."""
        response = self._responses.of(item.id)
        if response.id and item.id not in response.paced and not (response.done or response.stopped):
            self._move_voice(response, item, at_ms)

    def _move_voice(self, response: Response, item: Item, at_ms: float | None) -> None:
        chars_before = 0
        for each in self._messages(response):
            if each is item:
                break
            chars_before += len(each.text)
        response.paced.add(item.id)
        since_ms = response.voice_since_ms(chars_before, at_ms)
        self._tell(VoiceMoved(item.id, response.chars_per_ms, since_ms))

    def _end_voice(self, response: Response) -> None:
        for item_id in response.item_ids():
            if item_id in response.paced:
                self._tell(VoiceEnded(item_id))

    def _mark_heard(self, response: Response) -> None:
        """If the response was cut, estimate how much of its items was heard; see `heard.py`."""
        items = self._messages(response)
        ends_ms = [self._audio_ends_ms.get(item.id) for item in items]
        if not (response.cleared or response.cancelled or any(end is not None for end in ends_ms)):
            return
        played_ms = response.played_ms if response.cleared else None
        lengths = heard_lengths([item.text for item in items], ends_ms, played_ms, response.chars_per_ms)
        for item, heard in zip(items, lengths, strict=True):
            cut_off = response.cleared and item is items[-1]
            never_finished = response.cancelled and item.status == "incomplete"
            self._cut(item, heard, interrupted=heard is not None or cut_off or never_finished)

    def _cut(self, item: Item, heard: int | None, *, interrupted: bool) -> None:
        if (item.heard, item.interrupted) != (heard, interrupted):
            item.heard, item.interrupted = heard, interrupted
            self._tell(ItemUpdated(item.id) if heard is None else ItemCut(item.id, heard))

    def _messages(self, response: Response) -> list[Item]:
        items = filter(None, map(self.item, response.item_ids()))
        return [item for item in items if item.kind == "message" and item.role == "assistant"]


def _status(response: Json) -> str:
    status = text(response, "status")
    return status if status in RESPONSE_STATUSES else "completed"


def _metadata(response: Json) -> dict[str, str]:
    given = list(mapping(response, "metadata").items())[:MAX_METADATA]
    return {name: value for name, value in given if isinstance(value, str)}


def _is_spoken(event: Json) -> bool:
    return server_event(event["type"]) in _SPOKEN


_SPOKEN = (ServerEvent.OUTPUT_TRANSCRIPT_DELTA, ServerEvent.OUTPUT_TRANSCRIPT_DONE)

Handler = Callable[[Conversation, Json, float | None], None]
_HANDLERS: dict[ServerEvent, Handler] = {
    ServerEvent.SESSION_CREATED: Conversation._on_session,
    ServerEvent.SESSION_UPDATED: Conversation._on_session,
    ServerEvent.ERROR: Conversation._on_error,
    ServerEvent.SPEECH_STARTED: Conversation._on_speech_started,
    ServerEvent.SPEECH_STOPPED: Conversation._on_speech_stopped,
    ServerEvent.INPUT_COMMITTED: Conversation._on_input_committed,
    ServerEvent.INPUT_CLEARED: Conversation._on_input_cleared,
    ServerEvent.TRANSCRIPTION_DELTA: Conversation._on_transcription_delta,
    ServerEvent.TRANSCRIPTION_COMPLETED: Conversation._on_transcription_completed,
    ServerEvent.TRANSCRIPTION_FAILED: Conversation._on_transcription_failed,
    ServerEvent.ITEM_ADDED: Conversation._on_item_added,
    ServerEvent.ITEM_DONE: Conversation._on_item_done,
    ServerEvent.ITEM_DELETED: Conversation._on_item_deleted,
    ServerEvent.ITEM_TRUNCATED: Conversation._on_item_truncated,
    ServerEvent.RESPONSE_CREATED: Conversation._on_response_created,
    ServerEvent.RESPONSE_DONE: Conversation._on_response_done,
    ServerEvent.OUTPUT_ITEM_ADDED: Conversation._on_output_item_added,
    ServerEvent.OUTPUT_ITEM_DONE: Conversation._on_output_item_done,
    ServerEvent.OUTPUT_TRANSCRIPT_DELTA: Conversation._on_output_delta,
    ServerEvent.OUTPUT_TRANSCRIPT_DONE: Conversation._on_output_done,
    ServerEvent.OUTPUT_TEXT_DELTA: Conversation._on_output_delta,
    ServerEvent.OUTPUT_TEXT_DONE: Conversation._on_output_done,
    ServerEvent.ARGUMENTS_DONE: Conversation._on_arguments_done,
    ServerEvent.PLAYBACK_STARTED: Conversation._on_playback_started,
    ServerEvent.PLAYBACK_STOPPED: Conversation._on_playback_stopped,
    ServerEvent.PLAYBACK_CLEARED: Conversation._on_playback_cleared,
}

FOLLOWED_EVENTS = frozenset(map(str, _HANDLERS)) | {
    older for older, event in OLDER_NAMES.items() if event in _HANDLERS
}
"""The types of event that mean something here, older names among them: what a browser needs to forward."""
