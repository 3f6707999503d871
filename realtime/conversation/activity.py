"""Who is doing what: the caller speaks, the agent thinks or speaks, or all listen."""

from realtime.conversation.changes import Activity
from realtime.fields import Json, mapping, number
from realtime.recent import RecentIds

REMEMBERED_RESPONSES = 64
"""Of those that are being generated or wait for their playback; a session generates one at a time."""


class Turns:
    """Follows speech, responses and playback; `activity` is what they add up to.

    The agent speaks from `output_audio_buffer.started` to `stopped` or `cleared`, whatever `response.done`
    says: generation runs ahead of playback.
    """

    def __init__(self, *, answers: bool = True) -> None:
        self.answers = answers
        """The session answers a turn by itself."""
        self.playing: str | None = None
        """The response that is being played."""
        self._caller: str | None = None
        self._awaits_response = False
        self._generating = RecentIds(REMEMBERED_RESPONSES)
        self._unplayed = RecentIds(REMEMBERED_RESPONSES)

    @property
    def activity(self) -> Activity:
        if self._caller is not None:
            return "caller_speaking"
        if self.playing is not None:
            return "agent_speaking"
        if self._awaits_response or self._generating or self._unplayed:
            return "thinking"
        return "listening"

    def caller_started(self, item_id: str) -> None:
        self._caller = item_id
        # A reply that never came to sound (no playback events on a WebSocket) is given up here.
        self._unplayed.clear()
        self._awaits_response = False

    def caller_stopped(self, item_id: str) -> None:
        """The turn is over, unless another utterance has begun."""
        if self._caller in (item_id, None) or not item_id:
            self._caller = None
            self._awaits_response = self.answers

    def caller_withdrew(self) -> None:
        """What was said is thrown away: no turn."""
        self._caller = None
        self._awaits_response = False

    def refused(self) -> None:
        """The session reported an error: the response it owes may never come."""
        self._awaits_response = False

    def response_created(self, response_id: str) -> None:
        self._awaits_response = False
        self._generating.add(response_id)

    def response_done(self, response_id: str, *, awaits_playback: bool, called_tool: bool) -> None:
        """:param called_tool: another response will follow with what the tool says"""
        if called_tool or response_id not in self._generating:
            self._awaits_response = called_tool
        self._generating.discard(response_id)
        if awaits_playback:
            self._unplayed.add(response_id)

    def playback_started(self, response_id: str) -> None:
        self.playing = response_id
        self._awaits_response = False
        self._unplayed.clear()

    def playback_ended(self, response_id: str) -> None:
        self._unplayed.discard(response_id)
        if self.playing == response_id:
            self.playing = None


def answers_by_itself(session: Json) -> bool:
    """Whether a session of this configuration creates a response when the caller's turn ends."""
    if session.get("type") == "transcription":
        return False
    detection = _turn_detection(session)
    return detection is not None and detection.get("create_response") is not False


def detection_margins_ms(session: Json) -> float:
    """What voice detection adds to the length of speech: padding before it, silence after it."""
    detection = _turn_detection(session) or {}
    margins = (number(detection.get(name)) for name in ("prefix_padding_ms", "silence_duration_ms"))
    return sum(margin or 0.0 for margin in margins)


def _turn_detection(session: Json) -> Json | None:
    """None where it is off; empty where the session does not say."""
    holders = (mapping(mapping(session, "audio"), "input"), session)
    detection: object = next((held["turn_detection"] for held in holders if "turn_detection" in held), {})
    return detection if isinstance(detection, dict) else None
