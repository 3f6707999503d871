"""The conversation as a pure reducer: events of a session in, changes out.

It does no input and no output and has no clock: time comes with the events (`at_ms`). The same events in
another order that the API allows (the streams of different items interleave; each keeps its own order) give
the same transcript. No content of an event makes it raise.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from realtime.bounds import MAX_ITEM_CHARS, MAX_ITEMS, MAX_RESPONSE_ITEMS
from realtime.conversation.activity import ActivityTracker, answers_by_itself, detection_margins_ms
from realtime.conversation.changes import (
    Activity,
    ActivityChanged,
    Change,
    ErrorReported,
    PlaybackAwaited,
    ResponseFinished,
    SessionReported,
    ToolReady,
    UsageReported,
)
from realtime.conversation.content import output_text
from realtime.conversation.item import Item
from realtime.conversation.playback import Playback
from realtime.conversation.response import Response, Responses
from realtime.conversation.transcript import Transcript
from realtime.error_codes import error_code, incomplete_reason
from realtime.error_place import where
from realtime.event_ids import type_in_id
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
from realtime.recent import RecentIds
from realtime.usage import known_usage

log = logging.getLogger("guftagu.conversation")

REMEMBERED_EVENTS = 4096
"""Number of event ids that are remembered, to apply each event once: a sideband and a browser report the same
event, and a browser sends again after a reconnect."""

RESPONSE_STATUSES = ("completed", "cancelled", "failed", "incomplete")
MAX_METADATA = 16
"""Entries of a response's metadata; the API takes no more."""

_STATUS_OF_ITEMS = {"cancelled": "incomplete"}
"""Status of a response's items after its end, where it is called differently."""


class Conversation:
    """One conversation: its items in order, and the changes of each event.

    Out-of-band responses stay out of it: of those, only `UsageReported` and `ResponseFinished` are reported.
    """

    def __init__(self) -> None:
        self._changes: list[Change] = []
        self._transcript = Transcript(self._report)
        self.began_at_ms: float | None = None
        """When its first event arrived, in ms on the clock of the events."""
        self._activity = ActivityTracker()
        self._margins_ms = 0.0
        self._responses = Responses()
        self._playback = Playback(self._transcript, self._responses, self._activity, self._report)
        self._ready_calls = RecentIds(MAX_ITEMS)
        self._metered_speech = RecentIds(MAX_ITEMS)
        self._seen = RecentIds(REMEMBERED_EVENTS)
        self._reported_malformed: set[str] = set()
        self._earlier_items: dict[str, None] = {}
        """Ids of items from earlier sessions, in order: another session repeats them, and changes none."""
        self._agent_has_spoken = False

    @property
    def items(self) -> list[Item]:
        """All items in conversation order; a new list each time."""
        return self._transcript.items

    @property
    def is_empty(self) -> bool:
        """Whether it has no item."""
        return not len(self._transcript)

    def newest_first(self) -> Iterator[Item]:
        """Iterate over the items from the last one on; a reader of the end alone copies nothing."""
        return reversed(self._transcript)

    @property
    def agent_has_spoken(self) -> bool:
        """Whether it had an item of the agent, in this session or an earlier one."""
        return self._agent_has_spoken

    def item(self, item_id: str) -> Item | None:
        """Return the item of that id, if it is in memory."""
        return self._transcript.get(item_id)

    def response_of(self, item_id: str) -> str | None:
        """Return the id of the response an item belongs to; None where the provider did not say."""
        return self._responses.response_of(item_id).id or None

    @property
    def activity(self) -> Activity:
        """What goes on now, such as "caller_speaking"."""
        return self._activity.activity

    def apply(self, event: dict[str, Any], at_ms: float | None = None) -> list[Change]:
        """Apply one event of the session and return the changes.

        :param at_ms: when the event arrived, in milliseconds on the clock of its first receiver
        """
        self._changes = []
        activity = self.activity
        if self.began_at_ms is None:
            self.began_at_ms = number(at_ms)
        self._dispatch(event, number(at_ms))
        self._transcript.report_renumbered()
        self._transcript.forget_oldest(number(at_ms))
        if self.activity != activity:
            self._report(ActivityChanged(self.activity))
        return self._changes

    @property
    def awaits_words(self) -> bool:
        """Whether something the caller said is still being said or transcribed."""
        return any(item.role == "user" for item in self._transcript.unfinished.values())

    def leave_session(self, at_ms: float | None = None) -> list[Change]:
        """Finish what was under way in a session that is gone, and return the changes.

        :param at_ms: until when it could be heard
        """
        self._changes = []
        activity = self.activity
        if self._activity.playing is not None:
            self._playback.interrupt(self._responses.get_or_add(self._activity.playing), at_ms)
        for item in list(self._transcript.unfinished.values()):
            self._transcript.finish(item, "incomplete", at_ms)
        self._earlier_items = dict.fromkeys(item.id for item in self.items)
        self._activity.reset()
        if self.activity != activity:
            self._report(ActivityChanged(self.activity))
        return self._changes

    def assume_playback(self, response_id: str) -> list[Change]:
        """Take a response to be heard whose playback is still not reported, and return the changes."""
        return self._changed_activity(lambda: self._activity.assume_playback(response_id))

    def give_up_playback(self, response_id: str) -> list[Change]:
        """Take a response to be over whose playback was never reported, and return the changes."""
        return self._changed_activity(lambda: self._activity.give_up_playback(response_id))

    def _changed_activity(self, change: Callable[[], None]) -> list[Change]:
        activity = self.activity
        change()
        return [ActivityChanged(self.activity)] if self.activity != activity else []

    def _report(self, change: Change) -> None:
        self._changes.append(change)

    def _dispatch(self, event: object, at_ms: float | None) -> None:
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
            self._report(ErrorReported("malformed_event", what))

    # -- the session ---------------------------------------------------------------------------------------

    def _on_session(self, event: Json, at_ms: float | None) -> None:
        session = needed_mapping(event, "session")
        self._activity.answers = answers_by_itself(session)
        self._margins_ms = detection_margins_ms(session)
        self._report(SessionReported(session))

    def _on_error(self, event: Json, at_ms: float | None) -> None:
        error = needed_mapping(event, "error")
        self._report_error(error, type_in_id(text(error, "event_id")))
        self._activity.stop_awaiting_response()

    def _report_error(self, error: Json, cause: str | None = None) -> None:
        message = (text(error, "message") or "")[:MAX_ITEM_CHARS]
        self._report(ErrorReported(error_code(error), message, cause))

    # -- the caller's speech -------------------------------------------------------------------------------

    def _on_speech_started(self, event: Json, at_ms: float | None) -> None:
        item_id = needed_id(event, "item_id")
        self._activity.start_caller_speech(item_id)
        if item := self._transcript.get_or_add(item_id, "user", at_ms):
            item.spoken, item.started_at_ms = True, at_ms
            item.speech_began_ms = number(event.get("audio_start_ms"))

    def _on_speech_stopped(self, event: Json, at_ms: float | None) -> None:
        item_id = needed_id(event, "item_id")
        self._activity.end_caller_speech(item_id)
        if item := self._transcript.get_or_add(item_id, "user", at_ms):
            with self._transcript.updating(item):
                item.spoken, item.ended_at_ms = True, at_ms
                ended_ms = number(event.get("audio_end_ms"))
                if ended_ms is not None and item.speech_began_ms is not None:
                    item.speech_ms = max(0.0, ended_ms - item.speech_began_ms - self._margins_ms)

    def _on_input_committed(self, event: Json, at_ms: float | None) -> None:
        item_id = needed_id(event, "item_id")
        self._activity.end_caller_speech(item_id)
        self._place(item_id, event)
        if item := self._transcript.get_or_add(item_id, "user", at_ms):
            item.spoken = True

    def _on_input_cleared(self, event: Json, at_ms: float | None) -> None:
        self._activity.discard_caller_speech()

    def _on_transcription_delta(self, event: Json, at_ms: float | None) -> None:
        item_id, delta = needed_id(event, "item_id"), needed_text(event, "delta")
        if item := self._transcript.get_or_add(item_id, "user", at_ms):
            item.spoken = True
            self._transcript.append_text(item, index(event, "content_index"), delta)

    def _on_transcription_completed(self, event: Json, at_ms: float | None) -> None:
        item_id, transcript = needed_id(event, "item_id"), needed_text(event, "transcript")
        if item := self._transcript.get_or_add(item_id, "user", at_ms):
            item.spoken = True
            self._transcript.set_final_text(item, index(event, "content_index"), transcript)
            self._transcript.finish(item, "completed", at_ms)
        usage = known_usage(mapping(event, "usage"))
        if usage and self._metered_speech.add(item_id):
            self._report(UsageReported("transcription", usage, item_id))

    def _on_transcription_failed(self, event: Json, at_ms: float | None) -> None:
        item_id, error = needed_id(event, "item_id"), mapping(event, "error")
        if item := self._transcript.get_or_add(item_id, "user", at_ms):
            with self._transcript.updating(item):
                item.spoken = True
                item.failure = error_code(error)
            self._transcript.finish(item, "failed", at_ms)

    # -- items ---------------------------------------------------------------------------------------------

    def _on_item_added(self, event: Json, at_ms: float | None) -> None:
        self._merge_announced(event, at_ms)

    def _on_item_done(self, event: Json, at_ms: float | None) -> None:
        self._merge_announced(event, at_ms, status="completed")

    def _merge_announced(self, event: Json, at_ms: float | None, status: str | None = None) -> None:
        raw = needed_mapping(event, "item")
        item_id = needed_id(raw, "id")
        if item_id not in self._earlier_items and not self._responses.excludes(item_id):
            self._place(item_id, event)
            self._merge(raw, at_ms, status)

    def _merge(self, raw: Json, at_ms: float | None, status: str | None = None) -> Item | None:
        item = self._transcript.merge_item(raw, at_ms, status)
        self._agent_has_spoken = self._agent_has_spoken or (item is not None and item.role == "assistant")
        return item

    def _place(self, item_id: str, event: Json) -> None:
        """Put the item where the event says, but behind all items of earlier sessions.

        The present session knows only a part of those.
        """
        previous = an_id(event, "previous_item_id")
        is_first = event.get("previous_item_id", "") is None
        if self._earlier_items and (is_first or previous in self._earlier_items):
            event = {**event, "previous_item_id": next(reversed(self._earlier_items))}
        self._transcript.place(item_id, event)

    def _on_item_deleted(self, event: Json, at_ms: float | None) -> None:
        self._transcript.delete(needed_id(event, "item_id"))

    def _on_item_truncated(self, event: Json, at_ms: float | None) -> None:
        item_id, end_ms = needed_id(event, "item_id"), number(event.get("audio_end_ms"))
        if end_ms is None:
            raise Malformed("audio_end_ms")
        self._playback.truncate(item_id, end_ms)

    # -- responses -----------------------------------------------------------------------------------------

    def _on_response_created(self, event: Json, at_ms: float | None) -> None:
        raw = needed_mapping(event, "response")
        response = self._responses.get_or_add(needed_id(raw, "id"))
        self._responses.read_conversation(response, raw)
        if not response.out_of_band and not response.done:
            self._activity.start_response(response.id)

    def _on_output_item_added(self, event: Json, at_ms: float | None) -> None:
        raw = needed_mapping(event, "item")
        if self._add_to_response(needed_id(raw, "id"), event):
            self._merge(raw, at_ms)

    def _on_output_item_done(self, event: Json, at_ms: float | None) -> None:
        raw = needed_mapping(event, "item")
        item_id = needed_id(raw, "id")
        if self._add_to_response(item_id, event):
            item = self._merge(raw, at_ms, status="completed")
            self._playback.mark_heard(self._responses.response_of(item_id))
            if item and item.kind == "function_call" and raw.get("status") == "completed":
                self._report_tool_ready(item)

    def _report_tool_ready(self, item: Item) -> None:
        if item.call_id and item.name and self._ready_calls.add(item.call_id):
            self._responses.response_of(item.id).called_tool = True
            self._report(ToolReady(item.id, item.call_id, item.name, item.arguments or ""))

    def _on_arguments_done(self, event: Json, at_ms: float | None) -> None:
        item_id, arguments = needed_id(event, "item_id"), needed_text(event, "arguments")
        item = self.item(item_id)
        if item and item.kind == "function_call":
            with self._transcript.updating(item):
                item.arguments = arguments[:MAX_ITEM_CHARS]

    def _on_output_delta(self, event: Json, at_ms: float | None) -> None:
        item_id, delta = needed_id(event, "item_id"), needed_text(event, "delta")
        if item := self._get_or_add_output(item_id, event, at_ms):
            self._transcript.append_text(item, index(event, "content_index"), delta)
            self._playback.mark_heard(self._responses.response_of(item_id))
            if _is_spoken(event):
                self._playback.begin_voice(item, at_ms)

    def _on_output_done(self, event: Json, at_ms: float | None) -> None:
        item_id = needed_id(event, "item_id")
        final = needed_text(event, "transcript" if _is_spoken(event) else "text")
        if item := self._get_or_add_output(item_id, event, at_ms):
            self._transcript.set_final_text(item, index(event, "content_index"), final)
            self._playback.mark_heard(self._responses.response_of(item_id))

    def _get_or_add_output(self, item_id: str, event: Json, at_ms: float | None) -> Item | None:
        if not self._add_to_response(item_id, event):
            return None
        item = self._transcript.get_or_add(item_id, "assistant", at_ms)
        if item:
            item.spoken = item.spoken or _is_spoken(event)
            self._agent_has_spoken = True
        return item

    def _add_to_response(self, item_id: str, event: Json) -> bool:
        """Add an output item to its response; return False when it stays out of the conversation."""
        response_id, known = an_id(event, "response_id"), self.item(item_id) is not None
        if not response_id:
            return True
        return self._responses.add_item(response_id, item_id, index(event, "output_index"), known=known)

    def _on_response_done(self, event: Json, at_ms: float | None) -> None:
        raw = needed_mapping(event, "response")
        response = self._responses.get_or_add(needed_id(raw, "id"))
        if response.done:
            return
        response.done = True
        if response.out_of_band is None:
            self._responses.read_conversation(response, raw)
        status, details = _status(raw), mapping(raw, "status_details")
        if not response.is_excluded:
            self._mark_response_done(response, raw, status, at_ms)
        if usage := known_usage(mapping(raw, "usage")):
            self._report(UsageReported("response", usage, response.id))
        reason, metadata = incomplete_reason(details), _metadata(raw)
        self._report(ResponseFinished(response.id, status, reason, metadata, output_text(raw)))

    def _mark_response_done(self, response: Response, raw: Json, status: str, at_ms: float | None) -> None:
        """Finish the items of a response of the conversation that was generated."""
        response.cancelled = status == "cancelled"
        item_status = _STATUS_OF_ITEMS.get(status, status)
        for place, output in enumerate(mappings(raw, "output", MAX_RESPONSE_ITEMS)):
            with suppress(Malformed):
                self._responses.add_item(response.id, needed_id(output, "id"), place, known=True)
                self._merge(output, at_ms, item_status)
        for item in filter(None, map(self.item, response.item_ids())):
            self._transcript.finish(item, item_status if item.status == "in_progress" else item.status, at_ms)
        self._playback.mark_heard(response)
        if not response.has_played:  # Some providers report no playback; their words are not held back.
            self._playback.end_voice(response)
        if status == "failed":
            self._report_error(mapping(mapping(raw, "status_details"), "error"))
        audible = any(item.spoken for item in self._playback.messages_of(response))
        awaits_playback = audible and not response.has_played and status in ("completed", "incomplete")
        self._activity.finish_response(
            response.id, awaits_playback=awaits_playback, called_tool=response.called_tool
        )
        if awaits_playback:
            self._report(PlaybackAwaited(response.id, self._playback.remaining_ms(response, at_ms)))

    # -- playback ------------------------------------------------------------------------------------------

    def _on_playback_started(self, event: Json, at_ms: float | None) -> None:
        self._playback.start(self._responses.get_or_add(an_id(event, "response_id") or ""), at_ms)

    def _on_playback_stopped(self, event: Json, at_ms: float | None) -> None:
        self._playback.finish(self._played_response(event), at_ms)

    def _on_playback_cleared(self, event: Json, at_ms: float | None) -> None:
        self._playback.interrupt(self._played_response(event), at_ms)

    def _played_response(self, event: Json) -> Response:
        return self._responses.get_or_add(an_id(event, "response_id") or self._activity.playing or "")


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
"""Types of the events that are applied, older names among them; a browser forwards these."""
