"""Sequencing of `response.create`: never two at once.

A session refuses a `response.create` while a response of its conversation is being generated, whether another
create or voice detection at the end of the caller's turn started that one. So a create is sent only when no
response is active and no create is on its way; the others wait, in order. Out-of-band responses do not wait.
"""

from collections import deque
from collections.abc import Collection
from typing import Any

from realtime.event_ids import with_event_id
from realtime.events import ServerEvent, server_event
from realtime.fields import an_id, mapping, text
from realtime.recent import RecentIds

ALREADY_ACTIVE = "conversation_already_has_active_response"
REMEMBERED_RESPONSES = 64
REMEMBERED_CREATES = 16

Event = dict[str, Any]


class ResponseSequencer:
    """Queue of `response.create` events. It sends nothing itself and needs every event of the session.

    A create that crosses with a response of voice detection is refused by the provider, and sent again when
    that one is done. One refused for another reason is dropped, since it would be refused again.
    """

    def __init__(self) -> None:
        self._waiting: deque[Event] = deque()
        self._asked: Event | None = None
        """The create that was sent, until a `response.created` or its refusal arrives."""
        self._sent: dict[str, Event] = {}
        """Latest creates by event id: what looked like an answer may have been a response of voice detection,
        and the refusal comes after all."""
        self._active = RecentIds(REMEMBERED_RESPONSES)
        self._active_unseen = False
        """Whether the provider says that a response is active that was never announced."""
        self._done = RecentIds(REMEMBERED_RESPONSES)
        self._asked_out_of_band: list[str] = []
        """Event ids of out-of-band creates, until a `response.created` or their refusal."""
        self._out_of_band = RecentIds(REMEMBERED_RESPONSES)

    @property
    def active(self) -> bool:
        """Whether a response of the conversation is being generated or was asked for."""
        return bool(self._active) or self._asked is not None or self._active_unseen

    def request(self, event: Event) -> list[Event]:
        """Add a `response.create` and return the events to send now.

        It is sent with an `event_id` of its own, by which the provider names what it refuses. Requests
        that wait and ask for the same thing are one: one reply answers them all.
        """
        if mapping(event, "response").get("conversation") == "none":
            create = with_event_id(event)
            self._asked_out_of_band.append(create["event_id"])
            return [create]
        if event not in self._waiting:
            self._waiting.append(event)
        return self._next()

    def apply(self, event: Event) -> list[Event]:
        """Apply an event of the session and return the events to send now."""
        kind = server_event(event.get("type")) if isinstance(event, dict) else None
        if kind == ServerEvent.RESPONSE_CREATED:
            self._on_created(mapping(event, "response"))
        elif kind == ServerEvent.RESPONSE_DONE:
            self._on_done(an_id(mapping(event, "response"), "id") or "")
        elif kind == ServerEvent.ERROR:
            self._on_error(mapping(event, "error"))
        return self._next()

    def reattach(self, unsent: Collection[Event] = ()) -> list[Event]:
        """Start again on a new connection and return the events to send now.

        Events in between are lost, so nothing counts as active, and the create that was sent is sent again:
        it is refused if it is being answered after all.

        :param unsent: events that will be sent anyway
        """
        self._active.clear()
        self._active_unseen = False
        on_the_way = {text(event, "event_id") for event in unsent}
        self._asked_out_of_band = [each for each in self._asked_out_of_band if each in on_the_way]
        if self._asked and self._asked["event_id"] not in on_the_way:
            wanted = self._sent.pop(self._asked["event_id"])
            self._asked = None
            if wanted not in self._waiting:
                self._waiting.appendleft(wanted)
        return self._next()

    def _next(self) -> list[Event]:
        if self.active or not self._waiting:
            return []
        wanted = self._waiting.popleft()
        self._asked = with_event_id(wanted)
        self._sent[self._asked["event_id"]] = wanted
        if len(self._sent) > REMEMBERED_CREATES:
            del self._sent[next(iter(self._sent))]
        return [self._asked]

    def _on_created(self, response: Event) -> None:
        response_id = an_id(response, "id") or ""
        if response.get("conversation_id", "") is None and self._is_out_of_band(response_id):
            return
        self._active_unseen = False
        if response_id not in self._done:
            self._active.add(response_id)
        self._asked = None

    def _is_out_of_band(self, response_id: str) -> bool:
        """Return whether a response without a conversation is out-of-band; some servers never name one."""
        if self._asked_out_of_band:
            self._asked_out_of_band.pop(0)
        elif self._asked:
            return False
        self._out_of_band.add(response_id)
        return True

    def _on_done(self, response_id: str) -> None:
        if response_id not in self._out_of_band:
            self._done.add(response_id)
            self._active.discard(response_id)
            self._active_unseen = False

    def _on_error(self, error: Event) -> None:
        event_id, already_active = text(error, "event_id"), text(error, "code") == ALREADY_ACTIVE
        if event_id in self._asked_out_of_band:
            self._asked_out_of_band.remove(event_id)
            return
        if already_active and not event_id and self._asked:
            event_id = self._asked["event_id"]
        refused = self._sent.pop(event_id or "", None)
        if self._asked and self._asked["event_id"] == event_id:
            self._asked = None
        if refused and already_active:
            self._active_unseen = not self._active
            if refused not in self._waiting:
                self._waiting.appendleft(refused)
