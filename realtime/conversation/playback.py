"""Playback of the agent's replies: where the voice is, and where a barge-in is marked."""

from collections.abc import Callable

from realtime.bounds import MAX_ITEMS
from realtime.conversation.activity import ActivityTracker
from realtime.conversation.changes import Change, ItemCut, ItemUpdated, VoiceEnded, VoiceMoved
from realtime.conversation.heard import heard_lengths
from realtime.conversation.item import Item
from realtime.conversation.pace import SpeakingPace, reaches_after_ms
from realtime.conversation.response import Response, Responses
from realtime.conversation.transcript import Transcript
from realtime.recent import RecentDict


class Playback:
    """State of the playback of responses; it reports what of their text was, or is being, spoken.

    Times are milliseconds on the clock of the events; None where an event came without one.
    """

    def __init__(
        self,
        transcript: Transcript,
        responses: Responses,
        activity: ActivityTracker,
        report: Callable[[Change], None],
    ) -> None:
        """:param report: called with every change"""
        self._transcript = transcript
        self._responses = responses
        self._activity = activity
        self._report = report
        self._audio_ends_ms: RecentDict[float] = RecentDict(MAX_ITEMS)
        """`audio_end_ms` of truncated items, by item id."""
        self._pace = SpeakingPace()

    def start(self, response: Response, at_ms: float | None) -> None:
        """Note that a response begins to be heard."""
        response.start_playback(at_ms, self._pace.chars_per_ms)
        for item in self.messages_of(response):
            if item.spoken:
                self._move_voice(response, item, at_ms)
        self._activity.start_playback(response.id)

    def finish(self, response: Response, at_ms: float | None) -> None:
        """Note that a response was played to its end."""
        response.end_playback(at_ms)
        response.stopped = True
        chars = sum(len(item.text) for item in self.messages_of(response))
        if not response.cleared and response.measure_pace(chars) and response.played_ms:
            self._pace.add_reply(chars, response.played_ms)
        self.end_voice(response)
        self._activity.end_playback(response.id)

    def interrupt(self, response: Response, at_ms: float | None) -> None:
        """Note that the playback of a response was cut: a barge-in, Stop, or a session that is gone."""
        response.end_playback(at_ms)
        response.cleared = not response.stopped
        self.mark_heard(response)
        self.end_voice(response)
        self._activity.end_playback(response.id)

    def truncate(self, item_id: str, audio_end_ms: float) -> None:
        """Note that an item was truncated after `audio_end_ms` of its audio."""
        self._audio_ends_ms[item_id] = max(0.0, audio_end_ms)
        self.mark_heard(self._responses.response_of(item_id))

    def begin_voice(self, item: Item, at_ms: float | None) -> None:
        """Report where the voice is in an item whose first words came, unless that was reported."""
        response = self._responses.response_of(item.id)
        ended = response.done or response.stopped
        if response.id and not ended and item.id not in response.voice_reported:
            self._move_voice(response, item, at_ms)

    def end_voice(self, response: Response) -> None:
        """Report that the voice is in none of the response's items any more."""
        for item_id in response.item_ids():
            if item_id in response.voice_reported:
                self._report(VoiceEnded(item_id))

    def mark_heard(self, response: Response) -> None:
        """If the response was cut, estimate how much of its items was heard; see `heard.py`."""
        items = self.messages_of(response)
        ends_ms = [self._audio_ends_ms.get(item.id) for item in items]
        if not (response.cleared or response.cancelled or any(end is not None for end in ends_ms)):
            return
        played_ms = response.played_ms if response.cleared else None
        lengths = heard_lengths([item.text for item in items], ends_ms, played_ms, self._pace_of(response))
        for item, heard in zip(items, lengths, strict=True):
            cut_off = response.cleared and item is items[-1]
            never_finished = response.cancelled and item.status == "incomplete"
            self._cut(item, heard, interrupted=heard is not None or cut_off or never_finished)

    def remaining_ms(self, response: Response, at_ms: float | None) -> float:
        """Return for how many ms a response will still be heard that is played as fast as its words came."""
        messages = self.messages_of(response)
        lasts_ms = reaches_after_ms(sum(len(item.text) for item in messages), self._pace_of(response))
        began_ms = messages[0].started_at_ms if messages else None
        return lasts_ms if began_ms is None or at_ms is None else max(0.0, lasts_ms - (at_ms - began_ms))

    def messages_of(self, response: Response) -> list[Item]:
        """Return the agent's messages of a response, in order."""
        items = filter(None, map(self._transcript.get, response.item_ids()))
        return [item for item in items if item.kind == "message" and item.role == "assistant"]

    def _move_voice(self, response: Response, item: Item, at_ms: float | None) -> None:
        chars_before = 0
        for each in self.messages_of(response):
            if each is item:
                break
            chars_before += len(each.text)
        response.voice_reported.add(item.id)
        pace = self._pace_of(response)
        self._report(VoiceMoved(item.id, pace, response.voice_since_ms(chars_before, at_ms, pace)))

    def _pace_of(self, response: Response) -> float:
        return response.pace_of(next((item.text for item in self.messages_of(response) if item.text), ""))

    def _cut(self, item: Item, heard: int | None, *, interrupted: bool) -> None:
        if (item.heard, item.interrupted) != (heard, interrupted):
            item.heard, item.interrupted = heard, interrupted
            self._report(ItemUpdated(item.id) if heard is None else ItemCut(item.id, heard))
